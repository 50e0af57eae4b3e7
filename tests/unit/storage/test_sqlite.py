"""The databases of chats and drafts: brought up to date and found in; what goes wrong with them is said."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import unicodedata
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rnnchat.errors import StorageError
from rnnchat.library import chats as chats_module
from rnnchat.library.chats import Chats
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.storage import sqlite as database
from rnnchat.storage.paths import Paths
from rnnchat.storage.sqlite import DatabaseSchema

CHATS_OF_0_1 = """
CREATE TABLE chats (
    id INTEGER PRIMARY KEY, created REAL NOT NULL, changed REAL NOT NULL, title TEXT NOT NULL
);
CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    role TEXT NOT NULL, text TEXT NOT NULL, model TEXT NOT NULL, created REAL NOT NULL
);
CREATE INDEX turns_by_chat ON turns (chat, id);
CREATE VIRTUAL TABLE search USING fts5 (text, content='turns', content_rowid='id');
CREATE TRIGGER turn_added AFTER INSERT ON turns BEGIN
    INSERT INTO search (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER turn_removed AFTER DELETE ON turns BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text);
END;
INSERT INTO chats VALUES (3, 1.0, 2.0, 'Das Übel'), (4, 5.0, 99999999999.0, 'Later');
INSERT INTO turns VALUES (7, 3, 'user', 'Das Übel', 'base', 1.0),
    (8, 3, 'model', '今天天气很好', 'base', 2.0), (9, 4, 'user', 'Later', 'base', 5.0);
"""
DRAFTS_OF_0_1 = """
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY, version INTEGER NOT NULL, created REAL NOT NULL, changed REAL NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, cursor INTEGER NOT NULL,
    keys INTEGER NOT NULL, characters INTEGER NOT NULL,
    path TEXT, newline TEXT NOT NULL, has_mark INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE days (day TEXT PRIMARY KEY, keys INTEGER NOT NULL, characters INTEGER NOT NULL);
