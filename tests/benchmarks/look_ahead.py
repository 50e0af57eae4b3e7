"""Fits the look-ahead's exponents: python -m tests.benchmarks.look_ahead MODEL=HELD… [--steps 4000] [--fit]

Each HELD is a folder of notes that the personal model called MODEL was not trained on. Printed are the bits
per byte of the log-linear mixture (`rnnchat/lm/mixture/log_linear.py`) and of the mixture itself, from the
12,000th character on, where keys are counted before. With `--fit` the exponents are fitted to these texts by
gradient steps, and printed as the table that stands in that module.
"""

from __future__ import annotations

import argparse
import itertools
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.library.models import Library
from rnnchat.lm.mixture import log_linear
from rnnchat.lm.mixture.log_linear import EXPONENTS, HISTORY_SCALE, Factors
from rnnchat.lm.suffix_array import tally
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.notes.raw import read_raw

COUNTED_CHARACTERS = 12_000
PASSES = 8
RATE = 0.004
BATCH = 32
ROWS = len(EXPONENTS)


def features(factors: Factors) -> NDArray[np.float16]:
    """The values (5, size) whose sum, weighted by the exponents, is the logarithm of the first product."""
    size = factors.logits.shape[1]
    found = np.zeros((5, size + 1), np.float32)
    found[0, :size] = found[2, :size] = factors.logits[0] - factors.logits.max()
    found[1, :size] = factors.log_unigram
    indexes, logs = factors.ngram_lifts[0]
    found[1][indexes] += logs
    indexes, logs = factors.cache_lift
    found[2][indexes] += logs[0]
    for row, successors in ((3, factors.successors[0][0]), (4, factors.successors[0][1])):
        if len(successors):
            indexes, counts = tally(successors)
            found[row][indexes] = np.log1p(counts * (HISTORY_SCALE / np.float32(len(successors) + 1)))
    return found[:, :size].astype(np.float16)


def collect(name: str, held: Path, steps: int) -> tuple[list[tuple[int, int, NDArray[np.float16]]], float]:
    """The row, the piece and the features of each step, and the mixture's own bits per byte."""
    model = load_model(Library(Paths.from_environment()), name)
    mixture = model.mixture(adaptive=True)
    assert mixture is not None
    captured: list[Factors] = []
    product = log_linear.product

    def capture(factors: Factors):  # type: ignore[no-untyped-def]
        captured.append(factors)
        return product(factors)

    log_linear.product = capture
    found: list[tuple[int, int, NDArray[np.float16]]] = []
    characters, bits, size = 0, 0.0, 0
    try:
        for text in read_raw([held]):
            pieces = [model.tokenizer.roles.start, *model.tokenizer.encode(text)]
            before = mixture.start()
            probabilities, state = mixture.step(pieces[0], before)
            for last, piece in itertools.pairwise(pieces):
                if characters > COUNTED_CHARACTERS:
                    captured.clear()
                    mixture.approximate_step(last, before)
                    row = min(captured[-1].context_lengths[0], ROWS - 1)
                    found.append((row, piece, features(captured[-1])))
                    bits -= math.log2(max(1e-30, float(probabilities[piece])))
                    size += len(model.tokenizer.piece_bytes[piece])
                mixture.learn(piece, state)
                before = state
                probabilities, state = mixture.step(piece, state)
            characters += len(text)
            if len(found) >= steps:
                break
    finally:
        log_linear.product = product
    return found, bits / max(1, size)


def nats(
    exponents: NDArray[np.floating], step: tuple[int, int, NDArray[np.float16]]
) -> tuple[float, NDArray]:  # type: ignore[type-arg]
    """The nats of one step, and their gradient (5,) by the exponents of its row."""
    row, piece, values = step
    logits = exponents[row] @ values
    logits -= logits.max()
    probabilities = np.exp(logits)
    total = probabilities.sum()
    return float(math.log(total) - logits[piece]), values @ (probabilities / total) - values[:, piece]


def fit(steps: list[tuple[int, int, NDArray[np.float16]]]) -> NDArray[np.float32]:
    """The exponents (ROWS, 5) after Adam's steps from those that are in use."""
    exponents = EXPONENTS.astype(np.float32).copy()
    mean, square, count = np.zeros_like(exponents), np.zeros_like(exponents), 0
    random = np.random.default_rng(0)
    for number in range(PASSES):
        order = random.permutation(len(steps))
        for begin in range(0, len(order), BATCH):
            gradient = np.zeros_like(exponents)
            for place in order[begin : begin + BATCH]:
                gradient[steps[place][0]] += nats(exponents, steps[place])[1] / BATCH
            count += 1
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.99 * square + 0.01 * gradient**2
            corrected = mean / (1 - 0.9**count), square / (1 - 0.99**count)
            rate = RATE * (1 - number / PASSES)
            exponents -= rate * corrected[0] / (np.sqrt(corrected[1]) + 1e-4)
    return exponents


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="MODEL=HELD")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    collections = {}
    for word in options.models:
        name, _, held = word.partition("=")
        collections[name], bits = collect(name, Path(held), options.steps)
        print(
            f"{name}: the mixture takes {bits:.4f} bits per byte of {len(collections[name])} pieces",
            flush=True,
        )

    def report(exponents: NDArray[np.floating]) -> None:  # type: ignore[type-arg]
        for name, steps in collections.items():
            total = sum(nats(exponents, step)[0] for step in steps)
            print(
                f"  {name}: {total / len(steps) / math.log(2):.4f} bits per piece by the log-linear mixture"
            )

    report(EXPONENTS)
    if options.fit:
        fitted = fit([step for steps in collections.values() for step in steps])
        print(np.array2string(fitted, precision=2, separator=", ", suppress_small=True))
        report(fitted)


if __name__ == "__main__":
    main()
