"""The Translate screen: two panes, marked memory hits, streaming, several translators, and none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from textual import events
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Select, Static

from rnnchat import loading
from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.models import ModelsScreen
from rnnchat.app.screens.translate import TranslateScreen
from rnnchat.app.widgets.phrase_editor import PhraseEditor
from rnnchat.library.settings import load_settings
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.pairs import SentencePair
from rnnchat.tasks.translation.protocols import DecodedPhrase, NearPair
from rnnchat.tasks.translation.translator import Translator
from tests.app.helpers import news, wait_until
from tests.app.translate_helpers import publish_translator
from tests.helpers.translation import UpperCaseDecoder, sentence_pairs

SIZES = [(80, 24), (140, 40), (44, 12)]


class SlowDecoder(UpperCaseDecoder):
    """Waits after the first word until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        assert on_text is not None
        on_text(text.upper().split()[0])
        assert self.go_on.wait(15)
        return super().decode(text, near, on_text)


def translate_with(monkeypatch: pytest.MonkeyPatch, decoder: UpperCaseDecoder) -> None:
    translator = Translator(TranslationMemory.build(sentence_pairs()), decoder)
    monkeypatch.setattr(loading, "load_translator", lambda library, name: translator)


async def open_screen(pilot: Pilot[None], app: RnnchatApp) -> TranslateScreen:
    await pilot.press("ctrl+l")
    await wait_until(pilot, lambda: isinstance(app.screen, TranslateScreen) and app.focused is not None)
    screen = app.screen
    assert isinstance(screen, TranslateScreen)
    return screen


def content(screen: TranslateScreen, name: str) -> str:
    return str(screen.query_one(f"#{name}", Static).visual)


@pytest.mark.parametrize("size", SIZES)
async def test_a_phrase_is_translated_with_its_source(app: RnnchatApp, size: tuple[int, int]) -> None:
    publish_translator(app.library, "fr")
    async with app.run_test(size=size) as pilot:
        screen = await open_screen(pilot, app)
        assert not screen.query_one(Select).display
        await pilot.press(*"the", "space", *"cat", "space", *"sees", "space", *"a", "space", *"boat", "enter")
        await wait_until(pilot, lambda: content(screen, "translated") == "Le chat voit un bateau")
        assert content(screen, "origin") == "line 1 of your pairs, 95% similar: The cat sees a boat."
        await pilot.press("f6")
        await wait_until(pilot, lambda: "Copied the translation" in news(app))
        assert app.clipboard == "Le chat voit un bateau"
        await pilot.press("right", "x")
        assert screen.query_one(PhraseEditor).text == "the cat sees a boatx"
        assert screen.query_one("#translated").has_class("of-other-text")
        await pilot.press("backspace")
        assert not screen.query_one("#translated").has_class("of-other-text")
        for name in ("PhraseEditor", "#translation", "#origins"):
            widget = screen.query_one(name)
            assert widget.region.height >= (1 if name == "#origins" else 2)
            assert screen.region.contains_region(widget.region)


async def test_the_next_phrase_replaces_the_one_that_was_translated(app: RnnchatApp) -> None:
    publish_translator(app.library, "fr")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        editor = screen.query_one(PhraseEditor)
        editor.text = "The cat sees a boat."
        await pilot.press("enter")
        await wait_until(pilot, lambda: editor.selected_text == "The cat sees a boat.")
        assert content(screen, "translated") == "Le chat voit un bateau."
        await pilot.press("T", "h")
        assert editor.text == "Th"
        assert content(screen, "translated") == "Le chat voit un bateau."
        assert screen.query_one("#translated").has_class("of-other-text")
        editor.text = "zzz"
        await pilot.press("enter")
        await wait_until(pilot, lambda: "No pair is similar" in content(screen, "origin"))
        assert editor.selected_text == ""
        editor.text = "The cat sees a boat."
        await pilot.press("enter")
        await wait_until(pilot, lambda: editor.selected_text != "")
        editor.post_message(events.Paste("The dog"))
        await wait_until(pilot, lambda: editor.text == "The dog")


async def test_a_line_that_cannot_be_translated_is_named_below(app: RnnchatApp) -> None:
    publish_translator(app.library, "fr")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        screen.query_one(PhraseEditor).text = "- The cat sees a boat.\n- zzz"
        await pilot.press("enter")
        await wait_until(pilot, lambda: "zzz" in content(screen, "translated"))
        assert content(screen, "translated") == "- Le chat voit un bateau.\n- zzz"
        doubt = "“zzz” is left as it is: no pair is similar to this phrase"
        assert content(screen, "origin") == f"line 1 of your pairs\n{doubt}"


@pytest.mark.parametrize("size", SIZES)
async def test_without_a_translator_it_says_how_to_make_one(app: RnnchatApp, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: screen.query_one("#no-translator").display)
        assert "rnnchat translate train" in str(screen.query_one("#no-translator Static", Static).visual)
        assert not screen.query_one("#panes").display
        publish_translator(app.library, "fr")
        await pilot.press("f2", "ctrl+l")
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        assert not screen.query_one("#no-translator").display


