"""A model on English it never saw: python -m tests.benchmarks.base DATA [--model base] [--kilobytes 60]

DATA holds the text collections. Scored are the beginnings of the three ebooks that are kept out of the
base's training, of WikiText-2's test text, and dialogues that its recipe keeps back for validation, roles
and ends of turns included. A personal model is scored as it speaks: its static mixture.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
from collections.abc import Iterator
from pathlib import Path

from rnnchat.library.models import Library
from rnnchat.library.paths import Paths
from rnnchat.lm.base import AnyLanguageModel
from rnnchat.notes.clean import clean
from rnnchat.training.base import KEPT_OUT, SOURCES, Document, _documents, _is_validation, _size, encode
from rnnchat.writing.speaking import SpeakingModel, load_model


def bits(predictor: AnyLanguageModel, pieces: list[int]) -> float:
    """The bits that all pieces but the first need."""
    total = 0.0
    probabilities, state = predictor.step(pieces[0], predictor.start())
    for piece in pieces[1:]:
        total -= math.log2(max(float(probabilities[piece]), 1e-45))
        probabilities, state = predictor.step(piece, state)
    return total


def score(model: SpeakingModel, documents: list[Document]) -> float:
    """Bits per byte of `documents`, each from its start."""
    predictor = model.mixture() or model.network
    size = sum(map(_size, documents))
    return sum(bits(predictor, encode(model.tokenizer, document)) for document in documents) / size


def ebooks(data: Path, size: int) -> Iterator[tuple[str, list[Document]]]:
    with lzma.open(data / "pretrain/prose-standard-ebooks.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for name in KEPT_OUT:
                if name in record["source"]:
                    yield name, [clean(record["text"])[:size]]


def dialogues(data: Path, size: int) -> list[Document]:
    """Some of each collection, in turn."""
    chosen: list[Document] = []
    for source in SOURCES:
        if source.path.startswith("dialogue/"):
            own = 0
            for document in _documents(data / f"{source.path}.jsonl.xz"):
                if own < size / 5 and _is_validation(document):
                    chosen.append(document)
                    own += _size(document)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", action="append")
    parser.add_argument("--kilobytes", type=int, default=60)
    options = parser.parse_args()
    size = options.kilobytes * 1000
    texts = dict(ebooks(options.data, size))
    wiki = next(iter(sorted((options.data / "bench/wikitext2").glob("*test*"))), None)
    if wiki is not None:
        texts["wikitext-2"] = [clean(wiki.read_text(encoding="utf-8"))[:size]]
    texts["dialogue"] = dialogues(options.data, size)
    library = Library(Paths.from_environment())
    for name in options.model or ["base"]:
        model = load_model(library, name)
        for text, documents in texts.items():
            print(f"{name} on {text}: {score(model, documents):.4f} bits per byte", flush=True)


if __name__ == "__main__":
    main()
