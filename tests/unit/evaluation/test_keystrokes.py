"""What is counted of suggestions that are shown unasked, and the seconds of a writer."""

from __future__ import annotations

from typing import Any, cast

import pytest

from rnnchat.completion.completer import Suggestion
from rnnchat.completion.inline_gate import ACCEPT_SECONDS, KEY_SECONDS, WRONG_SECONDS
from rnnchat.evaluation.keystrokes import KeystrokeCount, ShownCount, type_texts
from rnnchat.evaluation.writing_time import MENU_SECONDS, WritingTime


class _Fixed:
    """Offers fixed texts after certain beginnings, and nothing elsewhere."""

    def __init__(self, offers: dict[str, str]) -> None:
        self.offers = offers
        self.thresholds: set[float] = set()

    def begin(self) -> None:
        pass

    def inline(self, before: str, *, threshold: float) -> Suggestion | None:
        self.thresholds.add(threshold)
        return Suggestion(self.offers[before], 0.5) if before in self.offers else None

    def suggest(self, before: str, count: int) -> list[Suggestion]:
        return [Suggestion(self.offers[before], 0.5)] if before in self.offers else []

    def ignore(self, before: str, texts: object) -> None:
        pass

    def work_while_idle(self, *, ahead: bool) -> None:
        pass


def typed(text: str, offers: dict[str, str], *, inline: bool = True) -> KeystrokeCount:
    """What a writer of `text` needs with these offers."""
    return type_texts([text], cast("Any", _Fixed(offers)), inline=inline, threshold=0.3)


def test_shown_suggestions_are_right_wholly_or_in_their_first_word_or_wrong() -> None:
    count = ShownCount()
    for text in ("the garden", "the house", "a garden", "th", ""):
        count.add(text, "the garden gate")
    assert (count.keys, count.shown, count.whole, count.first_word) == (5, 4, 1, 2)
    assert count.share == pytest.approx(4 / 5)
    assert count.precision == {"whole": 1 / 4, "first_word": 2 / 4}
    assert count.wrong == pytest.approx(2 / 5)
    assert ShownCount().precision == {"whole": 0.0, "first_word": 0.0}


def test_an_accepted_suggestion_takes_the_place_of_its_keys() -> None:
    count = typed("the garden", {"the g": "arden"})
    assert count.typed == [6] and count.unaided == [10]
    assert (count.shown.keys, count.shown.shown, count.shown.whole) == (6, 1, 1)
    assert count.time.aided == pytest.approx(5 * KEY_SECONDS + ACCEPT_SECONDS)
    assert count.time.unaided == pytest.approx(10 * KEY_SECONDS)


def test_a_wrong_suggestion_costs_the_time_to_read_it_once() -> None:
    stays = typed("the", {"": "they", "t": "hey", "th": "ey"})
    changes = typed("the", {"": "they", "t": "hen", "th": "at"})
    assert stays.shown.shown == changes.shown.shown == 3
    assert (stays.time.wrong, changes.time.wrong) == (1, 3)
    assert changes.time.saved == pytest.approx(-3 * WRONG_SECONDS)


def test_a_menu_costs_more_time_and_nothing_is_shown_unasked() -> None:
    count = typed("the garden", {"the g": "arden"}, inline=False)
    assert count.shown.keys == 0
    assert count.time.aided == pytest.approx(5 * KEY_SECONDS + MENU_SECONDS)


def test_the_threshold_reaches_the_gate() -> None:
    fixed = _Fixed({})
    type_texts(["ab"], cast("Any", fixed), inline=True, threshold=0.7)
    assert fixed.thresholds == {0.7}


def test_what_was_shown_before_another_place_is_read_again() -> None:
    time = WritingTime()
    time.see("house", 4)
    time.see("ouse", 5)
    time.see("ouse", 9)
    time.see("", 10)
    time.see("use", 11)
    assert time.wrong == 3
