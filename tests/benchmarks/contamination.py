"""Whether the base has read what it is measured on: python -m tests.benchmarks.contamination DATA.

DATA, `--text` and `--notes` are those of tests.benchmarks.yardsticks. Prints for each collection how many of
its documents share a run of 12 words with a measured text, and those that share most. At the end it prints
how many of each text's runs were found. Case and punctuation are ignored, so that another edition is found.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.lm.numeric import HASH_MULTIPLIER
from rnnchat.training.held_out import KEPT_OUT
from tests.benchmarks.yardsticks import read_texts

RUN = 12
"""A run of this many words that is in both texts is a quotation or a copy, seldom chance."""
TABLE_BITS = 24
"""The number of leading bits of a hash by which most runs of a collection are ruled out."""
SHOWN = 5
"""This many documents of a collection are named."""
WORD = re.compile(r"[^\W_]+")

Hashes = NDArray[np.uint64]


def run_hashes(text: str) -> Hashes:
    """Return a hash for each run of RUN words; equal runs have equal hashes within one process."""
    words = np.array([hash(word) for word in WORD.findall(text.lower())], np.int64).view(np.uint64)
    count = max(0, len(words) - RUN + 1)
    hashes = np.zeros(count, np.uint64)
    for place in range(RUN):
        hashes *= np.uint64(HASH_MULTIPLIER)
        hashes += words[place : place + count]
    return hashes


class KnownRuns:
    """Finds which runs of a document are among many others, given as sorted hashes without repetition."""

    def __init__(self, runs: Hashes) -> None:
        self._runs = runs
        self._shift = np.uint64(64 - TABLE_BITS)
        self._table = np.zeros(1 << TABLE_BITS, bool)
        self._table[runs >> self._shift] = True

    def among(self, hashes: Hashes) -> Hashes:
        hashes = hashes[self._table[hashes >> self._shift]]
        places = np.searchsorted(self._runs, hashes).clip(max=len(self._runs) - 1)
        return hashes[self._runs[places] == hashes]


def documents(collection: Path) -> Iterator[tuple[str, str]]:
    """Yield the source and text of each document but the books kept out."""
    with lzma.open(collection, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if "turns" in record:
                yield str(record["id"]), "\n".join(text for _, text in record["turns"])
            elif not any(name in record["source"] for name in KEPT_OUT):
                yield record["source"], record["text"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--collection", action="append", help="such as prose-eltec; else all")
    parser.add_argument("--text", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--notes", type=Path, action="append", default=[], metavar="FOLDER")
    options = parser.parse_args()
    texts = read_texts(options.data, options.text, options.notes)
    measured = {text.name: np.unique(run_hashes("\n".join(text.parts))) for text in texts}
    found = {name: np.zeros(len(runs), bool) for name, runs in measured.items()}
    known = KnownRuns(np.unique(np.concatenate(list(measured.values()))))
    files = [*options.data.glob("pretrain/*.jsonl.xz"), *options.data.glob("dialogue/*.jsonl.xz")]
    for file in sorted(files):
        collection = file.name.removesuffix(".jsonl.xz")
        if options.collection and collection not in options.collection:
            continue
        shared: list[tuple[int, str, str]] = []
        for source, text in documents(file):
            own = known.among(run_hashes(text))
            if not len(own):
                continue
            for name, runs in measured.items():
                common = np.isin(runs, own)
                if common.any():
                    found[name] |= common
                    shared.append((int(common.sum()), name, source))
        most = sorted(shared, reverse=True)[:SHOWN]
        print(f"{collection}: {len(shared)} documents share runs", *most, flush=True)
    for name, marks in found.items():
        print(f"{name}: {marks.sum()} of {len(marks):,} runs of {RUN} words")


if __name__ == "__main__":
    main()
