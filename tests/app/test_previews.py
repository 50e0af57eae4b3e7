"""Key sentences in lists: of drafts, and of passages that answer a question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import OptionList

from rnnchat.app.app import RnnchatApp
from rnnchat.app.screens.drafts import DraftsScreen
from rnnchat.app.screens.passages import answer_screen
from rnnchat.library.drafts import Draft
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths
from rnnchat.tasks.asking.asking import FoundPassage, Reply
from tests.app.helpers import SIZE, open_draft, wait_until

KEY = "You can undo the last commit with git reset."
TEXT = f"# Undo\n\nWell.\n\n{KEY}\n\n```\ngit reset\n```\n"


@pytest.mark.slow
async def test_the_list_of_drafts_shows_their_key_sentences(paths: Paths, tiny_model: str) -> None:
    with change_settings(paths) as settings:
        settings.model = tiny_model
    app = RnnchatApp(paths)
    app.drafts.keep(Draft(text="12, 13."))
    app.drafts.keep(Draft(text=TEXT))
    async with app.run_test(size=SIZE) as pilot:
        await open_draft(pilot, app)
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: isinstance(app.screen, DraftsScreen))
        options = app.screen.query_one(OptionList)
        await wait_until(pilot, lambda: options.option_count == 2)
        shown = [str(options.get_option_at_index(at).prompt) for at in range(2)]
        assert KEY in shown[0].splitlines()[1], "in a line of its own, also in a narrow terminal"
        assert shown[1].endswith("7 characters")


def test_a_passage_is_shown_by_its_key_sentence() -> None:
    passage = FoundPassage("a.md", 1, 9, TEXT, 1.0)
    screen = answer_screen("undo?", Reply((passage,), None, 0.0), lambda path: path)
    assert KEY in str(screen._lines[0])
    assert "```" not in str(screen._lines[0])
    assert str(screen._lines[0]).startswith("a.md:5 "), "the line of the sentence that is shown"
    assert screen._places[0].line == 5
    later = answer_screen("undo?", Reply((replace(passage, line=11),), None, 0.0), str)
    assert later._places[0].line == 15
    code = FoundPassage("a.md", 1, 3, "```\nx = 1\n```", 1.0)
    assert "x = 1" in str(answer_screen("x?", Reply((code,), None, 0.0), str)._lines[0])
