"""The notes of a model whose index of passages is damaged."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from rnnchat.errors import ModelError
from rnnchat.library import asked_notes
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.tasks.base import LANGUAGE_MODEL


def test_notes_are_indexed_anew_where_the_saved_index_is_damaged(
    tmp_path: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("The boiler is serviced every autumn.")
    card = SimpleNamespace(task=LANGUAGE_MODEL, learned_from={"paths": [str(notes)]})
    entry = SimpleNamespace(name="me", card=card, problem="")

    def damaged(self: Library, name: str) -> bytes:
        raise ModelError("passages.safetensors has changed since it was saved.")

    monkeypatch.setattr(Library, "find", lambda self, name: entry)
    monkeypatch.setattr(Library, "passages", damaged)
    found = asked_notes.notes_of_model(paths, "me")
    assert len(found.collection.index) == 1
    assert not found.are_saved
    (notes / "a.md").unlink()
    with pytest.raises(ModelError, match="has changed"):
        asked_notes.notes_of_model(paths, "me")
