"""Corrections: one slip of the fingers is mended, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.completion.completer import Completer
from rnnchat.completion.corrections import Correction, corrections
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
