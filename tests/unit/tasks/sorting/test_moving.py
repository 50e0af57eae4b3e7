"""Notes are moved so that nothing is overwritten and everything can be undone, even half way."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from rnnchat.errors import StorageError
from rnnchat.tasks.sorting import moving
from rnnchat.tasks.sorting.moving import (
    Move,
    apply_moves,
    plan_moves,
    read_undo_file,
    undo_moves,
    write_undo_file,
)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (tmp_path / "notes" / "garden").mkdir(parents=True)
    for name in ("a.md", "b.md", "c.md"):
        (folder / name).write_text(f"text of {name}")
    return folder


def tree(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()
    }


def planned(inbox: Path) -> list[Move]:
    garden = inbox.parent / "notes" / "garden"
    moves, refused = plan_moves((path, garden) for path in sorted(inbox.iterdir()))
    assert not refused
    return moves


def test_moves_are_made_and_undone(inbox: Path) -> None:
    before = tree(inbox.parent)
    moves = planned(inbox)
    assert not any(result.problem for result in apply_moves(moves))
    assert not list(inbox.iterdir())
    assert (inbox.parent / "notes/garden/a.md").read_text() == "text of a.md"
    undone = undo_moves(moves)
    assert [result.problem for result in undone] == ["", "", ""]
    assert tree(inbox.parent) == before
    assert undo_moves(moves) == []


def test_a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten(inbox: Path) -> None:
    garden = inbox.parent / "notes" / "garden"
    (garden / "a.md").write_text("older")
    (garden / "A 2.md").write_text("differs in case alone")
    other = inbox / "deeper"
    other.mkdir()
    (other / "b.md").write_text("another b")
    moves, _ = plan_moves([(inbox / "a.md", garden), (inbox / "b.md", garden), (other / "b.md", garden)])
    assert [move.target.name for move in moves] == ["a 2.md", "b.md", "b 2.md"]
    apply_moves(moves)
    assert (garden / "a.md").read_text() == "older"
    assert (garden / "b 2.md").read_text() == "another b"


def test_a_name_that_is_taken_meanwhile_stays_as_it_is(inbox: Path) -> None:
    moves = planned(inbox)
    moves[0].target.write_text("written meanwhile")
    moves[1].source.unlink()
    results = apply_moves(moves)
    assert [bool(result.problem) for result in results] == [True, True, False]
    assert moves[0].target.read_text() == "written meanwhile"
    assert moves[0].source.read_text() == "text of a.md"


def test_undoing_never_overwrites_a_new_file(inbox: Path) -> None:
    moves = planned(inbox)
    apply_moves(moves)
    moves[0].source.write_text("a new note of that name")
    moves[2].target.unlink()
    problems = {result.move.source.name: result.problem for result in undo_moves(moves)}
    assert "another file" in problems["a.md"]
    assert problems["b.md"] == ""
    assert "neither" in problems["c.md"]
    assert moves[0].source.read_text() == "a new note of that name"
    assert moves[0].target.read_text() == "text of a.md"


@pytest.mark.parametrize("step", range(6))
def test_a_process_killed_half_way_leaves_all_that_undoing_needs(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before = tree(inbox)
    undo_file = inbox.parent / "undo.json"
    moves = planned(inbox)
    write_undo_file(undo_file, moves)
    calls = iter(range(100))

    def killed_at(real: object) -> object:
        def call(*words: object, **more: object) -> object:
            if next(calls) == step:
                raise KeyboardInterrupt
            return real(*words, **more)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", killed_at(os.link))
        patch.setattr(Path, "unlink", killed_at(Path.unlink))
        with pytest.raises(KeyboardInterrupt):
            apply_moves(moves)
    assert not any(result.problem for result in undo_moves(read_undo_file(undo_file)))
    assert tree(inbox) == before
    assert not list((inbox.parent / "notes/garden").iterdir())


@pytest.mark.parametrize("has_links", [True, False])
def test_a_note_goes_to_another_disk(inbox: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool) -> None:
    real = os.link

    def link(source: Path, target: Path, **more: bool) -> None:
        if not has_links or not Path(source).name.startswith(".writing-"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target, **more)

    monkeypatch.setattr(os, "link", link)
    os.utime(inbox / "a.md", (1000, 1000))
    moves = planned(inbox)
    moves[1].target.write_text("taken meanwhile")
    results = apply_moves(moves)
    assert [result.problem for result in results] == ["", "its name is taken there", ""]
    assert moves[0].target.stat().st_mtime == 1000
    assert moves[1].target.read_text() == "taken meanwhile"
    assert sorted(path.name for path in moves[0].target.parent.iterdir()) == ["a.md", "b.md", "c.md"]
    assert [path.name for path in inbox.iterdir()] == ["b.md"]


def test_links_and_folders_that_cannot_be_written_are_reported(inbox: Path, tmp_path: Path) -> None:
    link = tmp_path / "notes" / "link"
    link.symlink_to(tmp_path / "elsewhere")
    sealed = tmp_path / "notes" / "sealed"
    sealed.mkdir(mode=0o500)
    moves, refused = plan_moves(
        [(inbox / "a.md", link), (inbox / "b.md", tmp_path / "gone"), (inbox / "c.md", inbox)]
    )
    assert moves == []
    assert [result.problem.split(" (")[0] for result in refused] == [
        "its folder is a link or a file",
        "its folder cannot be reached",
        "it is there already",
    ]
    if os.geteuid():
        _, refused = plan_moves([(inbox / "a.md", sealed)])
        assert refused[0].problem == "its folder is read-only"
    note = inbox / "a.md"
    note.unlink()
    note.symlink_to(inbox / "b.md")
    (result,) = apply_moves([Move(note, tmp_path / "notes/garden/a.md")])
    assert "not a regular file" in result.problem
    assert note.is_symlink()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": 1, "moves": [{"from": "/a"}]}',
        '{"schema": 1, "moves": [3]}',
        "[" * 5000,
        json.dumps({"schema": 1, "moves": [{"from": "a", "to": "/b"}]}),
        '{"schema": 9, "moves": []}',
        '{"schema": 1, "moves": [{"from": "/\\ud800", "to": "/b"}]}',
        '{"schema": 1, "moves": [{"from": "/a\\u0000", "to": "/b"}]}',
    ],
)
def test_a_damaged_undo_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "undo.json").write_text(content)
    with pytest.raises(StorageError):
        read_undo_file(tmp_path / "undo.json")


def test_names_that_are_not_utf8_survive_the_undo_file(tmp_path: Path) -> None:
    move = Move(Path(os.fsdecode(b"/in/caf\xe9.md")), tmp_path / "x.md")
    write_undo_file(tmp_path / "undo.json", [move])
    assert read_undo_file(tmp_path / "undo.json") == [move]
    assert moving.new_undo_file(tmp_path).parent == tmp_path / "sorting"


@pytest.mark.parametrize("stem", ["x" * 252, "é" * 126])
def test_the_longest_name_that_is_taken_gets_a_number_too(inbox: Path, stem: str) -> None:
    garden = inbox.parent / "notes" / "garden"
    name = f"{stem}.md"
    for folder in (inbox, garden):
        (folder / name).write_text(f"in {folder.name}")
    (move,), _ = plan_moves([(inbox / name, garden)])
    assert move.target.name.endswith(" 2.md")
    assert move.target.stem.startswith(stem[:100])
    assert [result.problem for result in apply_moves([move])] == [""]
    assert (garden / name).read_text() == "in garden"
    assert move.target.read_text() == "in inbox"


def test_a_move_that_is_interrupted_leaves_a_file_one_name(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    before = tree(inbox.parent)
    moves = planned(inbox)
    with monkeypatch.context() as patched:
        patched.setattr(moving, "sync_folder", interrupt)
        with pytest.raises(KeyboardInterrupt):
            apply_moves(moves)
    assert len(tree(inbox.parent)) == len(before)
    undo_moves(moves)
    assert tree(inbox.parent) == before


def test_a_missing_undo_file_is_said_with_where_to_find_one(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="missing") as caught:
        read_undo_file(tmp_path / "nope")
    assert "sort --apply" in caught.value.hint
