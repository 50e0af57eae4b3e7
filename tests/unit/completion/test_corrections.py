"""Corrections: one slip of the fingers is mended, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.completion.completer import Completer
from rnnchat.completion.corrections import Correction, corrections
from rnnchat.completion.cursor import word_made
from rnnchat.completion.used_words import UsedWords
from rnnchat.completion.words import WordCounts
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.text.tokenizer import Tokenizer

KNOWN = {"receive": 5, "receiver": 1, "their": 9, "there": 3, "the": 90, "Wexcombe": 2, "straße": 4}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("recieve", "receive"),
        ("recive", "receive"),
        ("recceive", "receive"),
        ("receibe", "receive"),
        ("thier", "their"),
        ("Wexcomeb", "Wexcombe"),
        ("strase", ""),
        ("straßee", "straße"),
        ("receive", ""),
        ("rceieve", ""),
        ("teh", ""),
        ("qqqqqq", ""),
        ("rec1eve", ""),
        ("", ""),
        ("x" * 1000, ""),
    ],
)
def test_one_slip_is_mended(typed: str, meant: str) -> None:
    found = corrections(typed, lambda word: KNOWN.get(word, 0))
    assert found == ([Correction(meant, len(typed))] if meant else [])


def test_the_word_used_most_is_offered() -> None:
    assert corrections("thera", lambda word: {"there": 3, "theta": 1}.get(word, 0))[0].text == "there"


def test_likelier_slips_come_before_a_wrong_letter() -> None:
    def best(typed: str, **used: int) -> str:
        return corrections(typed, lambda word: used.get(word, 0))[0].text

    assert best("wich", which=50, **{"with": 100}) == "which", "a missing letter"
    assert best("thier", their=5, thief=9) == "their", "two that changed places"
    assert best("wich", which=1, **{"with": 1000}) == "with", "unless the other is used far more"


def test_a_plural_of_a_known_word_is_no_mistake() -> None:
    assert corrections("onions", lambda word: {"onion": 5}.get(word, 0)) == []
    assert corrections("onionn", lambda word: {"onion": 5}.get(word, 0)) == [Correction("onion", 6)]


@given(word=st.text(max_size=30))
def test_nothing_known_is_mended_and_nothing_unknown_offered(word: str) -> None:
    assert corrections(word, lambda other: 1) == []
    assert corrections(word, lambda other: 0) == []


def test_the_completer_mends_words_of_the_draft(tokenizer: Tokenizer) -> None:
    memory = NgramMemory.build(np.array(tokenizer.encode("The river runs.")), tokenizer.size)
    completer = Completer(NgramModel(memory), tokenizer)
    before = "At Wexcombe we saw the mill of Wexcombe again. We love Wex"
    assert completer.corrections(before) == [], "what begins a known word is no mistake"
    assert completer.corrections(before + "comeb") == [Correction("Wexcombe", 8)]
    assert completer.corrections(f"Wexcomeb? {before}comeb") == [Correction("Wexcombe", 8)]
    assert completer.corrections(f"Wexcomeb, Wexcomeb! {before}comeb") == [], "it is meant"
    assert completer.corrections(before + "combe") == []
    assert completer.corrections(before + "comeb ") == []


NOTES = "The wind and the winds. See the wind, the winds, the hostel and the hostels of the hostel. "


def completer_of(text: str, tokenizer: Tokenizer) -> Completer:
    memory = NgramMemory.build(np.array(tokenizer.encode(text)), tokenizer.size)
    return Completer(NgramModel(memory), tokenizer, counts=lambda: WordCounts([NOTES]))


def test_what_the_model_expects_is_no_mistake(tokenizer: Tokenizer) -> None:
    expecting = completer_of(NOTES + "We had a glass of wine. " * 9, tokenizer)
    assert expecting.corrections("We had a glass of wine") == []
    assert expecting.corrections("Here the wine") == [], "it was likely enough"


def test_earlier_drafts_know_words_that_were_used_more_than_once(tokenizer: Tokenizer) -> None:
    completer = completer_of(NOTES, tokenizer)
    before = "We stayed in the hostle"
    assert completer.corrections(before) == [Correction("hostel", 6)]
    assert not completer.is_known("hostle")
    completer.use_history(UsedWords({"hostler": 1.0}))
    assert completer.corrections(before) == [Correction("hostel", 6)], "it may have been a mistake, too"
    assert completer.is_known("hostler")
    completer.use_history(UsedWords({"hostler": 2.0, "hostlers": 0.5}))
    assert completer.corrections(before) == []


@pytest.mark.parametrize(
    ("typed", "text", "word"),
    [
        ("onoin", "g the", "onoing"),
        ("onoin", " the", ""),
        ("onoin", "", ""),
        ("onoin", "-like", ""),
        ("don", "'t go", "don't"),
        ("do", "gs' ", "dogs"),
    ],
)
def test_the_word_that_a_suggestion_makes(typed: str, text: str, word: str) -> None:
    assert word_made(typed, text) == word
