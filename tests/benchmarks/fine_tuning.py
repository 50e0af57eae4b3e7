"""Fine-tunes all weights of the base to write labels: `python -m tests.benchmarks.fine_tuning DATA`.

The loss is averaged over the pieces of the label alone, which follows its text. DATA is the folder of the
collections. A label is read off by following the likeliest pieces that begin one. This is what
`rnnchat classify` is compared with, and not part of the program.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rnnchat.library.models import Library, SavedModel
from rnnchat.library.shipped import BASE
from rnnchat.lm.recurrent import NetworkState, RecurrentNetwork
from rnnchat.storage.paths import Paths
from rnnchat.tasks.classification.task import Classification
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.batches import Batches
from rnnchat.training.data.masked import masked_training_data
from rnnchat.training.engine.schedule import learning_rate_factor
from rnnchat.training.engine.trainable import TrainableNetwork
from rnnchat.training.plan import Plan
from tests.benchmarks.classification import banking77, clinc150, draw

BEAM = 4
"""This many beginnings of labels are followed at a time."""


def main() -> None:
    """Print how many texts of the test part get their label."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--what", choices=["banking77", "clinc150"], default="banking77")
    parser.add_argument("--shots", type=int, default=10, help="examples a label; 0 for all")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--every", type=int, default=3, help="only each so-manieth text of the test part")
    options = parser.parse_args()
    parts = {"banking77": banking77, "clinc150": clinc150}[options.what](options.data)
    training = draw(parts["train"], options.shots, 0) if options.shots else parts["train"]
    saved = Library(Paths.from_environment()).load(BASE)
    task = Classification(sorted(set(training[1])), tokenizer=Tokenizer(saved.tokenizer))
    examples = [(text, readable(label)) for text, label in zip(*training, strict=True)]
    began = time.perf_counter()
    network = fine_tune(task, examples, saved, options.epochs, options.rate)
    seconds = time.perf_counter() - began
    texts, labels = (part[:: options.every] for part in parts["test"])
    found = [likeliest_label(network, task, text) for text in texts]
    right = np.mean([one == label for one, label in zip(found, labels, strict=True)])
    print(f"{options.what}, {options.shots or 'all'} a label, fine-tuned: {100 * right:.2f}; {seconds:.0f} s")


def fine_tune(
    task: Classification,
    examples: Sequence[tuple[str, str]],
    saved: SavedModel,
    epochs: int,
    rate: float,
) -> RecurrentNetwork:
    """Return the network after `epochs` of the examples, with all weights trained."""
    data = masked_training_data(task, examples, [])
    shape = saved.card.shape
    plan = Plan(
        embedding=shape.embedding,
        units=shape.units,
        layers=shape.layers,
        batch=16,
        length=64,
        learning_rate=rate,
        weight_decay=0.0,
        ema_steps=20.0,
        use_bfloat16=False,
    )
    batches = Batches(data, batch=plan.batch, length=plan.length, seed=0)
    trainable = TrainableNetwork(shape, plan, seed=0)
    trainable.start_from({name: np.asarray(values, np.float32) for name, values in saved.weights.items()})
    step, total = 0, epochs * batches.steps
    for epoch in range(epochs):
        trainable.reset_states()
        losses = []
        for chunk in batches.epoch(epoch):
            losses.append(trainable.learn(chunk, step, rate * learning_rate_factor(step / total)))
            step += 1
        print(f"  epoch {epoch + 1}: loss {np.mean(losses):.3f}", flush=True)
    return RecurrentNetwork(shape, trainable.averaged.weights_by_name())


def readable(label: str) -> str:
    """Return a label as the network writes it."""
    return label.replace("_", " ")


def likeliest_label(network: RecurrentNetwork, task: Classification, text: str) -> str:
    """Return the label that the network finds likeliest after a text, among the best BEAM beginnings."""
    assert task.tokenizer is not None
    end = task.tokenizer.roles.end
    spelled = {(*task.tokenizer.encode(readable(label)), end): label for label in task.labels}
    state = network.start()
    for piece in [task.tokenizer.roles.start, *task.tokenizer.encode(f"{text}\n")]:
        state = network.advance(piece, state)
    beam: list[tuple[float, tuple[int, ...], NetworkState]] = [(0.0, (), state)]
    while True:
        grown = [one for entry in beam for one in continuations(network, entry, spelled)]
        beam = sorted(grown, key=lambda one: -one[0])[:BEAM]
        if beam[0][1] in spelled:
            return spelled[beam[0][1]]


def continuations(
    network: RecurrentNetwork,
    entry: tuple[float, tuple[int, ...], NetworkState],
    spelled: dict[tuple[int, ...], str],
) -> Iterator[tuple[float, tuple[int, ...], NetworkState]]:
    """Yield the beginning of a label with each piece that may follow in one; a whole label stays as it is."""
    score, begun, state = entry
    if begun in spelled:
        yield entry
        return
    logits = network.logits(network.project(state))
    logs = logits - (logits.max() + np.log(np.exp(logits - logits.max()).sum()))
    following: Sequence[int] = sorted(
        {pieces[len(begun)] for pieces in spelled if pieces[: len(begun)] == begun}
    )
    for piece in following:
        yield score + float(logs[piece]), (*begun, piece), network.advance(piece, state)


if __name__ == "__main__":
    main()
