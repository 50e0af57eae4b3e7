"""What the command `translate` refuses, and why."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from rnnchat.cli import translate
from rnnchat.cli.commands import commands
from rnnchat.errors import RnnchatError
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.training.translation.run import TranslationRun, find_unfinished_translation
from rnnchat.training.translation.settings import TranslationSettings
from tests.app.translate_helpers import publish_translator


def said(*words: str) -> str:
    """Return the error of the command with its hint."""
    try:
        commands(["translate", *words], standalone_mode=False)
    except click.UsageError as error:
        return f"usage: {error.format_message()}"
    except RnnchatError as error:
        return f"{error.message} {error.hint}"
    return ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x"], "no translator yet"),
        (["--model", "base", "x"], "translates phrases"),
        (["train", "--name", "a"], "usage: Name the file of pairs"),
        (["train", "nowhere.tsv"], "usage: Name the translator"),
        (["train", "nowhere.tsv", "--name", "base"], "comes with rnnchat"),
        (["train", "nowhere.tsv", "--name", "a", "--minutes", "0.01"], "not possible"),
        (["train", "nowhere.tsv", "--name", "a", "--languages", "English"], "usage: --languages takes two"),
        (["train", "--name", "a", "--resume"], "no interrupted training called 'a'"),
        (["train", "--resume"], "No training can be resumed"),
        (["train", "--resume", "--fresh"], "choose one"),
    ],
    ids=str,
)
def test_what_cannot_be_done(paths: Paths, words: list[str], message: str) -> None:
    assert message in said(*words)
    assert not paths.translation_runs.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pairs.tsv", "--name", "fr"], "interrupted training of fr. Continue it with `--resume`"),
        (["other.tsv", "--resume"], "usage: --resume continues with"),
        (["--resume", "--minutes", "3"], "usage: --resume continues with --minutes 20.0"),
        (["--resume", "--seed", "3"], "usage: --resume continues with --seed 0"),
        (["--resume", "--name", "it"], "Trainings that can be resumed: fr."),
    ],
    ids=str,
)
def test_what_contradicts_an_interrupted_training(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    for name in ("pairs.tsv", "other.tsv"):
        (tmp_path / name).write_text("A\tB\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    TranslationRun.create(paths, TranslationSettings("fr", "/notes/pairs.tsv"))
    assert message in said("train", *words)
    assert find_unfinished_translation(paths, "fr") is not None


def test_a_training_that_is_running_is_not_called_interrupted(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("A\tB\n", encoding="utf-8")
    run = TranslationRun.create(paths, TranslationSettings("fr", str(tmp_path / "pairs.tsv")))
    with run.locked():
        for words in (
            [str(tmp_path / "pairs.tsv"), "--name", "fr"],
            ["--resume"],
            ["--resume", "--name", "fr"],
        ):
            assert "fr is being trained right now" in said("train", *words)
    assert "interrupted" in said("train", str(tmp_path / "pairs.tsv"), "--name", "fr")


def test_each_line_has_a_note_of_its_own(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_translator(Library(paths), "fr")
    text = "The cat sees a boat.\nzzz\nThe dog draws two eggs."
    with pytest.raises(SystemExit, match="1"):
        commands(["translate", text], standalone_mode=False)
    shown = capsys.readouterr()
    assert shown.out == "Le chat voit un bateau.\nzzz\nLe chien dessine deux œufs.\n"
    doubt = "  Line 2: “zzz” is left as it is: no pair is similar to this phrase\n"
    assert shown.err == doubt
    monkeypatch.setattr(translate, "is_terminal", lambda stream: True)
    monkeypatch.setattr(translate, "standard_input_lines", lambda: ["The dog draws two eggs.", "42"])
    with pytest.raises(SystemExit, match="0"):
        commands(["translate", "-"], standalone_mode=False)
    shown = capsys.readouterr()
    assert shown.out == "Le chien dessine deux œufs.\n42\n"
    dim, end = "\x1b[2m", "\x1b[22m"
    assert shown.err.splitlines() == [
        f"{dim}  Line 1: from line 34 of the pairs{end}",
        f"{dim}  Line 2: copied: there are no words to translate{end}",
    ]


def test_a_text_may_begin_with_the_mark_of_a_list(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    publish_translator(Library(paths), "fr")
    commands(["translate", "- The cat sees a boat.", "--model", "fr"], standalone_mode=False)
    assert capsys.readouterr().out == "- Le chat voit un bateau.\n"
