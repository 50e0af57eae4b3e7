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
from rnnchat.training.base import SOURCES, encode, is_validation, read_source, size_of
from rnnchat.training.held_out import bits_per_byte, held_out

UNITS = (192, 384, 768)
SHARES = (0.01, 0.06, 0.36)
HELD_OUT_BYTES = 20_000


def texts(data: Path, share: float, tokenizer: Tokenizer) -> Any:
    """The recipe's texts, so much of each, as a training takes them; validation is the same for all."""
    from rnnchat.training.batches import TrainingData

    training: list[list[int]] = []
    size = 0
    for source in SOURCES:
        for document in read_source(data, source, share):
            if not is_validation(document):
                training.append(encode(tokenizer, document))
                size += size_of(document)
    kept = [
        document
        for source in SOURCES
        for document in read_source(data, source, max(SHARES))
        if is_validation(document)
    ]
    ends = np.cumsum([len(pieces) for pieces in training])
    return TrainingData(
        training=np.concatenate([np.array(pieces, np.uint16) for pieces in training]),
        lessons=np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1),
        validation=np.concatenate([np.array(encode(tokenizer, doc), np.uint16) for doc in kept]),
        validation_bytes=sum(map(size_of, kept)),
        training_bytes=size,
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
    ebooks = [text for text in held_out(options.data, HELD_OUT_BYTES) if text[0] != "dialogue"]
    read: dict[float, Any] = {}
    done = [(row["units"], row["share"]) for row in map(json.loads, known.splitlines())]
    for share, units in itertools.product(SHARES, UNITS):
        if (units, share) in done:
            continue
        if share not in read:
            read = {share: texts(options.data, share, tokenizer)}
        data = read[share]
        network, curve = train(units, options.steps, data, tokenizer.size)
        scores = [bits_per_byte(network, tokenizer, documents) for _, documents in ebooks]
        row = {
            "units": units,
            "parameters": network.shape.parameters,
            "share": share,
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