INSERT INTO drafts VALUES (5, 12, 1.0, 2.0, 'note.md', 'Éclair', 3, 4, 6, '/tmp/note.md', '\r\n', 1, 'abc');
INSERT INTO drafts VALUES (6, 1, 1.0, 3.0, 'Later', 'Later', 0, 4, 6, NULL, '\n', 0, '');
"""


def made_by_0_1(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL;" + script)


@pytest.fixture
def chats(paths: Paths) -> Chats:
    return Chats(paths.chats)


@pytest.fixture
def drafts(paths: Paths) -> Drafts:
    return Drafts(paths.drafts)


# Of an older rnnchat, and of a newer one


def test_chats_of_0_1_are_brought_up_to_date(chats: Chats, paths: Paths) -> None:
    made_by_0_1(paths.chats, CHATS_OF_0_1)
    assert [turn.text for turn in chats.turns(3)] == ["Das Übel", "今天天气很好"]
    assert [chat.id for chat in chats.find("天气")] == [3] == [chat.id for chat in chats.find("UBEL")]
    assert [chat.id for chat in chats.find()] == [4, 3]
    assert all(chat.changed <= time.time() for chat in chats.find())
    chats.add_turn(3, "user", "more", "base")
    assert [(chat.id, chat.turns) for chat in chats.find()] == [(3, 3), (4, 1)], "the clock was ahead"
    chats.remove_turn(8)
    assert chats.find("天气") == []
    chats.delete(3)
    assert [chat.id for chat in chats.find()] == [4]


def test_drafts_of_0_1_are_brought_up_to_date(drafts: Drafts, paths: Paths) -> None:
    made_by_0_1(paths.drafts, DRAFTS_OF_0_1)
    kept = drafts.load(5)
    assert kept is not None and kept.file is not None
    assert (kept.version, kept.text, kept.cursor, kept.keys, kept.characters) == (12, "Éclair", 3, 4, 6)
    assert (str(kept.file.path), kept.file.newline, kept.file.has_mark) == ("/tmp/note.md", "\r\n", True)
    assert [one.id for one in drafts.find("éclair")] == [5]
    assert [one.id for one in drafts.find()] == [6, 5]


def test_a_step_that_fails_leaves_all_as_it_was(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by_0_1(paths.chats, CHATS_OF_0_1)

    def fails(connection: sqlite3.Connection) -> None:
        chats_module._migrate_to_2(connection)
        raise sqlite3.OperationalError("database or disk is full")

    good = chats_module._SCHEMA
    monkeypatch.setattr(
        chats_module, "_SCHEMA", DatabaseSchema("the chats", (chats_module._migrate_to_1, fails))
    )
    with pytest.raises(StorageError, match="disk is full"):
        Chats(paths.chats).find()
    with closing(sqlite3.connect(paths.chats)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)
        assert connection.execute("SELECT COUNT(*) FROM search WHERE search MATCH 'later'").fetchone() == (1,)
    monkeypatch.setattr(chats_module, "_SCHEMA", good)
    assert len(Chats(paths.chats).find()) == 2


def test_many_that_open_an_older_one_at_once(paths: Paths) -> None:
    made_by_0_1(paths.chats, CHATS_OF_0_1)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(Chats(paths.chats).find("übel")))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8


def test_one_of_a_newer_rnnchat_is_left_as_it_is(chats: Chats, paths: Paths) -> None:
    chats.add_turn(None, "user", "hello", "base")
    with closing(sqlite3.connect(paths.chats)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = paths.chats.read_bytes()
    for call in (chats.find, lambda: chats.add_turn(None, "user", "x", "base")):
        with pytest.raises(StorageError, match="newer version of rnnchat") as caught:
            call()
        assert "Update rnnchat" in caught.value.hint
    assert paths.chats.read_bytes() == before


# Empty, cut off, damaged


def test_one_that_was_emptied_is_said_to_be_once_and_moved_away(chats: Chats, paths: Paths) -> None:
    chats.add_turn(None, "user", "hello", "base")
    os.truncate(paths.chats, 0)
    log = Path(f"{paths.chats}-wal")
    log.write_bytes(b"what could be recovered")
    with pytest.raises(StorageError, match="is empty") as caught:
        chats.find()
    (aside,) = paths.data.glob("*-damaged-*[0-9]")
    assert str(aside) in caught.value.hint
    assert Path(f"{aside}-wal").read_bytes() == b"what could be recovered"
    assert chats.find() == []
    chats.add_turn(None, "user", "again", "base")
    assert [chat.title for chat in chats.find()] == ["again"]


def test_emptied_twice_in_a_second_overwrites_nothing(drafts: Drafts, paths: Paths) -> None:
    for _ in range(2):
        drafts.keep(Draft(text="x"))
        os.truncate(paths.drafts, 0)
        with pytest.raises(StorageError, match="is empty"):
            drafts.load()
    assert len(list(paths.data.glob("drafts.sqlite3-damaged-*"))) == 2


def test_one_of_0_1_that_was_emptied_with_its_log_left_is_not_taken_for_new(
    drafts: Drafts, paths: Paths
) -> None:
    paths.data.mkdir(parents=True)
    paths.drafts.touch()
    Path(f"{paths.drafts}-wal").write_bytes(b"x" * 100)
    with pytest.raises(StorageError, match="is empty"):
        drafts.keep(Draft(text="x"))


def test_one_that_was_moved_away_makes_place_for_another(chats: Chats, paths: Paths) -> None:
    chats.add_turn(None, "user", "hello", "base")
    paths.chats.rename(paths.data / "elsewhere")
    assert chats.find() == []


@pytest.mark.parametrize("damage", ["cut", "first page", "no database", "a table is gone"])
def test_one_that_is_damaged_is_left_as_it_is(drafts: Drafts, paths: Paths, damage: str) -> None:
    for number in range(50):
        drafts.keep(Draft(text=f"{number} " * 500))
    data = paths.drafts.read_bytes()
    if damage == "a table is gone":
        with closing(sqlite3.connect(paths.drafts)) as connection:
            connection.execute("DROP TABLE drafts")
        data = paths.drafts.read_bytes()
    else:
        data = {
            "cut": data[: len(data) // 2],
            "first page": data[:100] + b"\xff" * 4000 + data[4100:],
            "no database": b"no database" * 500,
        }[damage]
        paths.drafts.write_bytes(data)
    for call in (drafts.find, lambda: drafts.keep(Draft(text="new"))):
        with pytest.raises(StorageError, match="damaged") as caught:
            call()
        assert "backup" in caught.value.hint and "move it away" in caught.value.hint
    assert paths.drafts.read_bytes() == data


# Locked, full, not to be written


def test_one_in_use_by_another_program(chats: Chats, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    chats.add_turn(None, "user", "hello", "base")
    with closing(sqlite3.connect(paths.chats)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="in use by another program") as caught:
            chats.add_turn(None, "user", "more", "base")
        assert "tries again" in caught.value.hint
        assert len(chats.find()) == 1, "it can still be read"
        other.rollback()
    chats.add_turn(None, "user", "more", "base")
    assert len(chats.find()) == 2


def test_a_full_disk(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts.keep(Draft(text="x"))
    connect = sqlite3.connect

    def small(*args: object, **more: object) -> sqlite3.Connection:
        connection = connect(*args, **more)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 12")
        return connection

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", small)
        with pytest.raises(StorageError, match="disk is full") as caught:
            drafts.keep(Draft(text="y" * 100_000))
        assert "Free some space" in caught.value.hint
    assert [one.title for one in drafts.find()] == ["x"]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_or_folder_that_may_not_be_written(paths: Paths, tmp_path: Path, what: str) -> None:
    Chats(paths.chats).add_turn(None, "user", "hello", "base")
    paths.chats.chmod(0o444 if what == "file" else 0o644)
    paths.data.chmod(0o777 if what == "file" else 0o555)
    for folder in (paths.data.parent, tmp_path, *tmp_path.parents):
        if folder != Path("/tmp") and os.geteuid() == folder.stat().st_uid and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    told = said_by_somebody_else(paths.chats)
    paths.data.chmod(0o755)
    assert "not writable" in told
    assert "Check who owns" in told


def said_by_somebody_else(path: Path) -> str:
    """Return what a person who does not own the chats is told when one is to be kept."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            Chats(path).add_turn(None, "user", "x", "base")
        except StorageError as error:
            os.write(writes, f"{error.message} {error.hint}".encode())
        finally:
            os._exit(0)
    os.close(writes)
    os.waitpid(child, 0)
    with os.fdopen(reads, "rb") as pipe:
        return pipe.read().decode()