async def test_words_appear_as_they_are_decoded(app: RnnchatApp, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_translator(app.library, "fr")
    decoder = SlowDecoder()
    translate_with(monkeypatch, decoder)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        screen.query_one(PhraseEditor).text = "My aunt draws the moon. Strange [b]new[/b] cat sees a boat"
        await pilot.press("enter")
        await wait_until(pilot, lambda: content(screen, "translated") == "Ma tante dessine la lune. STRANGE")
        assert content(screen, "origin") == "Translating …"
        decoder.go_on.set()
        await wait_until(pilot, lambda: "confidence 40%" in content(screen, "origin"))
        assert content(screen, "translated") == "Ma tante dessine la lune. STRANGE [B]NEW[/B] CAT SEES A BOAT"
        assert content(screen, "origin").splitlines()[0] == "line 55 of your pairs"


async def test_escape_stops(app: RnnchatApp, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_translator(app.library, "fr")
    decoder = SlowDecoder()
    translate_with(monkeypatch, decoder)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        screen.query_one(PhraseEditor).text = "Strange new phrase"
        await pilot.press("enter")
        await wait_until(pilot, lambda: content(screen, "translated") == "STRANGE")
        await pilot.press("escape")
        decoder.go_on.set()
        await wait_until(pilot, lambda: not screen.is_working("translate"))
        assert (content(screen, "translated"), content(screen, "origin")) == ("STRANGE", "Stopped.")
        await pilot.press("f6")
        await wait_until(pilot, lambda: "no translation to copy" in news(app))


async def test_what_cannot_be_translated_is_said_below(app: RnnchatApp) -> None:
    publish_translator(app.library, "fr")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        screen.query_one(PhraseEditor).text = "many words " * 300
        await pilot.press("enter")
        await wait_until(pilot, lambda: "phrases, not documents" in content(screen, "origin"))
        assert content(screen, "translated") == ""


async def test_a_translator_is_chosen_and_remembered(app: RnnchatApp) -> None:
    for name in ("fr", "it"):
        publish_translator(app.library, name)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: screen.query_one(Select).display)
        assert str(screen.query_one(PhraseEditor).border_title) == "fr"
        screen.query_one(PhraseEditor).text = "The dog follows a tree."
        await pilot.press("shift+tab", "enter", "down", "enter")
        await wait_until(pilot, lambda: content(screen, "translated") == "Le chien suit un arbre.")
        assert load_settings(app.paths).translator == "it"
        assert str(screen.query_one(PhraseEditor).border_title) == "it"
        app.library.delete("it")
        await pilot.press("f2", "ctrl+l")
        await wait_until(pilot, lambda: not screen.query_one(Select).display)
        assert str(screen.query_one(PhraseEditor).border_title) == "fr"


async def test_a_translator_is_opened_from_the_models(app: RnnchatApp) -> None:
    publish_translator(app.library, "fr")
    publish_translator(app.library, "it", ("English", "Italian"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: screen.query_one(Select).display)
        assert str(screen.query_one(PhraseEditor).border_title) == "fr"
        await pilot.press("f4")
        models = app.screen
        assert isinstance(models, ModelsScreen)
        await wait_until(pilot, lambda: models.table.row_count > 1)
        names = [str(models.table.get_row_at(row)[1]) for row in range(models.table.row_count)]
        models.table.move_cursor(row=names.index("it"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is screen)
        title = "it: English → Italian"
        await wait_until(pilot, lambda: str(screen.query_one(PhraseEditor).border_title) == title)
        assert load_settings(app.paths).translator == "it"
        chooser = screen.query_one(Select)
        assert [str(label) for label, _ in chooser._options] == ["fr", title]


async def test_numbers_that_were_replaced_are_said(app: RnnchatApp, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_translator(app.library, "fr")
    memory = TranslationMemory.build([SentencePair("I have 3 cats.", "J'ai 3 chats.", 7)])
    monkeypatch.setattr(loading, "load_translator", lambda library, name: Translator(memory))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: isinstance(app.focused, PhraseEditor))
        for text, translation, origin in (
            ("I have 5 cats.", "J'ai 5 chats.", "line 7 of your pairs, with 5 in place of 3"),
            ("42", "42", "copied: there are no words to translate"),
        ):
            screen.query_one(PhraseEditor).text = text
            await pilot.press("enter")
            await wait_until(pilot, lambda origin=origin: content(screen, "origin") == origin)
            assert content(screen, "translated") == translation


async def test_names_of_languages_are_no_markup(app: RnnchatApp) -> None:
    publish_translator(app.library, "fr", ("English", "French"))
    publish_translator(app.library, "odd", ("[red]En[/red]", "[/]Fr[/oops]"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, app)
        await wait_until(pilot, lambda: screen.query_one(Select).display)
        await pilot.press("shift+tab", "enter", "down", "enter")
        await wait_until(pilot, lambda: load_settings(app.paths).translator == "odd")
        title = str(screen.query_one(PhraseEditor).border_title)
        assert Content.from_markup(title).plain == "odd: [red]En[/red] → [/]Fr[/oops]"
