"""Fit the networks that choose an answer: ``python -m rnnchat.training.asking.fit_answers DATA``.

DATA holds the text collections. It takes about eight minutes on one core. The questions are those of
``written_questions.tsv`` and ``factual_questions.tsv`` that have an answer. First, a network learns which
sentence of the five best passages answers a question; then another one which words of the best sentences do.
How often they are right is printed for sources of notes that they were not fitted to. The word vectors and
the translations must not have seen these questions, so that both are fitted with ``--hold-out`` before; the
second order has, so that the right passage is among the five more often than with other questions.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.answers import FILE, AnswerNetworks, passages_read, phrase_candidates
from rnnchat.tasks.asking.asking import READ_PASSAGES
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NotePassages
from rnnchat.tasks.asking.ranking import Question, best
from rnnchat.tasks.asking.reranking import rank
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.sentence_evidence import FEATURES, RISING, AnswerSearch, ReadPassage, features
from rnnchat.tasks.asking.sentences import Sentence, split_sentences
from rnnchat.training.asking.listwise_network import CandidateList, NetworkFit, fit_network
from rnnchat.training.asking.pairs import documents
from rnnchat.training.asking.written import (
    WrittenQuestion,
    factual_questions,
    passage_asked_about,
    written_questions,
)

SENTENCES = NetworkFit(units=16, decay=1e-2)
"""How the network of sentences is fitted."""
SPANS = NetworkFit(units=32, decay=1e-2, dropped=0.3)
"""How the network of spans is fitted."""
FOLDS = 5
"""Sources are split into so many parts; the questions of one are asked of networks fitted to the others."""
SMALL_COLLECTIONS = (8, 16, 32)
"""A small collection has one of these numbers of notes."""
LONGEST_DOCUMENT = 200_000
"""The rest of a longer document is not read, in characters."""
LEAST_OVERLAP = 0.5
"""Where no span is the answer, those with the most words of it are right, if F1 is at least this."""
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True)
class AnswerExample:
    """A question, the sentences that may answer it, and the passage that does."""

    index: PassageIndex
    question: Question
    answer: str
    is_factual: bool
    fold: int
    passage: str
    """The text of the passage with the answer."""
    sentences: CandidateList
    in_passage: NDArray[np.bool_]
    """Whether each of the sentences is in that passage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the networks and write them into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    data = parser.parse_args(arguments).data
    factual = factual_questions()
    questions = [one for one in (*written_questions(), *factual) if one.answer]
    examples = [
        example
        for index in indexes(data, {one.source for one in questions})
        for example in _examples(index, questions, set(factual))
    ]
    of_folds = [_fit_sentences([one for one in examples if one.fold != fold]) for fold in range(FOLDS)]
    _print_sentences(examples, of_folds)
    spans = [_span_list(one, of_folds[one.fold]) for one in examples if one.is_factual]
    _print_spans([one for one in spans if one is not None])
    known = [one.candidates for one in spans if one is not None and one.candidates.is_right.any()]
    networks = {
        "sentences.": _fit_sentences(examples),
        "spans.": fit_network(known, SPANS),
    }
    tensors = {name: array for prefix, one in networks.items() for name, array in one.tensors(prefix).items()}
    replace_file(FILE, to_safetensors(tensors), private=False)
    return 0


def indexes(data: Path, sources: set[str]) -> Iterator[PassageIndex]:
    """Yield an index of all documents with these `sources`, and then of a few documents each, as people begin
    with few notes."""
    texts = documents(data, sources)
    notes = [NotePassages.of_text(source, text[:LONGEST_DOCUMENT]) for source, text in texts.items()]
    yield build_index(notes)
    chance = random.Random(0)
    chance.shuffle(notes)
    while notes:
        size = chance.choice(SMALL_COLLECTIONS)
        yield build_index(notes[:size])
        del notes[:size]