# Finding, and the order of use


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("今天天气很好,我们去公园", "公"),
        ("日本語のメモです", "メモ"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("the café", unicodedata.normalize("NFD", "CAFÉ")),
        ("Die Straße war frei", "strasse FREI"),
        ("שלום עולם", "עולם"),
        ("🙂 fine", "🙂"),
        ('a "quoted" word*', '"quoted" word*'),
        ("100% of_it", "% _"),
        ("हिन्दी में", "हिन्दी"),
    ],
)
def test_both_find_in_every_alphabet(chats: Chats, drafts: Drafts, text: str, sought: str) -> None:
    chats.add_turn(None, "user", "something else", "base")
    drafts.keep(Draft(text="something else"))
    chat, turn = chats.add_turn(None, "user", text, "base")
    draft = drafts.keep(Draft(text=text))
    assert [(one.id, one.turn) for one in chats.find(sought)] == [(chat, turn)]
    for _ in range(2):  # folded for the first search, and found folded by the second
        assert [one.id for one in drafts.find(sought)] == [draft.id]
    drafts.keep(replace(draft, text="changed"))
    assert drafts.find(sought) == []


@pytest.mark.parametrize("query", ["'; DROP TABLE turns", '"', "*", "NEAR(", "\ud800", "-", "\0"])
def test_no_query_does_harm(chats: Chats, drafts: Drafts, query: str) -> None:
    chats.add_turn(None, "user", "hello", "base")
    drafts.keep(Draft(text="hello"))
    assert chats.find(query) == drafts.find(query) == []
    assert len(chats.find("hello")) == len(drafts.find("hello")) == 1


