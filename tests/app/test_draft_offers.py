"""What the draft screen offers besides completions, and what it remembers of a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rnnchat.app.app import RnnchatApp
from rnnchat.app.suggestion_worker import Alternative
from rnnchat.app.widgets.alternatives import Alternatives
from rnnchat.completion.completer import Completer, Suggestion
from rnnchat.completion.corrections import Correction
from rnnchat.library.settings import change_settings
from rnnchat.library.writer_history import WriterHistory
from rnnchat.storage.paths import Paths
from tests.app.draft_helpers import wait_for_suggestion
from tests.app.helpers import SIZE, open_draft, wait_until, write

pytestmark = pytest.mark.slow


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    return RnnchatApp(paths)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes the completer answer what a test wants it to after one text."""

    def answer_with(
        before: str,
        inline: str = "",
        suggestions: tuple[str, ...] = (),
        correction: str = "",
        line: str = "",
        known: tuple[str, ...] = (),
    ) -> None:
        def only_there(found: Any, otherwise: Any) -> Any:
            return lambda self, text, *rest, **more: found if text == before else otherwise

        offered = [Suggestion(text, 0.5 / (number + 1)) for number, text in enumerate(suggestions)]
        typed = len(before.rsplit(maxsplit=1)[-1])
        corrections = [Correction(correction, typed)] if correction else []
        grey = Suggestion(inline, 0.5) if inline else None
        monkeypatch.setattr(Completer, "inline", only_there(grey, None))
        monkeypatch.setattr(Completer, "suggest", only_there(offered, []))
        monkeypatch.setattr(Completer, "corrections", only_there(corrections, []))
        monkeypatch.setattr(Completer, "is_known", lambda self, word: word in known)
        monkeypatch.setattr(Completer, "known_line", only_there(line, ""))

    return answer_with


async def test_next_words_and_corrections_are_told_apart_from_completions(
    app: RnnchatApp, answer: Callable[..., None]
) -> None:
    answer("We rise", suggestions=("n", " up", " to be"), correction="raise", known=("risen",))
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        await write(pilot, "We rise")
        await wait_until(pilot, lambda: len(line.offered) == 4)
        assert [one.shown for one in line.offered] == ["risen", "spelling: raise", "… up", "… to be"]
        assert "2 spelling: raise" in str(line.render())
        await pilot.press("alt+2")
        assert editor.text == "We raise "
        await pilot.press("ctrl+z")
        assert editor.text == "We rise", "one step undoes it"


async def test_the_correction_of_a_word_that_nothing_continues_comes_first(
    app: RnnchatApp, answer: Callable[..., None]
) -> None:
    answer("We rsie", suggestions=(" up", " to be"), correction="rise")
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        await write(pilot, "We rsie")
        await wait_until(pilot, lambda: len(line.offered) == 3)
        assert [one.shown for one in line.offered] == ["spelling: rise", "… up", "… to be"]
        await pilot.press("alt+1")
        assert editor.text == "We rise "


@pytest.mark.parametrize("size", [(80, 24), (44, 12)])
async def test_nothing_makes_a_word_that_does_not_exist_of_a_misspelled_one(
    app: RnnchatApp, answer: Callable[..., None], size: tuple[int, int]
) -> None:
    longer = ("g", "t", "ting", "g the", "ted and stirred", " and")
    answer("Slice the onoin", inline="g", suggestions=longer, correction="onion")
    async with app.run_test(size=size) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        await write(pilot, "Slice the onoi")
        editor.suggest("ng", ())
        await write(pilot, "n")
        await wait_until(pilot, lambda: len(line.offered) == 2)
        assert [one.shown for one in line.offered] == ["spelling: onion", "… and"]
        assert " 1 spelling: onion " in str(line.render()), "it is whole"
        assert editor.suggestion == ""
        await pilot.press("alt+1")
        assert editor.text == "Slice the onion "


async def test_a_correction_is_shown_whole_where_others_are_shortened(app: RnnchatApp) -> None:
    others = tuple(Alternative(f" {number} long", f"… {number} and a long one") for number in range(5))
    correction = Alternative("misunderstanding", "spelling: misunderstanding", 16)
    async with app.run_test(size=(44, 12)) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        editor.alternatives = (correction, *others)
        await wait_until(pilot, lambda: len(line.offered) == 6)
        assert " 1 spelling: misunderstanding " in str(line.render())


