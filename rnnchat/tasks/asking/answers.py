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
from rnnchat.tasks.asking.questions import CODE, HOW, WHY, WORDS, kind_of
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.reranking import SOFTENED
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.sentence_evidence import LONG_CODE, AnswerSearch, ReadPassage, features
from rnnchat.tasks.asking.sentences import Sentence, split_sentences
from rnnchat.tasks.asking.spans import Span, SpanEvidence, spans_of

FILE = Path(__file__).parent / "answers.safetensors"
"""This file, which is part of the package, holds the networks."""
LEAST_LOG_ODDS = -3.0
"""No answer is looked for in a passage that fits the question so much worse than the best one."""
READ_SENTENCES = 2
"""A phrase is looked for in this many of the best sentences."""
LEAST_PROBABILITY = 0.5
"""A phrase is pointed out where it is at least this likely."""
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
    evidence: NDArray[np.float32]
    """What speaks for it, in the order of `sentence_evidence.FEATURES`, (features,)."""


def choose(
    index: PassageIndex, question: Question, passages: Sequence[int], scores: NDArray[np.float32]
) -> AnswerCandidate | None:
    """Return the best candidate in `passages`, whose `scores` are in the same order; None where there is
    none."""
    read = passages_read(index, passages, scores)
    found = [(sentence, number) for number, one in read for sentence in one.sentences]
    if not found:
        return None
    table = features([one for _, one in read], AnswerSearch(question))
    at = int(shipped_networks().sentences.scores(table).argmax())
    sentence, number = found[at]
    text = index.passage(number).text
    return AnswerCandidate(_or_code_below(text, sentence, question), number, table[at])


def passages_read(
    index: PassageIndex, passages: Sequence[int], scores: NDArray[np.float32]
) -> list[tuple[int, ReadPassage]]:
    """Return the numbers of those of `passages` in which an answer may be, and their sentences.

    `scores` are those of the second order. What fits much worse than the best passage is left out.
    """
    read = []
    for number, score in zip(passages, scores.tolist(), strict=True):
        log_odds = SOFTENED * float(np.log(max(score, 1e-9) / max(float(scores.max()), 1e-9)))
        if log_odds >= LEAST_LOG_ODDS:
            read.append((number, ReadPassage(split_sentences(index.passage(number).text), log_odds)))
    return read


def best_sentence(text: str, question: Question) -> Sentence | None:
    """Return the sentence or block of code in `text` that fits a question best; None where there is none."""
    sentences = split_sentences(text)
    if not sentences:
        return None
    found = features([ReadPassage(sentences)], AnswerSearch(question))
    return _or_code_below(text, sentences[int(shipped_networks().sentences.scores(found).argmax())], question)


def _or_code_below(text: str, sentence: Sentence, question: Question) -> Sentence:
    """Return the code below a sentence that only leads to it, as in "To undo a commit, run:"; else the
    sentence."""
    if not sentence.text.rstrip("*_ ").endswith((":", "：")):
        return sentence
    return code_after(text, sentence, question) or sentence


def code_after(text: str, sentence: Sentence, question: Question) -> Sentence | None:
    """Return the block of code in `text` right after a sentence that says how something is done.

    None where the question asks for something else, and where the block is long or only what a program
    printed.
    """
    if sentence.is_code or kind_of(question.text) not in (HOW, CODE, WORDS):
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


@dataclass(frozen=True)
class Phrase:
    """A few words of a passage."""

    start: int
    """Its first character in the passage, from 0."""
    end: int
    probability: float
    """How likely it is what the question asks for, among the phrases of the best sentences."""


def phrase_in(index: PassageIndex, text: str, question: Question) -> Phrase | None:
    """Return the few words of a passage's `text` that a question asks for; None where there are none."""
    networks = shipped_networks()
    found: list[tuple[int, int]] = []
    tables = []
    for sentence, spans, table in phrase_candidates(index, text, question, networks):
        found += [(sentence.start + span.start, sentence.start + span.end) for span in spans]
        tables.append(table)
    if not found:
        return None
    scores = networks.spans.scores(np.concatenate(tables))
    shares = np.exp(scores - scores.max())
    chosen = int(scores.argmax())
    return Phrase(*found[chosen], float(shares[chosen] / shares.sum()))


def phrase_of(
    index: PassageIndex, question: Question, text: str, sentence: Sentence
) -> tuple[int, int] | None:
    """Return where the few words of an answer that a question asks for begin and end in it.

    `text` is the passage that the answer is in. None where the question asks for none, and where the
    likeliest is not likely enough, or in another sentence.
    """
    if sentence.is_code or kind_of(question.text) in (HOW, WHY, WORDS):
        return None
    phrase = phrase_in(index, text, question)
    if phrase is None or phrase.probability < LEAST_PROBABILITY:
        return None
    start, end = phrase.start - sentence.start, phrase.end - sentence.start
    return (start, end) if start >= 0 and end <= len(sentence.text) else None


def phrase_candidates(
    index: PassageIndex, text: str, question: Question, networks: AnswerNetworks
) -> Iterator[tuple[Sentence, list[Span], NDArray[np.float32]]]:
    """Yield each of the best sentences of `text`, its spans, and what speaks for each, (spans, features)."""
    sentences = split_sentences(text)
    if not sentences:
        return
    search = AnswerSearch(question)
    values = networks.sentences.scores(features([ReadPassage(sentences)], search))
    shares = np.exp(values - values.max())
    shares /= shares.sum()
    for place, at in enumerate(np.argsort(-values, kind="stable")[:READ_SENTENCES].tolist()):
        if spans := spans_of(sentences[at].text):
            evidence = SpanEvidence(index, search, sentences[at])
            yield sentences[at], spans, evidence.features(spans, float(shares[at]), place)
