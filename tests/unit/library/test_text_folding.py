"""Folding: what people take for the same word is found, in every alphabet, and where it stands."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnchat.library.text_folding import (
    FoldedText,
    compatibility_form,
    fold,
    fold_keeping_accents,
    fold_lines,
    query_words,
)

ODD = (
    "aeioAEÉéßẞﬁﬀÆæœøıİIiſςσΣΐΐ\u0301\u0308\u0323\u0345\u030a\u00ad\u200b\ufe0fÅÅカ"
    "ｶﾞガ한한ㅎㅏकिक़\u093cबं\u09c7\u09beکَ\u064eй и\n❤🙂㎏①"
)


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("Übung macht den Meister", "übung"),
        ("ÜBUNG", "ubung"),
        ("the café", unicodedata.normalize("NFD", "café")),
        (unicodedata.normalize("NFD", "Éclair"), "éclair"),
        ("Straße", "STRASSE"),
        ("ＡＢＣ１２３", "abc123"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("İstanbul", "istanbul"),
        ("ILIK", "ılık"),
        ("ﬁnd the oﬃce", "office"),
        ("Ёлка", "елка"),
        ("за́мок", "замок"),
        ("smørrebrød in Łódź", "lodz"),
        ("Tiếng Việt", "tieng viet"),
        (unicodedata.normalize("NFD", "한국어"), "한국"),
        ("Donau\u00addampf", "donaudampf"),
        ("❤\ufe0f for you", "❤"),
        ("naïve ﬀ", "naive FF"),
        ("ᾼδης", "ᾳδης"),
        ("今天天气很好", "天气"),
    ],
)
def test_what_is_the_same_word_is_found(text: str, sought: str) -> None:
    assert fold(sought) in fold(text)
    assert all(list(FoldedText(text).spans(word, whole=False)) for word in query_words(sought))


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("की", "कि"),
        ("कर", "करी"),
        ("مُدَرِّس", "مُدِرس"),
        ("мой", "мои"),
        ("たんご", "だんご"),
        ("ภาษา", "ภาษี"),
        ("بن", "بنّ"),
    ],
)
def test_what_marks_tell_apart_stays_apart(text: str, sought: str) -> None:
    assert fold(sought) not in fold(text)
    assert not list(FoldedText(text).spans(fold(sought)))


@given(st.text(st.sampled_from(ODD) | st.characters(codec="utf-8"), max_size=30))
def test_folding_makes_no_difference_to_what_is_folded_or_composed(text: str) -> None:
    for folding in (fold, fold_keeping_accents):
        once = folding(text)
        assert (
            folding(unicodedata.normalize("NFD", text)) == folding(unicodedata.normalize("NFC", text)) == once
        )


@given(st.text(st.sampled_from(ODD) | st.characters(codec="utf-8"), max_size=30), st.data())
@example("ﬁ\u0301x", None)
def test_what_is_found_is_what_was_sought(text: str, data: st.DataObject | None) -> None:
    for folding in (fold, fold_keeping_accents, compatibility_form):
        folded = FoldedText(text, folding)
        assert folded.text == folding(text)
        assert fold_lines(text) == fold(text)
        if data is None or not text:
            continue
        begin = data.draw(st.integers(0, len(text) - 1))
        sought = folding(text[begin : data.draw(st.integers(begin + 1, len(text)))])
        last = 0
        for start, end in folded.spans(sought):
            assert last <= start < end
            assert folding(text[start:end]) == sought
            last = end
        for start, end in folded.spans(sought, whole=False):
            assert sought in folding(text[start:end])


@given(st.text(st.sampled_from("aAéÉe\u0301 \nß"), max_size=40), st.integers(0, 40))
def test_searching_from_an_offset_finds_what_is_there(text: str, start: int) -> None:
    folded = FoldedText(text, fold_keeping_accents)
    for sought in ("a", "é", "ss", "e"):
        later = [span for span in folded.spans(sought) if span[0] >= start]
        assert set(later) <= set(folded.spans(sought, start)) | set(folded.spans(sought))
        assert all(span[0] >= start for span in folded.spans(sought, start))
        assert (not later) or next(folded.spans(sought, start)) == later[0]


def test_a_long_text_is_folded_quickly() -> None:
    import time

    text = "Der Übergang zur Straße, été comme hiver.\n" * 50_000
    began = time.process_time()
    folded = FoldedText(text, fold_keeping_accents)
    assert sum(1 for _ in folded.spans("straße".replace("ß", "ss"))) == 50_000
    assert time.process_time() - began < 3
