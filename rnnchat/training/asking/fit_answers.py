"""Fit the networks that choose an answer: ``python -m rnnchat.training.asking.fit_answers DATA``.

DATA holds the text collections. It takes about five minutes on one core. The questions are those of
``written_questions.tsv`` and ``factual_questions.tsv`` that have an answer. First, a network learns which
sentence of the five best passages answers a question; then another one which words of the best sentences do.
How often they are right is printed for sources of notes that they were not fitted to. The word vectors and
the translations must not have seen these questions, so that both are fitted with ``--hold-out`` before.
"""

from __future__ import annotations

import argparse
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.answers import FILE, AnswerNetworks, phrase_candidates
from rnnchat.tasks.asking.asking import READ_PASSAGES
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages, passages_of
from rnnchat.tasks.asking.ranking import Question, best
from rnnchat.tasks.asking.reranking import rank
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.sentence_evidence import AnswerSearch, features
from rnnchat.tasks.asking.sentences import Sentence, split_sentences
from rnnchat.training.asking.listwise_network import CandidateList, NetworkFit, fit_network
from rnnchat.training.asking.pairs import documents
from rnnchat.training.asking.written import WrittenQuestion, factual_questions, written_questions

SENTENCES = NetworkFit(units=16, decay=1e-2)
"""How the network of sentences is fitted."""
SPANS = NetworkFit(units=32, decay=1e-2, dropped=0.3)
"""How the network of spans is fitted."""
FOLDS = 5
"""Sources are told apart into so many parts; those of one are asked of networks fitted to the others."""
LONGEST_DOCUMENT = 200_000
"""The rest of a longer document is not read, in characters."""
LEAST_OVERLAP = 0.5
"""Where no span is the answer, those with the most words of it are right, if F1 is at least this."""
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True)
class AnswerExample:
    """A question, the sentences that may answer it, and the passage that does."""

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
    index = _index(data, questions)
    examples = list(_examples(index, questions, set(factual)))
    of_folds = [
        fit_network([one.sentences for one in examples if one.fold != fold], SENTENCES)
        for fold in range(FOLDS)
    ]
    _print_sentences(examples, of_folds)
    spans = [_span_list(index, one, of_folds[one.fold]) for one in examples if one.is_factual]
    _print_spans([one for one in spans if one is not None])
    known = [one.candidates for one in spans if one is not None and one.candidates.is_right.any()]
    networks = {
        "sentences.": fit_network([one.sentences for one in examples], SENTENCES),
        "spans.": fit_network(known, SPANS),
    }
    tensors = {name: array for prefix, one in networks.items() for name, array in one.tensors(prefix).items()}
    replace_file(FILE, to_safetensors(tensors), private=False)
    return 0


def _index(data: Path, questions: Iterable[WrittenQuestion]) -> PassageIndex:
    """Return the index of the documents that are asked about."""
    notes = []
    for source, text in documents(data, {one.source for one in questions}).items():
        title, passages = passages_of(text[:LONGEST_DOCUMENT])
        notes.append(NotePassages(NoteFile(source, 0, 0, title), tuple(passages)))
    return build_index(notes)


def _examples(
    index: PassageIndex, questions: Iterable[WrittenQuestion], factual: set[WrittenQuestion]
) -> Iterable[AnswerExample]:
    """Yield what can be learned from each question."""
    number_of = {file.path: number for number, file in enumerate(index.files)}
    for one in questions:
        own = (index.notes == number_of[one.source]) & (index.places[:, 1] == one.line)
        if not own.any():
            continue
        right = int(np.flatnonzero(own)[0])
        question = Question.of(index, one.text)
        scores = rank(index, question).scores
        numbers = best(scores, READ_PASSAGES)
        if right not in numbers:
            numbers[-1] = right
        found = _sentences(index, question, numbers, scores)
        tables = np.array([table for table, _ in found])
        in_passage = np.array([number == right for _, number in found])
        texts = split_sentences(index.passage(right).text)
        is_right = np.zeros(len(found), bool)
        is_right[in_passage] = _holds(texts, index.passage(right).text, one.answer)
        if is_right.any() and len(found) > 1:
            fold = zlib.crc32(one.source.split("/", 1)[0].encode()) % FOLDS
            yield AnswerExample(
                question,
                one.answer,
                one in factual,
                fold,
                index.passage(right).text,
                CandidateList(tables, is_right),
                in_passage,
            )


def _sentences(
    index: PassageIndex, question: Question, numbers: Sequence[int], scores: NDArray[np.float32]
) -> list[tuple[NDArray[np.float32], int]]:
    """Return what speaks for each sentence of some passages, and its passage."""
    found = []
    search = AnswerSearch(question)
    highest = max(float(scores[list(numbers)].max()), 1e-6)
    for number in numbers:
        sentences = split_sentences(index.passage(number).text)
        if sentences:
            table = features(sentences, search, relative=float(scores[number]) / highest)
            found += [(row, number) for row in table]
    return found


def _holds(sentences: Sequence[Sentence], text: str, answer: str) -> list[bool]:
    """Return whether each sentence of a passage has the answer, or, where none has all of it, its
    beginning."""
    holds = [answer in sentence.text for sentence in sentences]
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


def _span_list(index: PassageIndex, example: AnswerExample, sentences: ScoringNetwork) -> SpanExample | None:
    """Return the spans of the sentences that a network finds best in the right passage."""
    found, tables = [], []
    networks = AnswerNetworks(sentences, sentences)
    for sentence, spans, table in phrase_candidates(index, example.passage, example.question, networks):
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
    """Return F1 over words, without articles and punctuation."""
    first, second = (Counter(_words(text)) for text in (found, wanted))
    return 2 * (first & second).total() / max((first + second).total(), 1)


def _words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", re.sub(r"[^\w\s]", "", text.lower())).split()


if __name__ == "__main__":
    sys.exit(main())
