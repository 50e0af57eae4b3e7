"""Names of any bytes are learned from, kept without loss, and shown escaped."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.errors import NotesError
from rnnchat.generation.attribution import paths_from, paths_to
from rnnchat.storage.display import display_path
from rnnchat.storage.paths import Paths
from rnnchat.text.notes import read_corpus, scan
from rnnchat.text.notes.split import choose_validation
from rnnchat.training.data.prepare import prepare
from rnnchat.training.runs.files import NOTE_PATHS
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings

NAMES = [
    b"\xe9t\xe9.md",
    b"new\nline.md",
    b"esc\x1b[31m.md",
    b"\xff\xfe.md",
    "日本.md".encode(),
    b"caf\xe9/in.md",
]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / os.fsdecode(b"m\xe9moires")
    for number, name in enumerate([*NAMES, *(b"%d.md" % number for number in range(20))]):
        path = folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        words = " ".join(f"word{number}x{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
        path.write_text(f"# Note {number}\n\n{words}\n", encoding="utf-8")
    return folder


def test_they_are_prepared_and_their_paths_come_back(paths: Paths, notes: Path) -> None:
    run = Run.create(paths, RunSettings(name="me", paths=(str(notes),), base="scratch"))
    assert Run(run.folder).settings == run.settings, "what a run is resumed with"
    counted = prepare(run, paths, lambda event: None)
    assert counted.files == len(NAMES) + 20
    files = json.loads((run.folder / NOTE_PATHS).read_text(encoding="utf-8"))
    assert sorted(map(os.fsencode, files)) == sorted(
        bytes(path) for path in notes.rglob("*") if path.is_file()
    )
    assert prepare(Run(run.folder), paths, lambda event: None).files == counted.files, "once more"


def test_the_split_is_the_same_for_any_names(notes: Path) -> None:
    result = scan([notes])
    assert {os.fsencode(note.name) for note in result.notes} >= set(NAMES)
    assert read_corpus(result) == read_corpus(scan([notes]))
    names = [os.fsdecode(b"\xe9%d" % number) for number in range(30)]
    assert choose_validation(names, [100] * 30) == choose_validation(names, [100] * 30) != set()


@given(st.lists(st.binary(min_size=1).filter(lambda name: b"\0" not in name)))
def test_any_paths_are_kept_with_a_memory(names: list[bytes]) -> None:
    paths = [os.fsdecode(name) for name in names]
    assert paths_from(paths_to(paths)) == paths


def _is_blank_or_private(character: str) -> bool:
    return character in "\u200c\u200d" or unicodedata.category(character) in ("Zs", "Co")


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_what_is_shown_is_one_line_of_harmless_text(name: bytes) -> None:
    shown = display_path(os.fsdecode(name))
    shown.encode()
    assert all(character.isprintable() for character in shown if not _is_blank_or_private(character))
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"\xe9t\xe9", "\\xe9t\\xe9"),
        (b"a\nb\x1b\x7f", "a\\nb\\x1b\\x7f"),
        ("é 日本 😀".encode(), "é 日本 😀"),
        ("\u202egpj.exe".encode(), "\\u202egpj.exe"),
        ("\u0085\u2028".encode(), "\\x85\\u2028"),
        (b"plain name.md", "plain name.md"),
    ],
)
def test_names_are_shown(name: bytes, shown: str) -> None:
    assert display_path(Path(os.fsdecode(name))) == shown


def test_messages_show_them(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match=r"nothing at .*/\\xe9\\n\.$"):
        scan([tmp_path / "\udce9\n"])
