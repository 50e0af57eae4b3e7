"""What size, data, time and tokenizer are worth to the base: python -m tests.benchmarks.scaling DATA

Trains networks of three sizes on three amounts of the base's own mixture of texts, from nothing and for the
same number of steps, with the tokenizer that ships. Printed are the bits per byte on the recipe's validation
text, also a third and two thirds of the way, and on the ebooks that are kept out. A line a network, as soon
as it is there; those already in the file given by --log are not trained again.

With `--tokenizers`, some of several sizes are learned and a network trained with each, for as many operations
as `--steps` of the smallest take; printed with it are the microseconds that a network's step takes, and for
how many bytes it speaks.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.library.models import BASE, Library
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer
from rnnchat.training.collections import (
    Document,
    encode,
    is_validation,
    plain_text,
    read_source,
    size_of,
)
from rnnchat.training.data.prepare import TOKENIZER_BYTES
from rnnchat.training.held_out import bits_per_byte, held_out
from rnnchat.training.recipes import ENGLISH, KEPT_OUT

Row = dict[str, Any]

UNITS = (192, 384, 768)
VOCABULARIES = (2048, 4096, 6144, 8192)
SHARE = 0.3
"""So much of every source is used at most."""
EVERY = (36, 6, 1)
"""One document in so many."""
HELD_OUT_BYTES = 20_000


def texts(documents: list[Document], every: int, tokenizer: Tokenizer) -> Any:
    """One in `every` of the recipe's documents, as a training takes them; validation is the same for all."""
    from rnnchat.training.data.batches import TrainingData

    chosen = [document for document in documents if not is_validation(document)][::every]
    kept = [document for document in documents if is_validation(document)]
    pieces = [np.array(encode(tokenizer, document), np.uint16) for document in chosen]
    lengths = np.array([len(own) for own in pieces])
    return TrainingData(
        training=np.concatenate(pieces),
        training_spans=np.stack([np.cumsum(lengths) - lengths, lengths], axis=1),
        validation=np.concatenate([np.array(encode(tokenizer, document), np.uint16) for document in kept]),
        validation_bytes=sum(map(size_of, kept)),
        training_bytes=sum(map(size_of, chosen)),
    )


def train(units: int, data: Any, vocabulary: int, steps: int) -> tuple[RecurrentNetwork, list[float]]:
    """Train as the recipe does; return the network and its bits per byte along the way."""
    from rnnchat.training.engine.hardware import measure_speed
    from rnnchat.training.engine.loop import Trainer
    from rnnchat.training.plan import CorpusSize, make_plan
    from rnnchat.training.runs.clock import Clock
    from rnnchat.training.runs.settings import RunSettings

    settings = RunSettings(
        name="scaling",
        paths=(),
        is_personal=False,
        units=units,
        steps=steps,
        learning_rate=3e-3,
        weight_decay=0.01,
        dropout=0.0,
        weight_drop=0.0,
    )
    corpus = CorpusSize(len(data.training), data.training_bytes, vocabulary)
    plan = make_plan(settings, corpus, measure_speed())
    shape = NetworkShape(vocabulary, plan.embedding, plan.units, plan.layers)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(settings, shape, plan, data, folder=Path(folder), clock=Clock())
        trainer.run(lambda event: None, lambda: "")
    curve = [bits for _, _, bits in trainer.state.curve]
    return RecurrentNetwork(shape, trainer.best_weights), [
        curve[len(curve) // 3],
        curve[2 * len(curve) // 3],
        trainer.state.best,
    ]


def microseconds_of_a_step(network: RecurrentNetwork, pieces: Sequence[int]) -> float:
    """How long the network takes for a piece, at the median."""
    state, times = network.start(), []
    for piece in pieces:
        started = time.perf_counter()
        _, state = network.step(int(piece), state)
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1e6


def tokenizers(documents: list[Document], steps: int, ebooks: list[tuple[str, Any]]) -> Iterator[Row]:
    """Yield what tokenizers of several sizes are worth."""
    training = [document for document in documents if not is_validation(document)]
    every = max(1, sum(map(size_of, training)) // TOKENIZER_BYTES)
    smallest = NetworkShape(min(VOCABULARIES), units=UNITS[-1]).parameters
    for vocabulary in VOCABULARIES:
        tokenizer = train_tokenizer((plain_text(document) for document in training[::every]), vocabulary)
        data = texts(documents, 1, tokenizer)
        # A step's products take as long as there are weights: the embedding is the output layer, too.
        affordable = round(steps * smallest / NetworkShape(tokenizer.size, units=UNITS[-1]).parameters)
        network, curve = train(UNITS[-1], data, tokenizer.size, affordable)
        scores = [bits_per_byte(network, tokenizer, own) for _, own in ebooks]
        yield {
            "vocabulary": tokenizer.size,
            "parameters": network.shape.parameters,
            "steps": affordable,
            "bytes a piece": round(data.validation_bytes / len(data.validation), 2),
            "microseconds a step": round(microseconds_of_a_step(network, data.validation[:2000])),
            "validation": [round(bits, 4) for bits in curve],
            "ebooks": round(float(np.mean(scores)), 4),
        }


def sizes(
    documents: list[Document], steps: int, ebooks: list[tuple[str, Any]], done: list[Row]
) -> Iterator[Row]:
    """Yield what sizes of the network and amounts of text are worth, less those that are `done`."""
    tokenizer = Tokenizer(Library(Paths.from_environment()).load(BASE).tokenizer)
    known = [(row["units"], row["every"]) for row in done]
    for every, units in itertools.product(EVERY, UNITS):
        if (units, every) in known:
            continue
        data = texts(documents, every, tokenizer)
        network, curve = train(units, data, tokenizer.size, steps)
        scores = [bits_per_byte(network, tokenizer, own) for _, own in ebooks]
        yield {
            "units": units,
            "parameters": network.shape.parameters,
            "every": every,
            "megabytes": round(data.training_bytes / 1e6, 1),
            "steps": steps,
            "validation": [round(bits, 4) for bits in curve],
            "ebooks": round(float(np.mean(scores)), 4),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--tokenizers", action="store_true")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    known = options.log.read_text(encoding="utf-8") if options.log and options.log.is_file() else ""
    ebooks = [text for text in held_out(options.data, HELD_OUT_BYTES) if text[0] in KEPT_OUT]
    documents = [doc for source in ENGLISH.sources for doc in read_source(options.data, source, SHARE)]
    if options.tokenizers:
        rows = tokenizers(documents, options.steps, ebooks)
    else:
        rows = sizes(documents, options.steps, ebooks, [json.loads(line) for line in known.splitlines()])
    for row in rows:
        print(json.dumps(row), flush=True)
        if options.log:
            with options.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
