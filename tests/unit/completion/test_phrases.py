"""Long phrases: what followed the same text before is found, wherever it stands."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.completion.cursor import split_run
from rnnchat.completion.phrases import PhraseFinder
from rnnchat.lm.ngram import NgramMemory
from rnnchat.text.tokenizer import Tokenizer

SIGNATURE = "With kind regards from the old mill by the river, and until next summer"


def finder(tokenizer: Tokenizer, *notes: str) -> PhraseFinder:
    pieces = [piece for note in notes for piece in [tokenizer.roles.start, *tokenizer.encode(note)]]
    return PhraseFinder(NgramMemory.build(np.array(pieces), tokenizer.size), tokenizer)


def found(one: PhraseFinder, tokenizer: Tokenizer, before: str, **words: float) -> dict[str, float]:
    head, typed = split_run(before)
    return one.find(before, typed, tokenizer.encode(head), words)


def test_a_signature_in_the_notes_is_offered_whole(tokenizer: Tokenizer) -> None:
    one = finder(tokenizer, f"Dear friend,\n{SIGNATURE}\nAnna", f"Hello!\n{SIGNATURE}\nAnna")
    before = "I am well.\nWith kind regards from the o"
    phrases = found(one, tokenizer, before, ld=0.9)
    assert "ld mill by the river" in phrases
    likely = [phrases[text] for text in ("ld mill", "ld mill by", "ld mill by the", "ld mill by the river")]
    assert likely == sorted(likely, reverse=True)
    assert 0 < likely[0] < 0.9
    head, typed = split_run(SIGNATURE[:60])
    assert one.line(typed, tokenizer.encode(head)) == SIGNATURE[60:]


def test_where_the_notes_go_on_in_many_ways_there_is_no_line(tokenizer: Tokenizer) -> None:
    begun = "We spent the whole of that long summer by the river "
    one = finder(tokenizer, *(begun + end for end in ("and swam", "but slept", "with Anna", "or so")))
    head, typed = split_run(begun)
    assert one.line(typed, tokenizer.encode(head)) == ""


def test_what_is_typed_decides_between_the_ways(tokenizer: Tokenizer) -> None:
    begun = "We spent the whole of that long summer by the river"
    one = finder(tokenizer, f"{begun} and swam at noon", f"{begun} but slept at night")
    assert "ut slept at night" in found(one, tokenizer, f"{begun} b", ut=0.5)
    assert "nd swam at noon" in found(one, tokenizer, f"{begun} a", nd=0.5)


def test_the_draft_itself_is_looked_through(tokenizer: Tokenizer) -> None:
    one = PhraseFinder(None, tokenizer)
    before = "The council of Upper Wexcombe met. And once more the council of Up"
    assert "per Wexcombe met" in found(one, tokenizer, before, per=0.8)
    assert found(one, tokenizer, "The council") == {}


def test_a_phrase_ends_with_its_sentence_and_its_line(tokenizer: Tokenizer) -> None:
    one = PhraseFinder(None, tokenizer)
    for end in (". Then", "\nThen", "! Then"):
        text = f"the old mill by the river stood still{end} we left. the old mill by the ri"
        assert max(found(one, tokenizer, text, ver=0.5), key=len) == "ver stood still"


@pytest.mark.parametrize(
    "before", ["", " ", "a", "\n" * 50, "a" * 40_000, "ab " * 20_000, "水" * 3_000, "🙂" * 99]
)
def test_odd_drafts_are_no_obstacle(tokenizer: Tokenizer, before: str) -> None:
    one = finder(tokenizer, before[:2000], "the old mill")
    for text, probability in found(one, tokenizer, before).items():
        assert text.strip()
        assert "\n" not in text
        assert 0 <= probability <= 1
