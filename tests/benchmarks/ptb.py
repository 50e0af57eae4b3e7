"""Penn Treebank, word level: python -m tests.benchmarks.ptb FOLDER [--networks MINUTES]

FOLDER holds ptb.train.txt, ptb.valid.txt and ptb.test.txt. Prints the test perplexity of the modified
Kneser-Ney 5-gram and, with `--networks`, of each kind of network trained so many minutes, and of the
better of them mixed with the 5-gram. Sentences are predicted with their ends, each from its beginning for the
5-gram, one after another for the networks.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape

END = "</s>"
EMBEDDING = 320
UNITS = {"rnn": 640, "lstm": 768, "gru": 896}
"""Sizes that make fewer than 8 million parameters."""


def read(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def as_pieces(sentences: list[list[str]], numbers: dict[str, int]) -> np.ndarray:
    """The sentences in a row, an end before the first and after each."""
    words = [numbers[END], *(numbers[word] for line in sentences for word in (*line, END))]
    return np.array(words, np.int64)


def five_gram(train: np.ndarray, test: list[list[str]], numbers: dict[str, int]) -> tuple[float, float]:
    started = time.monotonic()
    model = NgramModel(NgramMemory.build(train, len(numbers), order=4))
    bits, count, end = 0.0, 0, numbers[END]
    for line in test:
        probabilities, state = model.step(end, model.start())
        for piece in (*(numbers[word] for word in line), end):
            bits -= math.log2(probabilities[piece])
            count += 1
            probabilities, state = model.step(piece, state)
    return 2 ** (bits / count), time.monotonic() - started


def train_network(
    cell: str, minutes: float, units: int, train: np.ndarray, valid: np.ndarray, vocabulary: int, folder: Path
) -> RecurrentNetwork:
    """Train as `rnnchat train` does, on words in the place of pieces."""
    from rnnchat.training.data.batches import TrainingData
    from rnnchat.training.engine.hardware import measure_speed
    from rnnchat.training.engine.loop import Trainer
    from rnnchat.training.plan import CorpusSize, make_plan
    from rnnchat.training.runs.clock import Clock
    from rnnchat.training.runs.settings import RunSettings

    settings = RunSettings(name=cell, paths=(), cell=cell, minutes=minutes, units=units, embedding=EMBEDDING)
    data = TrainingData(
        training=train.astype(np.uint16),
        training_spans=np.array([[0, len(train)]]),
        validation=valid.astype(np.uint16),
        validation_bytes=len(valid),  # so that what is printed is bits per word
        training_bytes=len(train) * 6,
    )
    corpus = CorpusSize(len(train), len(train) * 6, vocabulary)
    plan = make_plan(settings, corpus, measure_speed())
    shape = NetworkShape(vocabulary, plan.embedding, plan.units, plan.layers, cell)
    trainer = Trainer(settings, shape, plan, data, folder=folder, clock=Clock())
    print(f"{cell}: {shape.parameters:,} parameters, {plan.as_record()}", flush=True)
    trainer.run(lambda event: None, lambda: "")
    return RecurrentNetwork(shape, trainer.best_weights)


def perplexity_of(model: Any, pieces: np.ndarray, *, learn: bool = False) -> float:
    """Read `pieces` in a row, the first without being scored."""
    bits = 0.0
    probabilities, state = model.step(int(pieces[0]), model.start())
    for piece in pieces[1:].tolist():
        bits -= math.log2(probabilities[piece])
        if learn:
            model.learn(piece, state)
        probabilities, state = model.step(piece, state)
    return float(2 ** (bits / (len(pieces) - 1)))


def mix(network: RecurrentNetwork, train: np.ndarray, valid: np.ndarray, test: np.ndarray) -> None:
    """Print the perplexities of the network and the 5-gram mixed, fitted to the validation text."""
    from rnnchat.lm.mixture.contexts import PieceKinds
    from rnnchat.lm.mixture.weights import MixtureWeights

    vocabulary = network.vocabulary
    words = [b"\n", *[b" x"] * (vocabulary - 2), b"<s>"]
    kinds = PieceKinds.of(words, start=vocabulary - 1, newline=0)
    memory = NgramMemory.build(train, vocabulary, order=4)
    weights = MixtureWeights.fit(network, memory, kinds, [valid[:16_000].tolist()])
    for name, adaptive in (("mixture", False), ("mixture, adaptive", True)):
        model = weights.mixture(network, memory, kinds, adaptive=adaptive)
        print(f"{name}: perplexity {perplexity_of(model, test, learn=adaptive):.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--networks", type=float, default=0, metavar="MINUTES")
    parser.add_argument("--cells", nargs="*", default=list(UNITS))
    options = parser.parse_args()
    names = {part: next(options.folder.rglob(f"*{part}*.txt")) for part in ("train", "valid", "test")}
    parts = {part: read(path) for part, path in names.items()}
    numbers: dict[str, int] = {END: 0}
    for line in parts["train"]:
        for word in line:
            numbers.setdefault(word, len(numbers))
    train = as_pieces(parts["train"], numbers)
    perplexity, seconds = five_gram(train, parts["test"], numbers)
    print(f"modified Kneser-Ney 5-gram: perplexity {perplexity:.1f}, {seconds:.1f} s", flush=True)
    if not options.networks:
        return
    valid, test = (as_pieces(parts[part], numbers) for part in ("valid", "test"))
    vocabulary = len(numbers) + 1  # one more, for the beginning of a text, which the mixture wants
    for cell in options.cells:
        with tempfile.TemporaryDirectory() as folder:
            network = train_network(
                cell, options.networks, UNITS[cell], train, valid, vocabulary, Path(folder)
            )
        print(f"{cell}: perplexity {perplexity_of(network, test):.1f}", flush=True)
        if cell == "gru":
            mix(network, train, valid, test)


if __name__ == "__main__":
    main()
