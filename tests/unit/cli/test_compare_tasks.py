"""The command `compare --task`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rnnchat.cli.commands import commands
from rnnchat.errors import RnnchatError
from rnnchat.training.task_comparison import labels
from tests.helpers.places import NOTES
from tests.unit.tasks.helpers import pair_rows, topic_texts, write_topic_notes


def rows(*words: str) -> list[dict[str, object]]:
    """Return what the command prints as JSON."""
    result = CliRunner().invoke(commands, ["compare", *words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def methods(found: list[dict[str, object]]) -> list[object]:
    return [row["method"] for row in found if "method" in row]


def said(*words: str) -> str:
    """Return the error of the command with its hint."""
    try:
        commands(["compare", *words], standalone_mode=False)
    except click.UsageError as error:
        return f"usage: {error.format_message()}"
    except RnnchatError as error:
        return f"{error.message} {error.hint}"
    return ""


def write_table(path: Path, per_label: int = 4, names: str = "text,label") -> Path:
    lines = [f"{text},{label}" for text, label in zip(*topic_texts(per_label, 3), strict=True)]
    path.write_text("\n".join([names, *lines]) + "\n")
    return path


def test_classify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "ENOUGH_MEASURED", 1)  # one fold, for the sake of time
    table = write_table(tmp_path / "mail.csv", names="words,kind")
    columns = ("--text-column", "words", "--label-column", "kind")
    found = rows(str(table), "--task", "classify", *columns)
    assert methods(found) == ["majority class", "naive Bayes", "rnnchat"]
    assert set(found[0]) == {"task", "method", "accuracy", "macro_f1", "seconds", "examples"}
    assert 1 <= int(str(found[0]["examples"])) < 12
    assert "measured: differences between the methods may be chance" in str(found[-1]["note"])


def test_sort_as_a_table(tmp_path: Path) -> None:
    notes = write_topic_notes(tmp_path / "notes", 3)
    result = CliRunner().invoke(commands, ["compare", str(notes), "--task", "sort"], catch_exceptions=False)
    lines = result.output.splitlines()
    assert lines[0].split() == ["method", "top-1", "top-3", "seconds", "examples"]
    assert [line.split()[0] for line in lines[1:4]] == ["largest", "naive", "rnnchat"]
    assert lines[-1].startswith("Only 15 examples were measured")


def test_ask_own_notes_by_their_titles() -> None:
    found = rows(str(NOTES), "--task", "ask")
    assert methods(found) == ["BM25 of words", "rnnchat"]
    assert {"top1", "top5", "hard_top1", "hard_top5"} < set(found[0])
    assert "Titles flatter" in str(found[2]["note"])


def test_related(tmp_path: Path) -> None:
    found = rows(str(write_topic_notes(tmp_path, 6)), "--task", "related")
    assert methods(found) == ["chance", "TF-IDF", "rnnchat"]
    assert found[0]["same_folder"] == pytest.approx(5 / 29, abs=1e-4)


def test_translate(tmp_path: Path) -> None:
    table = tmp_path / "pairs.tsv"
    table.write_text("".join(f"{source}\t{target}\n" for source, target in pair_rows()))
    found = rows(str(table), "--task", "translate", "--minutes", "0")
    assert methods(found) == ["source copied", "word for word", "nearest pair"]
    assert set(found[0]) == {"task", "method", "bleu", "chrf", "seconds", "examples"}


def test_summarise(tmp_path: Path) -> None:
    for number, text in enumerate(topic_texts(2)[0]):
        (tmp_path / f"{number}.md").write_text(f"# Note on {text.split()[0]}\n\nAbout {text}.\n")
    found = rows(str(tmp_path), "--task", "summarise")
    assert methods(found) == ["first sentence", "first 8 words", "rnnchat"]
    assert {"rouge1", "rouge2", "rouge_l"} < set(found[0])
    assert found[0]["examples"] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x", "--task", "dance"], "is not one of"),
        (["x", "--minutes", "0"], "usage: --minutes takes a number from 0.15 to 600, not 0"),
        (["x", "--task", "sort", "--minutes", "2"], "usage: --task sort trains no network"),
        (["x", "--task", "sort", "--text-column", "a"], "usage: --text-column and --label-column go with"),
        (["x", "y", "--task", "classify"], "usage: --task classify takes one file or folder, not 2"),
        (["x", "y", "--task", "translate"], "usage: --task translate takes one file or folder, not 2"),
        (["x", "--task", "translate", "--minutes", "0.05"], "range"),
        (["--task", "sort"], "usage: Name the files or folders"),
        (["/nowhere/at/all", "--task", "sort"], "There is nothing at /nowhere/at/all."),
        (["/nowhere/at/all", "--task", "classify"], "cannot be read (no such file or directory)"),
    ],
    ids=str,
)
def test_what_is_refused(words: list[str], message: str) -> None:
    assert message in said(*words)


def test_too_few_labels(tmp_path: Path) -> None:
    table = tmp_path / "one.csv"
    table.write_text("text,label\nhello,a\ngood day,a\n")
    assert "at least two labels" in said(str(table), "--task", "classify")


def test_the_range_of_minutes_is_in_plain_words() -> None:
    said = CliRunner().invoke(commands, ["compare", "--help"]).output
    assert "from 0.15 to 600" in " ".join(said.split())
    assert "<=" not in said
