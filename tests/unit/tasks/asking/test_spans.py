"""The few words of a sentence that answer a question."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.asking.answers import phrase_in, phrase_of, shipped_networks
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.passages import Passage
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.sentence_evidence import AnswerSearch
from rnnchat.tasks.asking.sentences import Sentence, split_sentences
from rnnchat.tasks.asking.spans import INLINE, SPAN_KINDS, SpanEvidence, spans_of

TEXT = (
    "The mill on the river was built in 1874 by Clara Holm. It ground 40 tons of rye a year until the flood. "
    "Today it is a museum, and the command `mill --open` starts its old wheel."
)


@pytest.fixture(scope="module")
def index() -> PassageIndex:
    others = ("Rye bread needs a day.", "The museum opens at nine.")
    return build_index(
        NotePassages(NoteFile(str(number), 0, 0), (Passage("", text, 1, 1, 0),))
        for number, text in enumerate((TEXT, *others))
    )


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("When was the mill built?", "1874"),
        ("Who built the mill?", "Clara Holm"),
        ("Which command starts the wheel?", "mill --open"),
        ("How many tons of rye did it grind?", "40"),
    ],
)
def test_the_phrase_that_is_asked_for(index: PassageIndex, asked: str, answer: str) -> None:
    phrase = phrase_in(index, TEXT, Question.of(index, asked))
    assert phrase is not None
    assert 0 < phrase.probability <= 1
    found = TEXT[phrase.start : phrase.end]
    assert answer in found
    assert len(found.split()) <= len(answer.split()) + 2


@pytest.mark.parametrize("text", ["", "...", "```\n\n```", "the of a"])
def test_a_text_without_candidates_has_no_phrase(index: PassageIndex, text: str) -> None:
    assert phrase_in(index, text, Question.of(index, "Who built the mill?")) is None


def test_a_phrase_is_pointed_out_in_the_answer_alone(index: PassageIndex) -> None:
    question = Question.of(index, "When was the mill built?")
    first, second, _ = split_sentences(TEXT)
    place = phrase_of(index, question, TEXT, first)
    assert place is not None
    assert first.text[slice(*place)] == "1874"
    assert phrase_of(index, question, TEXT, second) is None
    assert phrase_of(index, Question.of(index, "how do I build a mill"), TEXT, first) is None


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Use `git add` and then `git commit`.", ["git add", "git commit"]),
        ("Call parse() with --all or -v.", ["parse()", "--all", "-v"]),
        ("Nothing here ` ` to see", []),
    ],
)
def test_code_within_a_sentence(sentence: str, code: list[str]) -> None:
    spans = sorted((span.start, span.end) for span in spans_of(sentence) if span.kind == INLINE)
    assert [sentence[start:end] for start, end in spans] == code


@given(sentence=st.text(max_size=120), asked=st.text(max_size=60))
def test_spans_are_within_the_sentence_and_their_evidence_is_finite(
    index: PassageIndex, sentence: str, asked: str
) -> None:
    spans = spans_of(sentence)
    assert all(0 <= span.start < span.end <= len(sentence) for span in spans)
    assert len({(span.start, span.end) for span in spans}) == len(spans)
    assert {span.kind for span in spans} <= set(SPAN_KINDS)
    if spans:
        search = AnswerSearch(Question.of(index, asked))
        table = SpanEvidence(index, search, Sentence(sentence, 0)).features(spans, 0.5, 0)
        assert table.shape == (len(spans), len(shipped_networks().spans.means))
        assert np.isfinite(table).all()


def test_a_word_keeps_the_accents_of_its_last_letter() -> None:
    sentence = "The poet Jose\u0301 lives in Malmo\u0308."
    found = {sentence[span.start : span.end] for span in spans_of(sentence)}
    assert {"Jose\u0301", "Malmo\u0308"} <= found
    assert not {"Jose", "Malmo"} & found
