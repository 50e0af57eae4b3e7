"""What size, data and time are worth to the base: python -m tests.benchmarks.scaling DATA [--steps 1200]

Trains networks of three sizes on three amounts of the base's own mixture of texts, from nothing and for the
same number of steps, with the tokenizer that ships. Printed are the bits per byte on the recipe's validation
text, also a third and two thirds of the way, and on the ebooks that are kept out. A line a network, as soon
as it is there; those already in the file given by --log are not trained again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.library.models import BASE, Library
from rnnchat.library.paths import Paths
from rnnchat.lm.recurrent import NetworkShape, RecurrentNetwork
from rnnchat.tokenizer import Tokenizer
from rnnchat.training.base import KEPT_OUT, SOURCES, Document, encode, is_validation, read_source, size_of
from rnnchat.training.held_out import bits_per_byte, held_out

UNITS = (192, 384, 768)
SHARE = 0.3
"""So much of every source is used at most."""
EVERY = (36, 6, 1)
"""One document in so many."""
HELD_OUT_BYTES = 20_000


def texts(documents: list[Document], every: int, tokenizer: Tokenizer) -> Any:
    """One in `every` of the recipe's documents, as a training takes them; validation is the same for all."""
    from rnnchat.training.batches import TrainingData

    chosen = [document for document in documents if not is_validation(document)][::every]
    kept = [document for document in documents if is_validation(document)]
    pieces = [np.array(encode(tokenizer, document), np.uint16) for document in chosen]
    lengths = np.array([len(own) for own in pieces])
    return TrainingData(
        training=np.concatenate(pieces),
        lessons=np.stack([np.cumsum(lengths) - lengths, lengths], axis=1),
        validation=np.concatenate([np.array(encode(tokenizer, document), np.uint16) for document in kept]),
        validation_bytes=sum(map(size_of, kept)),
        training_bytes=sum(map(size_of, chosen)),
    )


def train(units: int, steps: int, data: Any, vocabulary: int) -> tuple[RecurrentNetwork, list[float]]:
    """Train as the recipe does; return the network and its bits per byte along the way."""
    from rnnchat.training.clock import Clock
    from rnnchat.training.loop import Trainer
    from rnnchat.training.plan import Corpus, make_plan
    from rnnchat.training.processor import measure_processor
    from rnnchat.training.run import RunSettings

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
    corpus = Corpus(len(data.training), data.training_bytes, vocabulary)
    plan = make_plan(settings, corpus, measure_processor())
    shape = NetworkShape(vocabulary, plan.embedding, plan.units, plan.layers)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(settings, shape, plan, data, folder=Path(folder), clock=Clock())
        trainer.run(lambda event: None, lambda: "")
    curve = [bits for _, _, bits in trainer.progress.curve]
    return RecurrentNetwork(shape, trainer.best_weights), [
        curve[len(curve) // 3],
        curve[2 * len(curve) // 3],
        trainer.progress.best,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    tokenizer = Tokenizer(Library(Paths.from_environment()).load(BASE).tokenizer)
    known = options.log.read_text(encoding="utf-8") if options.log and options.log.is_file() else ""
    ebooks = [text for text in held_out(options.data, HELD_OUT_BYTES) if text[0] in KEPT_OUT]
    documents = [doc for source in SOURCES for doc in read_source(options.data, source, SHARE)]
    done = [(row["units"], row["every"]) for row in map(json.loads, known.splitlines())]
    for every, units in itertools.product(EVERY, UNITS):
        if (units, every) in done:
            continue
        data = texts(documents, every, tokenizer)
        network, curve = train(units, options.steps, data, tokenizer.size)
        scores = [bits_per_byte(network, tokenizer, documents) for _, documents in ebooks]
        row = {
            "units": units,
            "parameters": network.shape.parameters,
            "every": every,
            "megabytes": round(data.training_bytes / 1e6, 1),
            "steps": options.steps,
            "validation": [round(bits, 4) for bits in curve],
            "ebooks": round(float(np.mean(scores)), 4),
        }
        print(json.dumps(row), flush=True)
        if options.log:
            with options.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
