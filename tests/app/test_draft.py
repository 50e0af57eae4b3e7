"""The draft screen as a writer uses it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList, Static
from textual.widgets.text_area import WrappedDocument

from rnnchat.app.app import RnnchatApp
from rnnchat.app.completion import Alternative, Completion, SuggestionRequest
from rnnchat.app.screens.dialogs import AskPath, Confirm
from rnnchat.app.screens.draft import DraftScreen
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.app.widgets.alternatives import Alternatives
from rnnchat.app.widgets.find_bar import FindBar
from rnnchat.app.widgets.wrapped_draft import WrappedDraft
from rnnchat.completion.completer import Completer, Suggestion
from rnnchat.errors import StorageError
from rnnchat.library.drafts import Draft
from rnnchat.library.settings import change_settings
from rnnchat.loading import LoadedModel
from rnnchat.storage.files import TextFile, save_text
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

    def inline(self: Completer, before: str, threshold: float | None = None) -> Suggestion | None:
        if threshold is not None and threshold > 0.5:
            return None
        whole = "The river runs"
        known = 5 <= len(before) < len(whole) and whole.startswith(before)
        return Suggestion(whole[len(before) :], 0.5) if known else None

    def suggest(self: Completer, before: str, count: int = 6) -> list[Suggestion]:
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
        Completer, "pass_over", lambda self, before, texts: passed.append((before, tuple(texts)))
    )
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        monkeypatch.setattr("rnnchat.app.draft_suggestions.READING_SECONDS", 3600.0)
        await write(pilot, "The ri")
        await wait_for_suggestion(pilot, editor, "ver runs")
        await write(pilot, "v")
        await pilot.press("backspace")
        await wait_for_suggestion(pilot, editor, "ver runs")
        monkeypatch.setattr("rnnchat.app.draft_suggestions.READING_SECONDS", 0.0)
        await pilot.press("backspace")
        await write(pilot, "i")
        await wait_for_suggestion(pilot, editor, "ver runs")
        assert passed == [], "neither who types fast nor who goes back has"
        await write(pilot, "v")
        await wait_until(pilot, lambda: len(passed) == 1)
        assert passed[0] == ("The ri", tuple(one.text for one in WAYS))


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
        ask, answered = screen.completion.ask, screen.suggestions.show

        def ask_and_note(request: SuggestionRequest) -> None:
            asked.append(request.before)
            ask(request)

        answers: list[str] = []

        def show_and_note(answer: Completion.Answered) -> None:
            answered(answer)
            answers.append(answer.request.before)

        monkeypatch.setattr(screen.completion, "ask", ask_and_note)
        monkeypatch.setattr(screen.suggestions, "show", show_and_note)
        await write(pilot, " there")
        await pilot.press("home")
        asked.clear()
        await write(pilot, "The ri")
        assert (asked, editor.suggestion) == ([], "")
        await pilot.press("end", "ctrl+u", "ctrl+g", *["right"] * 10, "escape")
        assert app.settings.suggest_from == pytest.approx(0.65)
        await write(pilot, "The ri")
        await wait_until(pilot, lambda: "The ri" in answers)
        assert editor.suggestion == "", "the answer has arrived, without a suggestion"


async def test_all_that_is_typed_is_kept_and_comes_back(app: RnnchatApp, paths: Paths) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "Dear reader")
        await wait_until(pilot, lambda: [one.title for one in app.drafts.find()] == ["Dear reader"])
        await pilot.press("left", "left")
        await write(pilot, "X")
    again = RnnchatApp(paths)
    async with again.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, again)
        assert editor.text == "Dear readXer", "leaving keeps what was typed last"
        assert editor.offset_of_cursor == 10


async def test_a_new_draft_keeps_the_old_one(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "one")
        await pilot.press("ctrl+n")
        assert editor.text == ""
        await write(pilot, "two")
        await wait_until(pilot, lambda: len(app.drafts.find()) == 2)
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftsScreen))
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count == 2)
        await write(pilot, "one")
        await wait_until(pilot, lambda: app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: editor.text == "one")
        assert {one.title for one in app.drafts.find()} == {"one", "two"}


async def test_saving_to_a_file_and_over_a_change(app: RnnchatApp, tmp_path: Path) -> None:
    path = tmp_path / "letter.md"
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await write(pilot, "Hello")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, AskPath))
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await wait_until(pilot, path.exists)
        await wait_until(pilot, lambda: "letter.md  ·  1 word  ·  saved" in status(app))
        path.write_text("by another program")
        await write(pilot, "!")
        await wait_until(pilot, lambda: "not in file" in status(app))
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        assert path.read_text() == "by another program"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("right", "enter")
        await wait_until(pilot, lambda: path.read_text() == "Hello!")


async def test_a_file_belongs_to_the_draft_that_was_saved_whatever_is_open_by_then(
    app: RnnchatApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, let_go = tmp_path / "letter.md", threading.Event()

    def slow(file: TextFile, text: str) -> TextFile:
        let_go.wait(20)
        return save_text(file, text)

    monkeypatch.setattr("rnnchat.app.screens.draft_files.save_text", slow)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen, editor = await open_draft(pilot, app)
        await write(pilot, "Hello")
        screen.file_saver.save_to(str(path), None)
        await write(pilot, "!")
        await pilot.press("ctrl+n")
        await write(pilot, "Another")
        let_go.set()
        await wait_until(pilot, lambda: "Saved as" in toast_text(app))
        assert screen.open_draft.draft.file is None
        await wait_until(pilot, lambda: "letter.md" in [one.title for one in app.drafts.find()])
        kept = app.drafts.of_file(path)
        assert kept is not None and kept.text == "Hello!"
        assert path.read_text() == "Hello"
        assert editor.text == "Another"
        await wait_until(pilot, lambda: len(app.drafts.find()) == 2)


async def test_leaving_asks_first_where_what_was_typed_cannot_be_kept(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(draft: Draft) -> Draft:
        raise StorageError("The disk is full.", "Make room.")

    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await open_draft(pilot, app)
        with monkeypatch.context() as patched:
            patched.setattr(app.drafts, "keep", full)
            await write(pilot, "Hello")
            await wait_until(pilot, lambda: status(app) == "1 word  ·  not autosaved")
            await wait_until(pilot, lambda: "The disk is full" in toast_text(app))
            await pilot.press("ctrl+q")
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("escape")
        assert app.is_running
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert [one.title for one in app.drafts.find()] == ["Hello"]


async def test_what_could_not_be_kept_is_tried_again_also_of_a_draft_that_was_left(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnchat.app.autosave_schedule.RETRY_SECONDS", 0.3)

    def full(draft: Draft) -> Draft:
        raise StorageError("The disk is full.", "Make room.")

    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen, _ = await open_draft(pilot, app)
        with monkeypatch.context() as patched:
            patched.setattr(app.drafts, "keep", full)
            await write(pilot, "one")
            await pilot.press("ctrl+n")
            await wait_until(pilot, lambda: "The disk is full" in toast_text(app))
            await write(pilot, "two")
            await wait_until(pilot, lambda: len(screen.autosave.unsaved) == 2)
        await wait_until(pilot, lambda: {one.title for one in app.drafts.find()} == {"one", "two"})
        await wait_until(pilot, lambda: "autosaved, no file" in status(app))
        await wait_until(pilot, lambda: not screen.autosave.unsaved)


async def test_a_place_that_cannot_be_written_to_says_so(app: RnnchatApp, tmp_path: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await write(pilot, "Hello")
        await pilot.press("f12")
        await wait_until(pilot, lambda: isinstance(app.screen, AskPath))
        app.screen.query_one(Input).value = str(tmp_path / "nowhere" / "x.md")
        await pilot.press("enter")
        refused = app.screen.query_one("#refused", Static)
        await wait_until(pilot, lambda: "There is no folder" in str(refused.content))


async def test_a_file_given_on_the_command_line(paths: Paths, tiny_model: str, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("[b]not markup[/b] \x1b]0;x\x07\n")
    app = RnnchatApp(paths, file=path)
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, DraftScreen) and app.screen.is_loaded)
        screen = app.screen
        assert isinstance(screen, DraftScreen)
        assert screen.editor.text == path.read_text()
        svg = app.export_screenshot()
        assert "\x1b" not in svg
        assert "note.md" in status(app)


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
        assert isinstance(wrapped, WrappedDraft)
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
    monkeypatch.setattr("rnnchat.app.autosave_schedule.count_words", lambda text: 1234)
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


async def test_a_draft_changed_by_another_rnnchat_is_kept_twice(app: RnnchatApp) -> None:
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen, _ = await open_draft(pilot, app)
        await write(pilot, "mine")
        await wait_until(pilot, lambda: bool(app.drafts.find()))
        kept = app.drafts.load()
        assert kept is not None
        app.drafts.keep(Draft(kept.id, kept.version, "theirs"))
        await write(pilot, "!")
        await wait_until(pilot, lambda: "Another rnnchat has changed this draft" in toast_text(app))
        assert {one.title for one in app.drafts.find()} == {"mine!", "theirs"}
        assert screen.open_draft.number != kept.id


async def test_the_editor_does_not_wait_for_the_engine(
    app: RnnchatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    asked: list[str] = []

    def slow(self: Completer, before: str, threshold: float | None = None) -> None:
        asked.append(before)
        let_go.wait(20)

    monkeypatch.setattr(Completer, "inline", slow)
    monkeypatch.setattr(Completer, "suggest", lambda self, before, count: [])
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
