"""The commands `sort` and `classify`, as a person calls them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.end_to_end.helpers import json_lines, rnnchat
from tests.unit.tasks.helpers import topic_texts, write_topic_notes

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


def write_table(path: Path, per_label: int = 6) -> Path:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        rows.writerows(zip(*topic_texts(per_label), strict=True))
    return path


def test_a_classifier_is_trained_used_and_kept_like_other_models(tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.csv")
    result = rnnchat(tmp_path, "classify", "train", table, "--name", "topics", "--json")
    assert result.returncode == 0, result.stderr
    (record,) = json_lines(result.stdout)
    assert record["labels"] == ["bicycle", "garden", "kitchen", "money", "music"]
    assert record["accuracy"] > 0.8
    assert 0 < record["macro_f1"] <= 1
    found = rnnchat(tmp_path, "classify", "knead the dough and simmer an onion", "--json")
    (answer,) = json_lines(found.stdout)
    assert answer["labels"][0]["name"] == "kitchen"
    assert answer["unsure"] is False
    piped = rnnchat(tmp_path, "classify", "-", "--model", "topics", "-n", "1", stdin="quarks, leptons\n")
    assert "Unsure" in piped.stdout
    listed = json.loads(rnnchat(tmp_path, "models", "list", "--json").stdout)["models"]
    assert next(model for model in listed if model["name"] == "topics")["task"] == "classify"
    assert "5 labels" in rnnchat(tmp_path, "models", "show", "topics").stdout
    assert rnnchat(tmp_path, "models", "check", "topics").stdout == "topics: OK\n"
    assert rnnchat(tmp_path, "models", "copy", "topics", "again").returncode == 0
    several = rnnchat(tmp_path, "classify", "x")
    assert "--model: again, topics" in several.stderr
    assert rnnchat(tmp_path, "models", "rename", "again", "other").returncode == 0
    assert rnnchat(tmp_path, "models", "delete", "other").returncode == 0
    for words in (["models", "use", "topics"], ["generate", "x", "--model", "topics"]):
        refused = rnnchat(tmp_path, *words)
        assert refused.returncode == 1
        assert "labels texts" in refused.stderr
    assert "predicts text" in rnnchat(tmp_path, "classify", "x", "--model", "base").stderr
    again = rnnchat(tmp_path, "classify", "train", table, "--name", "base")
    assert again.returncode == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\na,x\nb,x\n", "at least two labels"),
        ("a,b\n1,2\n", "The columns are: a, b"),
        ('text,label\n"a,x\n', "quotation marks"),
        ("", "no first line that names its columns"),
    ],
)
def test_what_is_wrong_with_examples_is_said(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    result = rnnchat(tmp_path, "classify", "train", tmp_path / "t.csv", "--name", "x")
    assert result.returncode == 1
    assert message in " ".join(result.stderr.split())
    assert "There is no classifier yet" in rnnchat(tmp_path, "classify", "text").stderr


def test_notes_are_sorted_moved_and_put_back(tmp_path: Path) -> None:
    notes = write_topic_notes(tmp_path / "notes")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "hedge.md").write_text("Prune the hedge, weed the bean seed, rake the soil.")
    (inbox / "odd.md").write_text("quarks and leptons")
    result = rnnchat(tmp_path, "sort", inbox, "--like", notes, "--json")
    assert result.returncode == 0, result.stderr
    measured, *rows = json_lines(result.stdout)
    assert measured["measured"]["accuracy"] > 0.8
    assert [Path(row["path"]).name for row in rows] == ["hedge.md", "odd.md"]
    assert rows[0]["labels"][0]["name"] == "garden"
    assert [row["unsure"] for row in rows] == [False, True]
    assert all(set(row) == {"path", "labels", "unsure", "because", "nearest"} for row in rows)
    assert len(list(inbox.iterdir())) == 2

    applied = rnnchat(tmp_path, "sort", inbox, "--like", notes, "--apply", "--json")
    said = json_lines(applied.stdout)
    last = said[-1]
    assert (last["moved"], last["kept"]) == (1, 1)
    # The file that undoes the moves is named before the first of them.
    assert said.index({"undo": last["undo"]}) < next(at for at, row in enumerate(said) if "from" in row)
    assert (notes / "garden" / "hedge.md").is_file()
    assert [path.name for path in inbox.iterdir()] == ["odd.md"]
    undone = rnnchat(tmp_path, "sort", "--undo", last["undo"])
    assert "Put back 1 note" in undone.stdout
    assert (inbox / "hedge.md").is_file()


def test_wrong_calls_of_sort_are_explained(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert rnnchat(tmp_path, "sort").returncode == 2
    assert rnnchat(tmp_path, "sort", tmp_path / "empty").returncode == 2
    assert rnnchat(tmp_path, "sort", "--undo", tmp_path / "none.json").returncode == 1
    nothing = rnnchat(tmp_path, "sort", tmp_path / "empty", "--like", tmp_path / "empty")
    assert (nothing.returncode, "no notes" in nothing.stderr) == (1, True)
    notes = write_topic_notes(tmp_path / "notes")
    for words, last in (((), {}), (("--apply",), {"moved": 0, "kept": 0, "undo": None})):
        waiting = rnnchat(tmp_path, "sort", tmp_path / "empty", "--like", notes, "--json", *words)
        said = json_lines(waiting.stdout)
        assert said[0] == {"measured": None, "left_out": [], "skipped": []}, "nothing is learned for nothing"
        assert said[1:] == [last] * bool(last)
    assert "nothing to sort" in rnnchat(tmp_path, "sort", tmp_path / "empty", "--like", notes).stdout
    missing = rnnchat(tmp_path, "sort", tmp_path / "gone", "--like", tmp_path / "empty")
    assert "nothing at" in missing.stderr
