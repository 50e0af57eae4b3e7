"""A model on English it never saw: python -m tests.benchmarks.base DATA [--model base] [--kilobytes 60]

DATA holds the text collections. Scored are the beginnings of the three ebooks that are kept out of the
base's training, of WikiText-2's test text, and dialogues that its recipe keeps back for validation, roles
and ends of turns included; with --whole, all of them. A personal model is scored as it speaks: its static
mixture.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from rnnchat.library.models import Library
from rnnchat.lm.protocols import AnyLanguageModel
from rnnchat.loading import LoadedModel, load_model
from rnnchat.storage.paths import Paths
from rnnchat.training.collections import encode, size_of
from rnnchat.training.held_out import bits_per_byte, held_out

TURNS = 6
"""So many turns stand before the one that is told."""


def bits_of_a_turn(model: LoadedModel, dialogues: list[list[tuple[str, str]]]) -> dict[str, float]:
    """How well a turn is told after more or fewer of its dialogue's last turns, and after another's.

    What it gains by turns further back is what a model keeps of the subject.
    """
    predictor: AnyLanguageModel = model.mixture() or model.network
    contexts = {f"{count} turns": (0, count) for count in (0, 1, 2, 4, TURNS)}
    contexts["another dialogue's turns"] = (1, TURNS)
    totals = dict.fromkeys(contexts, 0.0)
    for number, dialogue in enumerate(dialogues):
        target = dialogue[TURNS]
        for kind, (shift, count) in contexts.items():
            other = dialogues[(number + shift) % len(dialogues)]
            history = other[TURNS - count : TURNS]
            read = len(encode(model.tokenizer, history))
            pieces = encode(model.tokenizer, [*history, target])
            probabilities, state = predictor.step(pieces[0], predictor.start())
            for place, piece in enumerate(pieces[1:], start=1):
                if place > read:  # after the role
                    totals[kind] -= math.log2(probabilities[piece])
                probabilities, state = predictor.step(piece, state)
    size = sum(size_of([dialogue[TURNS]]) for dialogue in dialogues)
    return {kind: bits / size for kind, bits in totals.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", action="append")
    parser.add_argument("--kilobytes", type=int, default=60)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    size = None if options.whole else options.kilobytes * 1000
    texts = dict(held_out(options.data, size))
    library = Library(Paths.from_environment())
    for name in options.model or ["base"]:
        model = load_model(library, name)
        for text, documents in texts.items():
            bits = bits_per_byte(model.mixture() or model.network, model.tokenizer, documents)
            print(f"{name} on {text}: {bits:.4f} bits per byte", flush=True)
        told = [doc for doc in texts["dialogue"] if not isinstance(doc, str) and len(doc) > TURNS]
        for kind, bits in bits_of_a_turn(model, told).items():
            print(f"{name} on turn {TURNS + 1} of a dialogue, after {kind}: {bits:.4f} bits per byte")


if __name__ == "__main__":
    main()
