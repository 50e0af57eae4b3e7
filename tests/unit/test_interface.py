"""The Python interface: its lines in the README run, it is typed, quick to import, and says what is wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import rnnchat
from rnnchat.generation.sampling import Sampling
from rnnchat.interface import SamplingOptions
from rnnchat.library.models import Library
from rnnchat.library.settings import change_settings
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny
from tests.helpers.places import ROOT

LINES = """\
import rnnchat

model = rnnchat.load("me")
print([suggestion.text for suggestion in model.complete("I think")])
print(model.score("A text that it has not learned.").bits_per_byte)
for chunk in model.generate("The thing about", tokens=50, seed=3):
    print(chunk.text, end="")
"""


def readme_blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)


@pytest.fixture
def me(library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape) -> str:
    publish_tiny(library, "me", tokenizer, tiny_shape)
    return "me"


@pytest.mark.parametrize("lines", [LINES, *readme_blocks()])
def test_the_lines_of_the_readme_run(lines: str, me: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(lines, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"\d\.\d+", printed), "the bits per byte"
    assert len(printed.splitlines()) >= 2


@pytest.mark.parametrize("lines", [LINES, *readme_blocks()])
def test_the_lines_of_the_readme_have_types(lines: str, tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        lines
        + "reveal_type(model)\nreveal_type(next(model.generate(top_k=3)).text)\nmodel.generate(top_k='3')\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(tmp_path / "use.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Revealed type is "rnnchat.interface.Model"' in result.stdout
    assert 'Revealed type is "str"' in result.stdout or 'Revealed type is "builtins.str"' in result.stdout
    assert re.findall(r"error: .*", result.stdout) == [
        'error: Argument "top_k" to "generate" of "Model" has incompatible type "str"; expected "int"'
        "  [arg-type]"
    ], result.stdout
    assert (ROOT / "rnnchat" / "py.typed").is_file()


def test_importing_it_brings_next_to_nothing() -> None:
    code = (
        "import json, sys; old = {*sys.modules}; import rnnchat; print(json.dumps([*{*sys.modules} - old]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = json.loads(result.stdout)
    assert "rnnchat" in loaded
    assert [
        name for name in loaded if name.split(".")[0] in ("numpy", "textual", "click", "tensorflow")
    ] == []
    assert [name for name in loaded if name.startswith("rnnchat.")] == []


def test_using_it_needs_neither_tensorflow_nor_textual(me: str) -> None:
    code = LINES + "print()\nimport json, sys; print(json.dumps([*sys.modules]))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ
    )
    loaded = set(json.loads(result.stdout.splitlines()[-1]))
    assert "numpy" in loaded
    assert not {"tensorflow", "keras", "textual", "click"} & loaded


def test_every_public_name_is_there() -> None:
    for name in rnnchat.__all__:
        assert getattr(rnnchat, name)
        assert name in dir(rnnchat)
    assert [
        name for name in rnnchat.__all__ if name[0].isupper() and not getattr(rnnchat, name).__doc__
    ] == []
    with pytest.raises(AttributeError, match="no attribute 'speak'"):
        _ = rnnchat.speak


def test_without_a_name_the_model_in_use_is_loaded(me: str, paths: Paths) -> None:
    assert rnnchat.load().name == "base"
    with change_settings(paths) as settings:
        settings.model = "me"
    assert rnnchat.load().name == "me"
    assert rnnchat.load("ME").name == "me", "names are found in any case, as everywhere"


def test_a_home_can_be_named(me: str, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "another"))
    with pytest.raises(rnnchat.ModelError, match="no model called"):
        rnnchat.load("me")
    assert rnnchat.load("me", home=home).name == "me"
    assert repr(rnnchat.load("me", home=str(home))) == "<rnnchat model 'me'>"


def test_a_model_that_is_missing_is_an_error_with_a_hint() -> None:
    with pytest.raises(rnnchat.ModelError, match="no model called 'nobody'") as caught:
        rnnchat.load("nobody")
    assert "base" in caught.value.hint


def test_the_same_seed_gives_the_same_text(me: str) -> None:
    model = rnnchat.load(me)
    one, other = (list(model.generate("The river", tokens=20, seed=3)) for _ in range(2))
    assert one == other
    assert list(model.generate("The river", tokens=20, seed=4)) != one
    assert 1 <= len(one) <= 20
    assert one[-1].finish in ("length", "end")


def test_generating_takes_the_settings_where_nothing_else_is_said(me: str, paths: Paths) -> None:
    with change_settings(paths) as settings:
        settings.seed = 11
    model = rnnchat.load(me)
    assert list(model.generate("A", tokens=20)) == list(model.generate("A", tokens=20, seed=11))
    assert list(model.generate("A", tokens=20)) != list(model.generate("A", tokens=20, seed=12))


def test_options_are_those_of_sampling_and_have_its_limits(me: str) -> None:
    assert set(SamplingOptions.__annotations__) < {one.name for one in fields(Sampling)}
    model = rnnchat.load(me)
    with pytest.raises(rnnchat.RnnchatError, match="top-p cannot be 2"):
        model.generate("A", top_p=2)
    with pytest.raises(rnnchat.RnnchatError, match="tokens cannot be 0"):
        model.generate("A", tokens=0)
    with pytest.raises(rnnchat.RnnchatError, match="count cannot be 0"):
        model.complete("A", 0)
    with pytest.raises(TypeError, match="boldness"):
        model.generate("A", boldness=1)  # type: ignore[call-arg]


def test_drafts_are_completed_one_after_the_other(me: str) -> None:
    model = rnnchat.load(me)
    first = model.complete("The river and the zyxomma. The zy")
    assert "xomma" in [one.text for one in first]
    assert [one.probability for one in first] == sorted((one.probability for one in first), reverse=True)
    assert len(model.complete("The river and the zyxomma. The zyx", 2)) == 2
    assert "xomma" not in [one.text for one in model.complete("Another draft: zy")]


def test_scores_of_one_text_and_of_several(me: str) -> None:
    model = rnnchat.load(me)
    one = model.score("Rain on the river.")
    assert one.bytes == len("Rain on the river.")
    assert model.score(["Rain on the river."]) == one
    two = model.score(["Rain on the river.", "Bread."])
    assert two.bits == pytest.approx(one.bits + model.score("Bread.").bits)
    assert one.bits_per_byte == pytest.approx(one.bits / one.bytes)


def test_half_a_character_is_no_error(me: str) -> None:
    model = rnnchat.load(me)
    broken = "\ud800 x"
    assert list(model.generate(broken, tokens=2))
    assert model.score(broken).bytes == len("? x")
    assert isinstance(model.complete(broken), list)
