"""The writer's history: what counts, for how long, and that it can be forgotten."""

from __future__ import annotations

import sqlite3
import stat

import pytest

from rnnchat.library import writer_history
from rnnchat.library.writer_history import HALF_LIFE, SAME_FOLDER, WriterHistory
from rnnchat.storage.paths import Paths


@pytest.fixture
def history(paths: Paths) -> WriterHistory:
    return WriterHistory(paths.writer_history)


def test_words_and_pairs_are_counted(history: WriterHistory) -> None:
    history.record_text("The river runs. The river sleeps.")
    used = history.load()
    assert used.weights["river"] == pytest.approx(2)
    assert used.pairs["The", "river"] == pytest.approx(2)
    assert ("runs", "The") not in used.pairs, "a full stop is between them"


def test_they_count_half_as_much_after_some_time(
    history: WriterHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_history, "_today", lambda: 1000.0)
    history.record_text("river")
    monkeypatch.setattr(writer_history, "_today", lambda: 1000.0 + HALF_LIFE)
    assert history.load().weights["river"] == pytest.approx(0.5)
    history.record_text("river")
    assert history.load().weights["river"] == pytest.approx(1.5)
    monkeypatch.setattr(writer_history, "_today", lambda: 0.0)
    assert history.load().weights["river"] == pytest.approx(1.5), "a clock that was set back changes nothing"


def test_drafts_of_the_same_folder_count_more(history: WriterHistory) -> None:
    history.record_text("river", "/home/anna/letters")
    assert history.load("/home/anna/work").weights["river"] == pytest.approx(1)
    assert history.load("/home/anna/letters").weights["river"] == pytest.approx(SAME_FOLDER)


@pytest.mark.parametrize(
    "text",
    [
        "password: correcthorsebattery",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "a1b2c3d4e5",
        "x" * 40,
        "12345678",
    ],
)
def test_what_looks_like_a_secret_is_not_kept(history: WriterHistory, paths: Paths, text: str) -> None:
    history.record_text(f"The river\n{text}\nruns.")
    history.record_dismissed([text])
    assert set(history.load().weights) == {"The", "river", "runs"}
    assert history.load().rejected == {}
    kept = b"".join(file.read_bytes() for file in paths.data.glob("writer-history*"))
    assert text.rsplit(" ", maxsplit=1)[-1].encode() not in kept


def test_lines_that_are_known_are_not_counted_again(history: WriterHistory) -> None:
    history.record_text("The river\nruns", known={"The river"})
    assert set(history.load().weights) == {"runs"}


def test_forgetting_leaves_nothing(history: WriterHistory, paths: Paths) -> None:
    assert history.forget() == 0
    history.record_text("Wexcombe")
    history.record_dismissed(["Wexcombe"])
    assert stat.S_IMODE(paths.writer_history.stat().st_mode) == 0o600
    assert history.forget() == 2
    assert history.load().weights == {}
    assert b"Wexcombe" not in b"".join(file.read_bytes() for file in paths.data.glob("writer-history*"))
    history.record_text("again")
    assert set(history.load().weights) == {"again"}


def test_what_counts_least_is_dropped(history: WriterHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_history, "MOST_ENTRIES", 3)
    history.record_text("river\nriver\nriver\nmill\nmill\nbank\nbridge\nboat")
    used = history.load()
    assert {"river", "mill"} <= set(used.weights)
    assert len(used.weights) + len(used.pairs) == 3


@pytest.mark.parametrize("text", ["", "\n\n", "🙂", "水流", "\x00", "é" * 300_000])
def test_odd_texts_are_no_obstacle(history: WriterHistory, text: str) -> None:
    history.record_text(text)
    assert all(len(word) <= 32 for word in history.load().weights)


def test_a_database_of_other_rows_is_left_alone(history: WriterHistory, paths: Paths) -> None:
    history.record_text("river")
    with sqlite3.connect(paths.writer_history) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Exception, match="newer version"):
        history.load()


def test_forgetting_removes_a_damaged_history(history: WriterHistory, paths: Paths) -> None:
    history.record_text("the mill")
    paths.writer_history.write_bytes(b"the mill, in a file that is no database")
    aside = paths.writer_history.with_name(f"{paths.writer_history.name}-damaged-20260101-000000")
    aside.write_bytes(b"the mill")
    assert history.forget() == 1
    assert not list(paths.data.glob("writer-history*"))
    history.record_text("the mill")
    assert history.forget() == 3


@pytest.mark.parametrize(
    "row",
    [
        (0, b"\xff\x00", "", 1.0, 1.0),
        (0, "the\tmill", "", 1.0, 1.0),
        (1, "the mill", "", 1.0, 1.0),
        (1, "a\tb\tc", "", 1.0, 1.0),
        (3, "boat", "", 1.0, 1.0),
        ("many", "boat", "", 1.0, 1.0),
        (0, "boat", b"x", 1.0, 1.0),
        (0, "boat", "", "much", 1.0),
        (0, "boat", "", 1.0, b"today"),
        (0, "boat", "", float("inf"), 1.0),
        (0, "boat", "", -1.0, 1.0),
    ],
    ids=repr,
)
def test_a_row_that_makes_no_sense_is_left_out(
    history: WriterHistory, paths: Paths, row: tuple[object, ...]
) -> None:
    history.record_text("river")
    before = history.load()
    with sqlite3.connect(paths.writer_history) as connection:
        connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", row)
    after = history.load("folder")
    assert (set(after.weights), set(after.pairs)) == (set(before.weights), set(before.pairs))
    history.record_text("river bank")
    assert "bank" in history.load().weights
    assert history.forget() > 1
