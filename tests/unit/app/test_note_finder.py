"""Questions to the notes of the model in use, where it has none."""

from __future__ import annotations

import pytest

from rnnchat.app.note_finder import NO_NOTES_HINT_IN_APP, NoteFinder
from rnnchat.errors import ModelError
from rnnchat.library import asked_notes
from rnnchat.library.asked_notes import NO_NOTES_HINT, AskedNotes, NoNotesError
from rnnchat.storage.paths import Paths


@pytest.mark.parametrize(("hint", "shown"), [(NO_NOTES_HINT, NO_NOTES_HINT_IN_APP), ("Another.", "Another.")])
def test_what_to_do_without_notes_is_what_the_app_can_do(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, hint: str, shown: str
) -> None:
    def notes_of_model(paths: Paths, model: str) -> AskedNotes:
        raise NoNotesError("The model base has learned no notes.", hint)

    monkeypatch.setattr(asked_notes, "notes_of_model", notes_of_model)
    with pytest.raises(ModelError, match="no notes") as raised:
        NoteFinder(paths).ask("base", "who?")
    assert raised.value.hint == shown
