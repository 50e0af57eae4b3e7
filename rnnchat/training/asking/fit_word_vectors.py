"""Fit the word vectors of asking: ``python -m rnnchat.training.asking.fit_word_vectors DATA``.

DATA holds the text collections. It takes five minutes on one core. First, the truncated singular value
decomposition of pointwise mutual information gives terms that are used in the same company nearly the same
direction. Then the vectors of questions and texts are trained apart, so that the sum of a heading's vectors
is nearer to the sum of the passage below it than to those of the other passages of the batch, which come
from few sources and so are alike. Terms that a heading shares with the passage are often left out of it, so
that others must find it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.terms import term_numbers
from rnnchat.tasks.asking.word_vectors import FILE, WordVectors
from rnnchat.training.asking.corpus import PairCorpus
from rnnchat.training.asking.pairs import read_texts

CONTEXTS = 4_000
"""Company is counted by the most frequent terms only, so many of them."""
DIMENSIONS = 192
"""A vector has so many values."""
WINDOW = 5
"""Terms at most this far apart keep company."""
STEPS = 1_800
"""The number of training steps."""
BATCH = 768
"""A step takes about this many pairs."""
BATCH_SOURCES = 6
"""The pairs of a step come from this many sources."""
WRITTEN_WEIGHT = 5.0
"""Questions that were written about passages are read so many times as often as their number says."""
LEARNING_RATE = 0.004
"""The learning rate after the first steps; it falls to 0."""
SHARPNESS = 20.0
"""The cosine of two vectors is multiplied by this before the softmax."""
Weights = NDArray[np.float32]
"""An array of weights."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the vectors and write them into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    parser.add_argument(
        "--hold-out",
        action="store_true",
        help="leave out what other fits learn from: the notes that are held out, and written questions",
    )
    parsed = parser.parse_args(arguments)
    texts = read_texts(parsed.data, hold_out=parsed.hold_out)
    corpus = PairCorpus.of(texts)
    print(f"{len(texts.pairs):,} pairs, {len(corpus.names):,} terms", flush=True)
    vectors = company_vectors(corpus)
    trainer = _Trainer(corpus, vectors)
    for step in range(STEPS):
        loss = trainer.step(step)
        if step % 100 == 99:
            print(f"step {step + 1}: loss {loss:.3f}", flush=True)
    start = starting_tables(corpus, vectors)
    of_questions, of_texts = (np.asarray((table + start) / 2, np.float32) for table in trainer.tables)
    fitted = WordVectors.build(term_numbers(corpus.names), of_texts, of_questions)
    replace_file(FILE, to_safetensors(fitted.tensors()), private=False)
    return 0


def company_vectors(corpus: PairCorpus) -> Weights:
    """Return a vector of length 1 for each term, from how often it is near the frequent terms."""
    size, contexts = len(corpus.names), min(CONTEXTS, len(corpus.names))
    near = np.zeros((size, contexts), np.float32)
    row = np.repeat(np.arange(len(corpus.ends) - 1), np.diff(corpus.ends))
    for distance in range(1, WINDOW + 1):
        first, second = corpus.terms[:-distance], corpus.terms[distance:]
        same = row[:-distance] == row[distance:]
        for term, context in ((first, second), (second, first)):
            counted = same & (context < contexts)
            keys = term[counted] * contexts + context[counted]
            near += np.bincount(keys, minlength=near.size).reshape(near.shape) / max(1, distance - 1)
    frequencies = near.sum(0) ** 0.75
    expected = near.sum(1, keepdims=True) * (frequencies / frequencies.sum())
    information = np.maximum(np.log(np.maximum(near, 1e-9) / (expected + 1e-9)), 0)
    information *= np.minimum(1, near / 3)  # what was seen once or twice may be chance
    random = np.random.default_rng(0)
    basis = information @ random.normal(size=(contexts, DIMENSIONS + 32)).astype(np.float32)
    for _ in range(2):
        basis = np.linalg.qr(basis)[0]
        basis = information @ np.linalg.qr(information.T @ basis)[0]
    basis = np.linalg.qr(basis)[0]
    left, values, _ = np.linalg.svd(basis.T @ information, full_matrices=False)
    vectors = (basis @ left)[:, :DIMENSIONS] * np.sqrt(values[:DIMENSIONS])
    result: Weights = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return result.astype(np.float32)


def starting_tables(corpus: PairCorpus, vectors: Weights) -> Weights:
    """Return what each term adds to a text before training: its vector, the longer the rarer it is."""
    return np.asarray(vectors * np.minimum(corpus.rarities, 9)[:, None] / 5, np.float32)