async def test_a_word_whose_last_letter_is_wrong_may_go_on(
    app: RnnchatApp, answer: Callable[..., None]
) -> None:
    answer("A whal", inline="e", suggestions=("e", "ing"), correction="what")
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        await write(pilot, "A whal")
        await wait_until(pilot, lambda: len(line.offered) == 3)
        assert [one.shown for one in line.offered] == ["spelling: what", "whale", "whaling"]
        assert editor.suggestion == "e"


async def test_the_alternatives_do_not_begin_with_one_phrase_in_three_lengths(
    app: RnnchatApp, answer: Callable[..., None]
) -> None:
    answer("We ri", suggestions=("se", "se up", "se up at", "de"))
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        line = screen.query_one(Alternatives)
        await write(pilot, "We ri")
        await wait_until(pilot, lambda: len(line.offered) == 4)
        assert [one.shown for one in line.offered] == ["rise", "rise up", "ride", "rise up at"]
        await pilot.press("alt+3")
        assert editor.text == "We ride "


async def test_a_correction_is_not_offered_alone(app: RnnchatApp, answer: Callable[..., None]) -> None:
    answer("We rsie", inline="x", correction="rise")
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "We rsie")
        await wait_for_suggestion(pilot, editor, "x")
        assert editor.alternatives == ()


async def test_what_a_key_makes_wrong_vanishes_with_it(
    app: RnnchatApp, answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer("The ri", suggestions=("ver runs", "ver", "se"), correction="rye", known=("river", "rise"))
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_until(pilot, lambda: len(editor.alternatives) == 4)
        monkeypatch.setattr(screen.suggestion_worker, "ask", lambda request: None)
        await write(pilot, "v")
        assert editor.alternatives == (Alternative("er runs", "river runs"), Alternative("er", "river"))
        await write(pilot, "x")
        assert editor.alternatives == ()


@pytest.mark.parametrize("key", ["ctrl+e", "end"])
async def test_one_sentence_of_a_long_suggestion_is_accepted(
    app: RnnchatApp, answer: Callable[..., None], key: str
) -> None:
    answer("With ki", inline="nd", line="nd regards from the mill. Yours, Anna")
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "With ki")
        await wait_for_suggestion(pilot, editor, "nd regards from the mill. Yours, Anna")
        await pilot.press(key)
        assert editor.text == "With kind regards from the mill. "
        assert editor.suggestion == "Yours, Anna"
        await pilot.press(key)
        assert editor.text == "With kind regards from the mill. Yours, Anna "


async def test_what_is_written_and_dismissed_is_remembered_once(
    app: RnnchatApp, answer: Callable[..., None], paths: Paths
) -> None:
    answer("Wexcombe ri", inline="ver")
    history = WriterHistory(paths.writer_history)
    async with app.run_test(size=SIZE) as pilot:
        _, editor = await open_draft(pilot, app)
        await write(pilot, "Wexcombe ri")
        await wait_for_suggestion(pilot, editor, "ver")
        await pilot.press("escape")
        await wait_until(pilot, lambda: set(history.load().rejected) == {"river"})
        await pilot.press("ctrl+n")
        await wait_until(pilot, lambda: "Wexcombe" in history.load().weights)
        await write(pilot, "a mill")
    used = history.load()
    assert used.weights["mill"] == pytest.approx(1, abs=0.01), "noted when the app is left"
    assert used.weights["Wexcombe"] == pytest.approx(1, abs=0.01)


async def test_a_damaged_history_is_no_obstacle(app: RnnchatApp, paths: Paths) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    paths.writer_history.write_bytes(b"no database" * 1000)
    async with app.run_test(size=SIZE) as pilot:
        screen, editor = await open_draft(pilot, app)
        await write(pilot, "The ri")
        await wait_until(pilot, lambda: screen.suggestions._shown is not None)
        await pilot.press("ctrl+n")
        await wait_until(pilot, lambda: editor.is_empty)
    assert paths.writer_history.read_bytes() == b"no database" * 1000