def _examples(
    index: PassageIndex, questions: Iterable[WrittenQuestion], factual: set[WrittenQuestion]
) -> Iterator[AnswerExample]:
    """Yield what can be learned from each question that an index answers."""
    for one in questions:
        right = passage_asked_about(index, one)
        if right < 0:
            continue
        question = Question.of(index, one.text)
        scores = rank(index, question).scores
        numbers = best(scores, READ_PASSAGES)
        text = index.passage(right).text
        read = passages_read(index, numbers, scores[numbers])
        if right not in [number for number, _ in read]:
            read = [(right, ReadPassage(split_sentences(text)))]
        in_passage = np.array([number == right for number, passage in read for _ in passage.sentences])
        is_right = np.zeros(len(in_passage), bool)
        is_right[in_passage] = _holds(split_sentences(text), text, one.answer)
        if is_right.any() and len(is_right) > 1:
            table = features([passage for _, passage in read], AnswerSearch(question))
            fold = zlib.crc32(one.source.split("/", 1)[0].encode()) % FOLDS
            lists = CandidateList(table, is_right)
            yield AnswerExample(index, question, one.answer, one in factual, fold, text, lists, in_passage)


def _fit_sentences(examples: Sequence[AnswerExample]) -> ScoringNetwork:
    rising = np.array([name in RISING for name in FEATURES])
    return fit_network([one.sentences for one in examples], SENTENCES, rising=rising)


def _holds(sentences: Sequence[Sentence], text: str, answer: str) -> list[bool]:
    """Return whether each sentence of a passage has the answer, or, where none has all of it, its
    beginning."""
    pattern = re.compile(rf"(?<!\w){re.escape(answer)}(?!\w)")
    holds = [pattern.search(sentence.text) is not None for sentence in sentences]
    if any(holds):
        return holds
    place = text.find(answer)
    return [one.start <= place < one.start + len(one.text) for one in sentences]


def _print_sentences(examples: Sequence[AnswerExample], of_folds: Sequence[ScoringNetwork]) -> None:
    """Print how often the right sentence is the best one, of its passage and of five."""
    for kind, is_factual in (("written", False), ("factual", True)):
        in_passage: list[bool] = []
        in_five: list[bool] = []
        for one in examples:
            if one.is_factual == is_factual:
                scores = of_folds[one.fold].scores(one.sentences.features)
                of_passage = np.where(one.in_passage, scores, -np.inf)
                in_five.append(bool(one.sentences.is_right[scores.argmax()]))
                in_passage.append(bool(one.sentences.is_right[of_passage.argmax()]))
        if not in_five:
            continue
        print(
            f"{kind}: {len(in_five)} questions, the right sentence of its passage {np.mean(in_passage):.1%},"
            f" of five passages {np.mean(in_five):.1%}",
            flush=True,
        )


@dataclass(frozen=True)
class SpanExample:
    """The spans that may answer a question."""

    fold: int
    candidates: CandidateList
    overlaps: NDArray[np.float64]
    """F1 over words of each span and the answer, (spans,)."""


def _span_list(example: AnswerExample, sentences: ScoringNetwork) -> SpanExample | None:
    """Return the spans of the sentences that a network finds best in the right passage."""
    found, tables = [], []
    networks = AnswerNetworks(sentences, sentences)
    for sentence, spans, table in phrase_candidates(
        example.index, example.passage, example.question, networks
    ):
        found += [sentence.text[span.start : span.end] for span in spans]
        tables.append(table)
    if not found:
        return None
    overlaps = np.array([overlap(one, example.answer) for one in found])
    is_right = overlaps == 1 if overlaps.max() == 1 else overlaps >= max(LEAST_OVERLAP, overlaps.max())
    return SpanExample(example.fold, CandidateList(np.concatenate(tables), is_right), overlaps)


def _print_spans(spans: Sequence[SpanExample]) -> None:
    """Print how often the best span is the answer, and the mean F1."""
    exact, shared = [], []
    for fold in range(FOLDS):
        others = [one.candidates for one in spans if one.fold != fold and one.candidates.is_right.any()]
        network = fit_network(others, SPANS)
        for one in spans:
            if one.fold == fold:
                chosen = int(network.scores(one.candidates.features).argmax())
                exact.append(one.overlaps[chosen] == 1)
                shared.append(one.overlaps[chosen])
    print(
        f"spans: {len(exact)} questions, the answer {np.mean(exact):.1%}, F1 {np.mean(shared):.1%}",
        flush=True,
    )


def overlap(found: str, wanted: str) -> float:
    """Return F1 over words, without articles and punctuation; Rajpurkar et al., SQuAD, 2016."""
    first, second = (Counter(_words(text)) for text in (found, wanted))
    return 2 * (first & second).total() / max((first + second).total(), 1)


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", re.sub(r"[^\w\s]", "", text.lower())).split()


if __name__ == "__main__":
    sys.exit(main())
