"""The draft screen as a writer uses it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Static
from textual.widgets._footer import FooterKey
from textual.widgets.text_area import WrappedDocument

from rnnchat.app.app import RnnchatApp
from rnnchat.app.suggestion_worker import Alternative, SuggestionRequest, SuggestionWorker
from rnnchat.app.widgets.alternatives import Alternatives
from rnnchat.app.widgets.find_bar import FindBar
from rnnchat.app.widgets.wrapped_text import WrappedText
from rnnchat.completion.completer import Completer, Suggestion
from rnnchat.library.drafts import Draft
from rnnchat.library.settings import change_settings
from rnnchat.loading import LoadedModel
from rnnchat.storage.files import TextFile
from rnnchat.storage.paths import Paths
from tests.app.draft_helpers import toast_text, toasts, wait_for_suggestion
from tests.app.helpers import SIZE, open_draft, status, wait_until, write

pytestmark = pytest.mark.slow


WAYS = [Suggestion("ver runs", 0.5), Suggestion("ver", 0.4), Suggestion("se", 0.1)]


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


@pytest.fixture
def knowing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Whatever is asked, "The ri" goes on with "ver runs"; gives what was dismissed."""
    dismissed: list[tuple[str, str]] = []

    def inline(self: Completer, before: str, after: str, threshold: float) -> Suggestion | None:
        if threshold > 0.5:
            return None
        whole = "The river runs"
        known = 5 <= len(before) < len(whole) and whole.startswith(before)
        return Suggestion(whole[len(before) :], 0.5) if known else None

    def suggest(self: Completer, before: str, count: int, after: str) -> list[Suggestion]:
        return WAYS if before.endswith("The ri") else []

    def dismiss(self: Completer, before: str, text: str) -> None:
        dismissed.append((before, text))

    monkeypatch.setattr(Completer, "inline", inline)
    monkeypatch.setattr(Completer, "suggest", suggest)
    monkeypatch.setattr(Completer, "dismiss", dismiss)
    yield dismissed


