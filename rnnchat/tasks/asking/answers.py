"""Choose the sentence or the block of code that answers a question, or none.

The answer is verbatim. Small networks weigh what speaks for each sentence, and for each phrase in it;
`rnnchat/training/asking/fit_answers.py` fits them to questions about other people's notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.program_output import is_program_output
from rnnchat.tasks.asking.questions import HOW, WHY, WORDS, kind_of
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.sentence_evidence import LONG_CODE, AnswerSearch, features
from rnnchat.tasks.asking.sentences import Sentence, split_sentences
from rnnchat.tasks.asking.spans import Span, SpanEvidence, spans_of

FILE = Path(__file__).parent / "answers.safetensors"
"""This file, which is part of the package, holds the networks."""
READ_SENTENCES = 2
"""A phrase is looked for in this many of the best sentences."""
LEAST_SHARE = 0.5
"""A phrase is pointed out where its probability among those of its sentence is at least this."""
NEAREST_CODE = 3
"""Code that begins at most so many lines after a sentence shows what the sentence says."""


@dataclass(frozen=True)
class AnswerNetworks:
    """The networks that choose an answer."""

    sentences: ScoringNetwork
    spans: ScoringNetwork


@cache
def shipped_networks() -> AnswerNetworks:
    """Return the networks that are part of the package."""
    tensors = read_safetensors(FILE.read_bytes())
    return AnswerNetworks(
        *(ScoringNetwork.from_tensors(tensors, f"{name}.") for name in ("sentences", "spans"))
    )


@dataclass(frozen=True)
class AnswerCandidate:
    """A sentence or a block of code that may be the answer."""

    sentence: Sentence
    passage: int
    """The number of its passage in the index."""
    score: float


def choose(
    index: PassageIndex, question: Question, passages: Sequence[int], scores: NDArray[np.float32]
) -> AnswerCandidate | None:
    """Return the best candidate in `passages`, whose `scores` are in the same order; None where there is
    none."""
    best: AnswerCandidate | None = None
    search = AnswerSearch(question)
    highest = float(scores.max(initial=0))
    for number, score in zip(passages, scores.tolist(), strict=True):
        passage = index.passage(number)
        sentences = split_sentences(passage.text)
        if not sentences:
            continue
        found = features(sentences, search, relative=score / highest if highest > 0 else 0.0)
        values = shipped_networks().sentences.scores(found)
        at = int(values.argmax())
        if best is None or float(values[at]) > best.score:
            sentence = _or_code_below(passage.text, sentences[at], question)
            best = AnswerCandidate(sentence, number, float(values[at]))
    return best


def best_sentence(text: str, question: Question) -> Sentence | None:
    """Return the sentence or block of code in `text` that fits a question best; None where there is none."""
    sentences = split_sentences(text)
    if not sentences:
        return None
    found = features(sentences, AnswerSearch(question))
    return _or_code_below(text, sentences[int(shipped_networks().sentences.scores(found).argmax())], question)


def _or_code_below(text: str, sentence: Sentence, question: Question) -> Sentence:
    """Return the code below a sentence that only leads to it, as in "To undo a commit, run:"; else the
    sentence."""
    if not sentence.text.rstrip("*_ ").endswith((":", "：")):
        return sentence
    return code_after(text, sentence, question) or sentence


def code_after(text: str, sentence: Sentence, question: Question) -> Sentence | None:
    """Return the block of code in `text` right after a sentence that says how something is done.

    None where the question is another one, and where the block is long or only what a program printed.
    """
    if sentence.is_code or kind_of(question.text) != HOW:
        return None
    end = sentence.start + len(sentence.text)
    before = ""
    for one in split_sentences(text):
        if one.start < end:
            before = one.text
        elif text.count("\n", end, one.start) > NEAREST_CODE:
            break
        elif one.is_code:
            is_answer = one.text.count("\n") < LONG_CODE and not is_program_output(one.text, before)
            return one if is_answer else None
        else:
            before = one.text
    return None


def phrase_of(index: PassageIndex, question: Question, sentence: Sentence) -> tuple[int, int] | None:
    """Return where the few words of a sentence that a question asks for begin and end in it.

    None where the question asks for none, and where none is likely enough.
    """
    search = AnswerSearch(question)
    if sentence.is_code or search.kind in (HOW, WHY, WORDS) or not (spans := spans_of(sentence.text)):
        return None
    table = SpanEvidence(index, search, sentence).features(spans, 1.0, 0)
    scores = shipped_networks().spans.scores(table)
    shares = np.exp(scores - scores.max())
    chosen = spans[int(scores.argmax())]
    return (chosen.start, chosen.end) if shares.max() / shares.sum() >= LEAST_SHARE else None


def phrase_in(index: PassageIndex, text: str, question: Question) -> tuple[int, int] | None:
    """Return where the few words of `text` that a question asks for begin and end; None where none fit."""
    networks = shipped_networks()
    best, place = -np.inf, None
    for sentence, spans, table in phrase_candidates(index, text, question, networks):
        scores = networks.spans.scores(table)
        chosen = int(scores.argmax())
        if scores[chosen] > best:
            best = float(scores[chosen])
            place = sentence.start + spans[chosen].start, sentence.start + spans[chosen].end
    return place


def phrase_candidates(
    index: PassageIndex, text: str, question: Question, networks: AnswerNetworks
) -> Iterator[tuple[Sentence, list[Span], NDArray[np.float32]]]:
    """Yield each of the best sentences of `text`, its spans, and what speaks for each, (spans, features)."""
    sentences = split_sentences(text)
    if not sentences:
        return
    search = AnswerSearch(question)
    values = networks.sentences.scores(features(sentences, search))
    shares = np.exp(values - values.max())
    shares /= shares.sum()
    for place, at in enumerate(np.argsort(-values, kind="stable")[:READ_SENTENCES].tolist()):
        if spans := spans_of(sentences[at].text):
            evidence = SpanEvidence(index, search, sentences[at])
            yield sentences[at], spans, evidence.features(spans, float(shares[at]), place)