def test_words_of_different_turns_are_no_find_and_the_latest_turn_is_told(chats: Chats) -> None:
    chat = chats.add_turn(None, "user", "herons nest", "base")[0]
    chats.add_turn(chat, "model", "in willows", "base")
    later = chats.add_turn(chat, "user", "a heron's nest", "base")[1]
    assert [one.turn for one in chats.find("hero nes")] == [later]
    assert chats.find("hero wil") == []


def test_a_clock_that_was_ahead_does_not_keep_anything_first(
    chats: Chats, drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: now + 1e8)
        ahead = drafts.keep(Draft(text="ahead"))
        chats.add_turn(None, "user", "ahead", "base")
    drafts.keep(Draft(text="now"))
    chats.add_turn(None, "user", "now", "base")
    assert [one.title for one in drafts.find()] == ["now", "ahead"] == [one.title for one in chats.find()]
    latest = drafts.load()
    assert latest is not None and latest.text == "now"
    assert all(one.changed <= time.time() for one in (*drafts.find(), *chats.find()))
    drafts.touch(ahead.id)
    assert [one.title for one in drafts.find()] == ["ahead", "now"]


def test_a_turn_of_a_chat_that_was_deleted_meanwhile_is_kept(chats: Chats) -> None:
    chat = chats.add_turn(None, "user", "first", "base")[0]
    chats.delete(chat)
    again, _ = chats.add_turn(chat, "user", "second", "base")
    assert [(one.id, one.title) for one in chats.find()] == [(again, "second")]


def test_finding_in_much_is_quick(chats: Chats, drafts: Drafts, paths: Paths) -> None:
    chats.add_turn(None, "user", "x", "base")
    with closing(sqlite3.connect(paths.chats)) as connection, connection:
        rows = [
            (number, 1, f"turn {number} über den Fluss und in die Wälder " * 8) for number in range(2, 5002)
        ]
        connection.executemany("INSERT INTO turns VALUES (?, ?, 'user', ?, 'base', 1.0)", rows)
        connection.executemany("INSERT INTO folded VALUES (?, ?, ?)", rows)
    drafts.keep(Draft(text="Zürich, im Jänner. " * 300_000 + "unique"))
    drafts.find("unique")
    for found in (lambda: chats.find("turn 4321"), lambda: drafts.find("unique")):
        times = []
        for _ in range(3):
            began = time.perf_counter()
            assert len(found()) == 1
            times.append(time.perf_counter() - began)
        assert min(times) < 0.05


def test_a_space_that_came_with_a_word_is_remembered(drafts: Drafts) -> None:
    kept = drafts.keep(Draft(text="word ", cursor=5, space_taken=True))
    loaded = drafts.load(kept.id)
    assert loaded is not None and loaded.space_taken
    drafts.keep(replace(loaded, space_taken=False))
    loaded = drafts.load(kept.id)
    assert loaded is not None and not loaded.space_taken


def test_an_error_of_input_and_output_on_a_full_disk_is_that(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    paths.data.mkdir(parents=True)
    assert "reported an error" in database._explained(error, paths.chats, "the chats").message
    monkeypatch.setattr(database, "MINIMUM_FREE", 10**18)
    assert "disk is full" in database._explained(error, paths.chats, "the chats").message
