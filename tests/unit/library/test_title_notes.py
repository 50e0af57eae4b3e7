"""What is learned of the titles of a model's notes, and how it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.library import asked_notes, title_notes
from rnnchat.library.title_notes import learned_title_writer
from rnnchat.storage.paths import Paths
from rnnchat.tasks.asking.collection import open_collection
from rnnchat.tasks.summarising.prose import read_prose
from rnnchat.tasks.summarising.titles import shipped_weights

VERBS = "bake mend sow peel paint wash carry draw fold grow heat join".split()
THINGS = "bread beans bikes onions".split()


@pytest.fixture
def notes(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of 48 notes that every model has learned."""
    folder = tmp_path / "notes"
    folder.mkdir()
    for verb in VERBS:
        for thing in THINGS:
            text = f"# How To {verb.title()} {thing.title()}\n\nYou can {verb} {thing} today. It is fine.\n"
            (folder / f"{verb}-{thing}.md").write_text(text)

    def of_model(paths: Paths, model: str) -> asked_notes.AskedNotes:
        return asked_notes.AskedNotes(open_collection([folder], paths.indexes))

    monkeypatch.setattr(title_notes, "notes_of_model", of_model)
    return folder


def test_titles_are_learned_once(paths: Paths, notes: Path) -> None:
    begun: list[bool] = []

    def learn(*, fit: bool) -> list[str]:
        writer = learned_title_writer(paths, "me", fit=fit, progress=lambda: begun.append(fit))
        is_fitted = (writer.weights.steps.dense != shipped_weights().steps.dense).any()
        assert is_fitted == (fit or True in begun)
        return writer.suggest(read_prose("You can read books today. It is fine."), 1)

    for fit in (False, False, True, True, False):
        learn(fit=fit)
    assert begun == [False, True]
    assert learn(fit=True)[0].startswith("How To")
    (notes / "new.md").write_text("# How To Sing\n\nYou can sing today.\n")
    learn(fit=True)
    assert begun == [False, True, True], "changed notes are learned anew"


def test_damaged_weights_are_fitted_anew(paths: Paths, notes: Path) -> None:
    learned_title_writer(paths, "me", fit=True)
    (kept,) = (paths.indexes / "titles").glob("*.safetensors")
    good = kept.read_bytes()
    kept.write_bytes(good[:1000])
    learned_title_writer(paths, "me", fit=True)
    assert kept.read_bytes() == good


def test_of_few_notes_nothing_is_learned(paths: Paths, notes: Path) -> None:
    for note in sorted(notes.glob("*.md"))[20:]:
        note.unlink()
    writer = learned_title_writer(paths, "me", fit=True)
    assert writer.collection is None
    assert not (paths.indexes / "titles").exists()