class _Trainer:
    """Trains the two tables of vectors with a softmax over the passages of a batch."""

    def __init__(self, corpus: PairCorpus, vectors: Weights) -> None:
        self._corpus = corpus
        self._random = np.random.default_rng(0)
        start = starting_tables(corpus, vectors)
        self.tables: tuple[Weights, Weights] = start, start.copy()
        """What each term adds to the vector of a question, and of a text."""
        self._moments = [np.zeros_like(vectors), np.zeros_like(vectors)]
        self._squares = [np.zeros(len(vectors), np.float32), np.zeros(len(vectors), np.float32)]
        self._groups = corpus.groups()
        shares = np.array([len(group) ** 0.7 for group in self._groups])
        shares[corpus.questions] *= WRITTEN_WEIGHT
        self._shares = shares / shares.sum()

    def step(self, number: int) -> float:
        """Take step `number` and return the loss of its batch."""
        questions, passages = self._batch()
        asked, asked_terms = _counts(questions)
        told, told_terms = _counts(passages)
        told = np.where(told > 0, 1 + np.log(np.maximum(told, 1)), 0).astype(np.float32)
        first, second = asked @ self.tables[0][asked_terms], told @ self.tables[1][told_terms]
        first_size, second_size = (np.linalg.norm(x, axis=1, keepdims=True) + 1e-6 for x in (first, second))
        first, second = first / first_size, second / second_size
        scores = SHARPNESS * first @ second.T
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores /= scores.sum(axis=1, keepdims=True)
        loss = -float(np.log(np.diag(scores) + 1e-9).mean())
        scores = (scores - np.eye(len(scores), dtype=np.float32)) * (SHARPNESS / len(scores))
        to_first, to_second = scores @ second, scores.T @ first
        to_first = (to_first - first * (to_first * first).sum(1, keepdims=True)) / first_size
        to_second = (to_second - second * (to_second * second).sum(1, keepdims=True)) / second_size
        rate = LEARNING_RATE * min(1, (number + 1) / 50) * (1 - number / STEPS) ** 0.7
        self._update(0, asked_terms, asked.T @ to_first, rate)
        self._update(1, told_terms, told.T @ to_second, rate)
        return loss

    def _update(self, table: int, rows: NDArray[np.int64], gradient: Weights, rate: float) -> None:
        """Change the `rows` of a table as Adam does, with one second moment for each row."""
        moment, square = self._moments[table], self._squares[table]
        square[rows] = 0.98 * square[rows] + 0.02 * (gradient**2).mean(axis=1)
        moment[rows] = 0.8 * moment[rows] + 0.2 * gradient
        self.tables[table][rows] -= rate * moment[rows] / (np.sqrt(square[rows])[:, None] + 1e-7)

    def _batch(self) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]:
        """Return the terms of questions, and of the passages that they belong to."""
        groups = self._random.choice(len(self._groups), BATCH_SOURCES, p=self._shares)
        chosen = [
            self._random.choice(
                self._groups[group],
                min(BATCH // BATCH_SOURCES, len(self._groups[group])),
                replace=False,
            )
            for group in groups
        ]
        questions, passages = [], []
        for title, heading, passage in self._corpus.pairs[np.concatenate(chosen)].tolist():
            question, text = self._example(title, heading, passage)
            if len(question) and len(text) > 2:
                questions.append(question)
                passages.append(text)
        return questions, passages

    def _example(self, title: int, heading: int, passage: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return a question made of a heading, a title or a span of the passage, and the rest of it."""
        text, kind = self._corpus.text(passage), self._random.random()
        if kind > 0.85 and len(text) >= 24:
            size = int(self._random.integers(4, 9))
            begin = int(self._random.integers(0, len(text) - size + 1))
            span = np.unique(text[begin : begin + size])
            return span, np.concatenate([text[:begin], text[begin + size :]])
        parts = [self._corpus.text(title)] if 0.5 <= kind <= 0.85 else []
        if kind < 0.75 or kind > 0.85:
            parts.append(self._corpus.text(heading))
        question = np.unique(np.concatenate(parts))
        if len(question) > 1 and self._random.random() < 0.7:
            shared = np.isin(question, text)
            share = self._random.choice([0.3, 0.6, 1.0])
            dropped = shared & (self._random.random(len(question)) < share)
            if dropped.all():
                dropped[self._random.integers(len(question))] = False
            question = question[~dropped]
        return question, text


def _counts(texts: Sequence[NDArray[np.int64]]) -> tuple[Weights, NDArray[np.int64]]:
    """Return how often each term occurs in each text, (texts, terms), and which terms these are."""
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    terms, columns = np.unique(np.concatenate(texts), return_inverse=True)
    counts = np.bincount(rows * len(terms) + columns, minlength=len(texts) * len(terms))
    return counts.reshape(len(texts), len(terms)).astype(np.float32), terms


if __name__ == "__main__":
    sys.exit(main())