async def test_it_opens_empty_and_says_what_it_does(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        assert app.focused is editor
        welcome = screen.query_one("#draft-welcome", Static)
        assert "tiny suggests how to continue" in str(welcome.render())
        await write(pilot, "a")
        assert not welcome.display


async def test_a_space_typed_after_what_was_taken_is_the_one_that_came_with_it(
    app: RnnchatApp, knowing: object
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await pilot.press("tab")
        await write(pilot, " ")
        assert editor.text == "The river runs "
        await write(pilot, " x")
        assert editor.text == "The river runs  x", "and another is another"


async def test_tab_takes_all_and_keys_are_counted(app: RnnchatApp, knowing: object) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await write(pilot, "v")
        assert editor.suggestion == "er runs", "what is typed of it leaves the rest in place"
        await pilot.press("tab")
        assert editor.text == "The river runs "
        await write(pilot, ", fast")
        assert editor.text == "The river runs, fast", "punctuation takes the place of the space"
        await wait_until(pilot, lambda: app.drafts.keys_today() == (14, 21))
        await wait_until(pilot, lambda: "keys saved 33% here, 33% today" in status(app))


async def test_ctrl_right_takes_a_word_and_right_all(app: RnnchatApp, knowing: object) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await pilot.press("ctrl+right")
        assert editor.text == "The river "
        await wait_for_suggestion(pilot, editor, "runs")
        await pilot.press("right")
        assert editor.text == "The river runs "
        await pilot.press("ctrl+z")
        assert editor.text == "The river ", "each taking is one step to undo"
        await pilot.press("ctrl+y")
        assert editor.text == "The river runs "


async def test_escape_dismisses_the_grey_text_for_good_and_leaves_the_alternatives(
    app: RnnchatApp, knowing: list[tuple[str, str]]
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await pilot.press("escape")
        assert editor.suggestion == ""
        assert [one.shown for one in editor.alternatives] == ["river runs", "river", "rise"]
        await pilot.press("escape")
        assert len(editor.alternatives) == 3, "there is nothing left to dismiss"
        await write(pilot, "x")
        await wait_until(pilot, lambda: knowing == [("The ri", "ver runs")])


async def test_what_was_read_and_typed_past_makes_room(
    app: RnnchatApp, knowing: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(
        Completer, "ignore", lambda self, before, texts: passed.append((before, tuple(texts)))
    )

    def passed_there() -> list[tuple[str, ...]]:
        return [texts for before, texts in passed if before == "The ri"]

    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        reading = "rnnchat.app.draft_suggestions.READING_SECONDS"
        reading_inline = "rnnchat.app.draft_suggestions.INLINE_READING_SECONDS"
        monkeypatch.setattr(reading, 3600.0)
        monkeypatch.setattr(reading_inline, 3600.0)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await write(pilot, "v")
        await pilot.press("backspace")
        await wait_for_suggestion(pilot, editor, "ver runs")
        monkeypatch.setattr(reading_inline, 0.0)
        await pilot.press("backspace")
        await write(pilot, "i")
        await wait_for_suggestion(pilot, editor, "ver runs")
        assert passed_there() == [], "neither who types fast nor who goes back has"
        await write(pilot, "v")
        await wait_until(pilot, lambda: passed_there() == [("ver runs",)])
        await pilot.press("backspace")
        await wait_for_suggestion(pilot, editor, "ver runs")
        monkeypatch.setattr(reading, 0.0)
        await write(pilot, "v")
        await wait_until(pilot, lambda: passed_there()[1:] == [tuple(one.text for one in WAYS)])


async def test_backspace_leaves_no_stale_suggestion(app: RnnchatApp, knowing: object) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await pilot.press("backspace", "backspace", "backspace")
        assert editor.suggestion == ""
        await pilot.press("left")
        assert editor.alternatives == ()


async def test_alternatives_by_number_and_by_arrows(app: RnnchatApp, knowing: object) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        await write(pilot, "The ri")
        await wait_until(pilot, lambda: len(line.offered) == 3)
        assert line.offered[2] == Alternative("se", "rise")
        await pilot.press("alt+3")
        assert editor.text == "The rise "
        await pilot.press("ctrl+z")
        await pilot.press("backspace", "i")
        await wait_until(pilot, lambda: len(line.offered) == 3)
        await pilot.press("ctrl+@", "right", "left", "right")
        assert line.chosen == 1
        await pilot.press("enter")
        assert editor.text == "The river "
        assert line.chosen == -1


async def test_nothing_is_asked_inside_a_line_nor_shown_when_unsure(
    app: RnnchatApp, knowing: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        asked: list[str] = []
        ask, answered = screen.suggestion_worker.ask, screen.suggestions.show

        def ask_and_note(request: SuggestionRequest) -> None:
            asked.append(request.before)
            ask(request)

        answers: list[str] = []

        def show_and_note(answer: SuggestionWorker.Answered) -> None:
            answered(answer)
            answers.append(answer.request.before)

        monkeypatch.setattr(screen.suggestion_worker, "ask", ask_and_note)
        monkeypatch.setattr(screen.suggestions, "show", show_and_note)
        await write(pilot, " there")
        await pilot.press("home")
        asked.clear()
        await write(pilot, "The ri")
        assert (asked, editor.suggestion) == ([], "")
        await pilot.press("end", "ctrl+u", "ctrl+g", *["right"] * 12, "escape")
        assert app.settings.inline_from == pytest.approx(0.92)
        await write(pilot, "The ri")
        await wait_until(pilot, lambda: "The ri" in answers)
        assert editor.suggestion == "", "the answer has arrived, without a suggestion"


async def test_finding_and_replacing(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        editor.load_text("rain\nRain and rain")
        await pilot.press("ctrl+f")
        await write(pilot, "rain")
        found = screen.query_one("#found", Static)
        await wait_until(pilot, lambda: "3 found" in str(found.render()))
        assert editor.selected_text == "rain"
        await pilot.press("enter")
        assert editor.selected_text == "Rain"
        await pilot.press("tab")
        await write(pilot, "s[1]n")
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: editor.text == "rain\ns[1]n and rain")
        await pilot.press("ctrl+t")
        await wait_until(pilot, lambda: editor.text == "s[1]n\ns[1]n and s[1]n")
        await pilot.press("escape")
        assert app.focused is editor
        assert not screen.query_one(FindBar).display
        await pilot.press("ctrl+z")
        assert editor.text == "rain\ns[1]n and rain", "replacing all is one step"


async def test_what_is_pasted_is_made_harmless(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        _, editor = await open_draft(pilot, app)
        app.post_message(events.Paste("a\x1b]52;c;aGk=\x07b\u202ec\n" + "x" * 20_000))
        await wait_until(pilot, lambda: len(editor.text) > 100)
        assert editor.text.startswith("abc\nxx")
        assert max(map(len, editor.text.split("\n"))) == 8000
        await wait_until(pilot, lambda: "were split" in toast_text(app))


async def test_the_height_of_a_draft_is_that_of_its_lines(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        editor.load_text("word " * 200 + "\n" + "雨" * 100 + "\n\nend")
        await pilot.pause()
        wrapped = editor.wrapped_document
        assert isinstance(wrapped, WrappedText)
        chance = random.Random(0)
        for _ in range(60):
            editor.move_cursor(editor.location_at(chance.randrange(len(editor.text) + 1)))
            if chance.random() < 0.3:
                editor.delete((0, 0), editor.location_at(chance.randrange(40)))
            else:
                editor.insert(chance.choice(["x" * 90, "a\nb\n", "word " * 30, "\t"]))
            assert wrapped.height == WrappedDocument.height.fget(wrapped)  # type: ignore[attr-defined]
            assert wrapped.height == editor.virtual_size.height


async def test_the_line_below_shows_what_there_is_room_for_and_cuts_nothing(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.drafts, "keys_today", lambda: (60, 100))
    monkeypatch.setattr("rnnchat.app.autosave.count_words", lambda text: 1234)
    async with app.run_test(size=SIZE) as pilot:
        screen, _ = await open_draft(pilot, app)
        file = TextFile(Path("/home/somebody/letter-to-my-sister.md"), "\n", False, "0")
        screen.show_draft(Draft(keys=50, characters=100, file=file))
        longest = "letter-to-my-sister.md  ·  1,234 words  ·  autosaved, not in file"
        await wait_until(pilot, lambda: status(app) == longest)
        await pilot.resize_terminal(96, 24)
        await wait_until(pilot, lambda: status(app) == f"{longest}  ·  keys saved 50% here")
        await pilot.resize_terminal(120, 24)
        await wait_until(pilot, lambda: status(app) == f"{longest}  ·  keys saved 50% here, 40% today")


async def test_more_than_a_draft_holds_is_not_added(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        _, editor = await open_draft(pilot, app)
        app.post_message(events.Paste("line\n" * 1_300_000))
        await wait_until(pilot, lambda: "at most 6,000,000" in toast_text(app), 30)
        assert editor.text == ""


async def test_the_editor_does_not_wait_for_the_engine(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    asked: list[str] = []

    def slow(self: Completer, before: str, after: str, threshold: float) -> None:
        asked.append(before)
        let_go.wait(20)

    monkeypatch.setattr(Completer, "inline", slow)
    monkeypatch.setattr(Completer, "suggest", lambda self, before, count, after: [])
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "a")
        await wait_until(pilot, lambda: asked == ["a"])
        await write(pilot, "bcdef")
        assert editor.text == "abcdef"
        let_go.set()
        await wait_until(pilot, lambda: asked == ["a", "abcdef"])


async def test_a_model_that_cannot_be_read_says_so_once(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_draft(pilot, app)
        asked: list[str] = []
        load = app.chat_engine.load

        def load_and_note(name: str) -> LoadedModel:
            asked.append(name)
            return load(name)

        monkeypatch.setattr(app.chat_engine, "load", load_and_note)
        app.settings.model = "gone"
        await write(pilot, "abc")
        await wait_until(pilot, lambda: "no model called 'gone'" in toast_text(app))
        app.clear_notifications()
        await wait_until(pilot, lambda: not toasts(app))
        asked.clear()
        await write(pilot, "def")
        await wait_until(pilot, lambda: bool(asked))
        app.settings.model = "gone too"
        await write(pilot, "ghi")
        await wait_until(pilot, lambda: "no model called 'gone too'" in toast_text(app))
        assert len(toasts(app)) == 1, "of the other it is not said again"


async def test_the_footer_of_a_draft_fits_eighty_columns(app: RnnchatApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        screen, _ = await open_draft(pilot, app)
        await wait_until(pilot, lambda: len(screen.query(FooterKey)) > 5)
        await pilot.pause()
        keys = {key.description: key.region for key in screen.query(FooterKey)}
        assert {"Accept", "More", "Save", "Related", "Help"} <= keys.keys()
        assert all(0 < region.right <= 80 for region in keys.values())
