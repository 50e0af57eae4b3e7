"""The few words of a sentence that answer a question."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.asking.answers import phrase_in
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.passages import Passage
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.sentence_evidence import AnswerSearch
from rnnchat.tasks.asking.sentences import Sentence
from rnnchat.tasks.asking.spans import SPAN_KINDS, SpanEvidence, spans_of

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
    place = phrase_in(index, TEXT, Question.of(index, asked))
    assert place is not None
    assert answer in TEXT[slice(*place)]


@pytest.mark.parametrize("text", ["", "...", "```\n\n```", "the of a"])
def test_a_text_without_candidates_has_no_phrase(index: PassageIndex, text: str) -> None:
    assert phrase_in(index, text, Question.of(index, "Who built the mill?")) is None


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
        assert len(table) == len(spans)
        assert np.isfinite(table).all()
