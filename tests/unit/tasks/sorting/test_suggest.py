"""Folders and tags are learned from notes and suggested for others, without looking at the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.errors import NotesError
from rnnchat.tasks.sorting.inbox import read_notes_to_sort
from rnnchat.tasks.sorting.notes import SortableNote, read_sortable
from rnnchat.tasks.sorting.suggest import FOLDERS, TAGS, learn_sorting
from tests.unit.tasks.helpers import topic_texts, write_topic_notes


def test_notes_of_an_inbox_get_their_folders(tmp_path: Path) -> None:
    notes = write_topic_notes(tmp_path / "notes")
    (notes / "lonely").mkdir()
    (notes / "lonely" / "one.md").write_text("alone")
    (notes / "loose.md").write_text("in no folder")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "new.md").write_text("Today I will prune the hedge, weed the bean seed and rake.")
    (inbox / "link.md").symlink_to(notes / "loose.md")
    found = read_notes_to_sort(inbox, notes)
    assert [item.path.name for item in found.skipped] == ["link.md"]
    sorter = learn_sorting(found.sorted_notes)
    assert sorter.by == FOLDERS
    assert sorter.left_out == ("lonely",)
    assert sorter.metrics.accuracy > 0.9
    (suggestion,) = sorter.suggest(found.inbox)
    assert suggestion.prediction.labels[0].name == "garden"
    assert not suggestion.prediction.is_unsure
    assert set(suggestion.because) & {"prune", "hedge", "weed", "bean", "seed", "rake"}
    assert {note.folder for note in suggestion.nearest} == {"garden"}
    moves, refused = found.moves([suggestion], 0.5)
    assert [move.target for move in moves] == [notes.resolve() / "garden" / "new.md"]
    assert refused == []
    assert found.moves([suggestion], 1.1) == ([], [])
    record = suggestion.as_dict()
    assert set(record) == {"path", "labels", "unsure", "because", "nearest"}


def test_an_inbox_inside_the_notes_is_not_learned(tmp_path: Path) -> None:
    notes = write_topic_notes(tmp_path / "notes")
    inbox = notes / "inbox"
    inbox.mkdir()
    for name in ("a.md", "b.md"):
        (inbox / name).write_text("onion and garlic in butter")
    found = read_notes_to_sort(inbox, notes)
    assert len(found.inbox) == 2
    assert "inbox" not in {note.folder for note in found.sorted_notes}
    (notes / "loose.md").write_text("chain and gear")
    same = read_notes_to_sort(notes, notes)
    assert [note.name for note in same.inbox] == ["loose.md"]
    around = read_notes_to_sort(tmp_path, notes)
    assert not around.inbox


def test_folders_that_are_links_are_told(tmp_path: Path) -> None:
    notes = write_topic_notes(tmp_path / "notes")
    inbox = tmp_path / "inbox"
    elsewhere = tmp_path / "elsewhere"
    for folder in (inbox, elsewhere):
        folder.mkdir()
        (folder / "a.md").write_text("onion and garlic in butter")
    (notes / "garden" / "linked").symlink_to(elsewhere)
    (notes / "travel").symlink_to(elsewhere)
    (notes / "note.md").symlink_to(elsewhere / "a.md")
    (notes / "gone").symlink_to(tmp_path / "gone")
    (notes / ".hidden").symlink_to(elsewhere)
    (notes / "inbox").symlink_to(inbox)
    assert read_notes_to_sort(inbox, notes).linked_folders == ("garden/linked", "travel")
    assert read_notes_to_sort(notes, notes).linked_folders == ("garden/linked", "inbox", "travel")
    assert read_notes_to_sort(notes / "garden", notes).linked_folders == ("inbox", "travel")


def test_tags_are_learned_where_there_are_no_folders(tmp_path: Path) -> None:
    for number, (text, label) in enumerate(zip(*topic_texts(6, 3), strict=True)):
        tags = f"tags: [{label}, all]" if number % 2 else "title: x"
        inline = "" if number % 2 else f" #{label} #all"
        (tmp_path / f"{number}.md").write_text(f"---\n{tags}\n---\n{text}{inline}\n")
    notes, _ = read_sortable([tmp_path])
    assert all("bicycle" not in note.text for note in notes)
    assert all("#" not in note.text for note in notes)
    sorter = learn_sorting(notes)
    assert sorter.by == TAGS
    assert sorter.labels == ("all", "bicycle", "garden", "kitchen")
    note = SortableNote(tmp_path / "new.md", "new.md", "knead the dough, then the oven")
    (suggestion,) = sorter.suggest([note])
    assert "kitchen" in [label.name for label in suggestion.prediction.labels[:2]]


def test_too_little_to_learn_from_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotesError, match="no notes"):
        read_notes_to_sort(tmp_path / "empty", tmp_path / "empty")
    (tmp_path / "one").mkdir()
    for name in ("a.md", "b.md"):
        (tmp_path / "one" / name).write_text("some text here")
    notes, _ = read_sortable([tmp_path])
    with pytest.raises(NotesError, match="too few"):
        learn_sorting(notes)


def test_no_folder_and_no_file_name_is_part_of_the_text(tmp_path: Path) -> None:
    notes = write_topic_notes(tmp_path / "notes", 2)
    found, _ = read_sortable([notes])
    for note in found:
        assert note.folder not in note.text
        assert note.path.name not in note.text
