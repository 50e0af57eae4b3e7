"""The README's Python example does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rnnchat.library.models import Library
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny
from tests.helpers.places import ROOT


def python_example() -> str:
    """Return the lines of the README's Python block."""
    (example,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    return str(example)


def test_the_python_example_runs(
    home: Path,
    library: Library,
    tokenizer: Tokenizer,
    tiny_shape: NetworkShape,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish_tiny(library, "me", tokenizer, tiny_shape)
    example = python_example()
    assert len([line for line in example.splitlines() if line]) == 6
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    said = capsys.readouterr().out
    suggestions, rest = said.split("\n", 1)
    assert suggestions.startswith("[") and suggestions.endswith("]")
    generated, bits = rest.rsplit("\n", 2)[:2]
    assert generated
    assert 0 < float(bits.removesuffix(" bits per byte")) < 100
