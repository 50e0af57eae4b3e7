"""Pastes come whole, in order and without escape sequences, in whatever pieces the terminal sends them."""

from __future__ import annotations

import time
from codecs import getincrementaldecoder
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.message import Message
from textual.widgets import Input

from rnnchat.app import pastes
from rnnchat.app.app import RnnchatApp
from rnnchat.app.pastes import InputParser, PasteDriver, pasted_text
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.widgets.composer import Composer
from tests.app.helpers import SIZE, wait_until

START, END = "\x1b[200~", "\x1b[201~"


def told(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Return keys by their names and pastes by their text."""
    return [
        ("key", one.key) if isinstance(one, events.Key) else ("paste", one.text)
        for one in messages
        if isinstance(one, (events.Key, events.Paste))
    ]


def parsed(*pieces: str | bytes) -> list[tuple[str, str]]:
    parser, decode = InputParser(), getincrementaldecoder("utf-8")("replace").decode
    return [
        one
        for piece in pieces
        if (text := decode(piece) if isinstance(piece, bytes) else piece)
        for one in told(parser.feed(text))
    ]


@pytest.mark.parametrize(
    ("pasted", "arrives"),
    [
        ("B red \x1b[31mred\x1b[0m after\nnext", "B red red after\nnext"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("\x1b]52;c;c2VjcmV0\x07a\x1b]0;title\x1b\\b", "ab"),
        ("\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("never ended \x1b]52;c;text\nthat stays", "never ended 52;c;text\nthat stays"),
        ("a\x1b(Bb\x1b", "ab"),
        ("a\x9b31mb\x00\x07\x08\x7f\tc", "a31mb\tc"),
        (f"twice {START} begun", "twice  begun"),
        ("\x1b[200", ""),
        ("雨🙂é", "雨🙂é"),
        ("\x1b[A\x1b[15~\x03\x11", ""),
    ],
)
def test_what_is_pasted_is_text(pasted: str, arrives: str) -> None:
    expected = [("key", "a"), *([("paste", arrives)] if arrives else []), ("key", "b")]
    whole = f"a{START}{pasted}{END}b"
    assert parsed(whole) == expected
    assert parsed(*whole) == expected
    assert parsed(*(bytes([byte]) for byte in whole.encode())) == expected


PARTS = st.sampled_from(
    [
        "x",
        "é",
        "雨",
        "\n",
        "\r\n",
        "\x1b",
        "\x1b[",
        "\x1b[2",
        "\x1b[200",
        "\x1b[31m",
        "~",
        "[201~",
        "\x1b]0;t\x07",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PARTS, max_size=12), st.lists(PARTS, max_size=12), st.data())
def test_how_it_is_cut_into_pieces_makes_no_difference(
    first: list[str], second: list[str], data: st.DataObject
) -> None:
    stream = f"k{START}{''.join(first)}{END}\x1b[A{START}{''.join(second)}{END}z".encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole = parsed(stream)
    assert parsed(*pieces) == whole
    if END not in "".join(first) + "".join(second):
        texts = [pasted_text("".join(parts)) for parts in (first, second)]
        pastes = [("paste", text) for text in texts]
        assert whole == [
            one for one in (("key", "k"), pastes[0], ("key", "up"), pastes[1], ("key", "z")) if one[1]
        ]


@given(st.text(st.sampled_from("ab\x1b[]OPABC;0123456789~mM<Iu\n\t é"), max_size=40), st.data())
def test_without_a_paste_all_is_as_textual_has_it(text: str, data: st.DataObject) -> None:
    from textual._xterm_parser import XTermParser

    cut = data.draw(st.integers(0, len(text)))
    ours, theirs = InputParser(), XTermParser()
    for piece in filter(None, (text[:cut], text[cut:])):
        assert [repr(one) for one in ours.feed(piece)] == [repr(one) for one in theirs.feed(piece)]


def test_a_paste_whose_end_does_not_come_arrives_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pastes, "PASTE_PATIENCE", 60)
    parser = InputParser()
    assert told(parser.feed(f"{START}text\nand more\x1b[20")) == []
    assert told(parser.tick()) == []
    monkeypatch.setattr(pastes, "PASTE_PATIENCE", 0)
    assert told(parser.tick()) == [("paste", "text\nand more")]
    assert told(parser.feed("x")) == [("key", "x")]
    assert told(parser.feed(END + "y")) == [("key", "y")]


def test_a_marker_that_comes_slowly_is_one_and_escape_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pastes, "MARKER_PATIENCE", 60)
    parser = InputParser()
    assert told([*parser.feed("\x1b[20"), *(time.sleep(0.15) or parser.tick())]) == []
    assert told(parser.feed(f"0~text{END}")) == [("paste", "text")]
    assert told([*parser.feed("\x1b"), *(time.sleep(0.15) or parser.tick())]) == [("key", "escape")]
    assert [one for one, _ in told(parser.feed("[200~"))] == ["key"] * 5


def test_a_paste_of_five_megabytes_is_quick_and_a_larger_one_is_cut() -> None:
    text = "\x1b[1mbold\x1b[0m, a line with é and 雨\n" * 150_000
    data = (START + text + END).encode()
    began = time.process_time()
    (paste,) = parsed(*(data[at : at + 4096] for at in range(0, len(data), 4096)))
    assert paste[1] == text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert time.process_time() - began < 3
    (long,) = parsed(START, *(["x" * 100_000] * 100), END)
    assert len(long[1]) == pastes.LARGEST_PASTE


@pytest.mark.parametrize(
    ("typed", "key", "character"),
    [
        ("\x1ba", "alt+a", None),
        ("\x1bZ", "alt+shift+z", None),
        ("\x1bå", "alt+å", "å"),
        ("a", "a", "a"),
    ],
)
def test_alt_with_a_letter_is_a_key_and_no_text(typed: str, key: str, character: str | None) -> None:
    parser = InputParser()
    pressed = list(parser.feed(typed))
    end = time.monotonic() + 5
    while not pressed and time.monotonic() < end:  # an escape character may begin a longer sequence
        pressed = list(parser.tick())
    assert [(one.key, one.character) for one in pressed if isinstance(one, events.Key)] == [(key, character)]


async def test_every_field_takes_a_paste(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.post_message(events.Paste("one \x1b[31mred\x1b[0m\ntwo"))
        composer = app.screen.query_one(Composer)
        await wait_until(pilot, lambda: composer.text == "one red\ntwo")
        await pilot.press("f5")
        app.post_message(events.Paste("three\nfour"))
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen))
        draft = app.screen
        assert isinstance(draft, DraftScreen)
        await wait_until(pilot, lambda: draft.editor.text == "three\nfour")
        await pilot.press("ctrl+f")
        app.post_message(events.Paste("four"))
        await wait_until(pilot, lambda: app.screen.query_one("#find", Input).value == "four")
        assert draft.editor.selected_text == "four"


def test_the_app_reads_the_terminal_so() -> None:
    assert issubclass(RnnchatApp().driver_class, PasteDriver)
