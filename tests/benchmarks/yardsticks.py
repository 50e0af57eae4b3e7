"""A model beside general compressors: python -m tests.benchmarks.yardsticks DATA [--whole] [--notes FOLDER].

DATA holds the text collections. Measured are the three ebooks that are kept out of the base's training and
WikiText-2's test text, as its file has it and with the marks of its tokenization undone; the words that it
replaced with <unk> stay replaced. `--text FILE` adds any other text, such as the raw WikiText-2, enwik8 or
book1. `--notes FOLDER` adds the files in FOLDER/held. Without `--whole`, only the first 60,000 characters of
each text are read.

The model's network is alone and static: it has read none of the text and learns nothing from it. A model
without notes has no adaptive mixture, so nothing else can be measured of the base. The model's size is
counted only in the last lines, which are about the three ebooks. The compressors start from nothing and learn
as they read; their programs are not counted. Where there is a FOLDER/train, each compressor is also measured
with that before the text: the size of both together less that of FOLDER/train alone. `--at-once` sets beside
that the adaptive mixture of a personal model that is made from FOLDER/train without any training.
"""

from __future__ import annotations

import argparse
import json
import lzma
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnchat.evaluation.scoring import score
from rnnchat.library.models import NETWORK, TOKENIZER, Library
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.notes.clean import clean_keeping_markup
from rnnchat.text.notes.raw import read_raw
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.held_out import CHARACTERS, EBOOKS, KEPT_OUT, WIKITEXT
from tests.end_to_end.helpers import COMMAND, environment

SCORED = 2048
"""The pieces that one row of a batch scores."""
WARM_UP = 512
"""The pieces that a row reads first, after which its state hardly depends on what stands before them."""
ROWS = 64
"""The rows that are read side by side."""
MARKS = {" @-@ ": "-", " @,@ ": ",", " @.@ ": "."}
"""How WikiText-2 writes a hyphen in a word, and a comma or a point in a number."""
COMPRESSORS = {
    "bzip2 -9": ["bzip2", "-9", "-k", "text"],
    "zstd -22": ["zstd", "-q", "-22", "--ultra", "text", "-o", "archive"],
    "xz -9e": ["xz", "-9e", "-k", "text"],
    "PPMd": ["7z", "a", "-m0=PPMd:o=16:mem=512m", "archive.7z", "text"],
    "zpaq -m5": ["zpaq", "a", "archive.zpaq", "text", "-m5"],
}
"""The commands that compress the file `text` in the current folder; 7z is in Debian's package p7zip-full."""


@dataclass(frozen=True)
class Text:
    """What is measured."""

    name: str
    parts: tuple[str, ...]
    """The model reads each part from the start of a note; a compressor reads them in a row."""
    train: Path | None = None
    """The folder of notes that a compressor, or a model made at once, may read first."""

    @property
    def data(self) -> bytes:
        return "".join(self.parts).encode()


@dataclass(frozen=True)
class Row:
    """A part of a text as one row of a batch reads it."""

    pieces: Sequence[int]
    unscored: int
    """The number of pieces at the start that are only read."""


def undo_marks(text: str) -> str:
    """Join what WikiText-2 splits: ``guest @-@ starring`` becomes ``guest-starring``."""
    for mark, plain in MARKS.items():
        text = text.replace(mark, plain)
    return text


def read_texts(data: Path, files: Sequence[Path], notes: Sequence[Path]) -> Iterator[Text]:
    with lzma.open(data / f"{EBOOKS}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            for name in KEPT_OUT:
                if name in record["source"]:
                    yield Text(name, (clean_keeping_markup(record["text"]),))
    tokens = clean_keeping_markup((data / WIKITEXT).read_text(encoding="utf-8"))
    yield Text("WikiText-2, tokens", (tokens,))
    yield Text("WikiText-2, marks undone", (undo_marks(tokens),))
    for file in files:
        yield Text(file.name, tuple(read_raw([file])))
    for folder in notes:
        train = folder / "train"
        held = tuple(read_raw([folder / "held"]))
        yield Text(f"{folder.name}, held out", held, train if train.is_dir() else None)


def shortened(text: Text, characters: int) -> Text:
    """Return the first `characters` of a text."""
    parts = []
    for part in text.parts:
        if characters > 0:
            parts.append(part[:characters])
            characters -= len(part)
    return Text(text.name, tuple(parts), text.train)


def rows_of(pieces: Sequence[int]) -> Iterator[Row]:
    """Cut a text into rows that together score each piece once, except the first, which is only read."""
    for first in range(1, len(pieces), SCORED):
        begin = max(0, first - WARM_UP)
        yield Row(pieces[begin : first + SCORED], first - begin)


def network_bits(network: RecurrentNetwork, texts: Sequence[Sequence[int]]) -> float:
    """Return the bits of all pieces of `texts` but the first of each."""
    rows = sorted((row for text in texts for row in rows_of(text)), key=lambda row: -len(row.pieces))
    return sum(_batch_bits(network, rows[start : start + ROWS]) for start in range(0, len(rows), ROWS))


def _batch_bits(network: RecurrentNetwork, rows: Sequence[Row]) -> float:
    """Return the bits of the scored pieces of `rows`, the longest first."""
    lengths = np.array([len(row.pieces) for row in rows])
    unscored = np.array([row.unscored for row in rows])
    pieces = np.zeros((len(rows), lengths[0]), np.int64)
    for number, row in enumerate(rows):
        pieces[number, : len(row.pieces)] = row.pieces
    state = tuple(np.zeros((len(rows), len(vector)), np.float32) for vector in network.start())
    bits = 0.0
    for place in range(1, lengths[0]):
        active = int((lengths > place).sum())
        state = network.advance_all(pieces[:active, place - 1], tuple(vector[:active] for vector in state))
        scored = np.flatnonzero(unscored[:active] <= place)
        if len(scored):
            logits = network.logits(network.project(tuple(vector[scored] for vector in state)))
            logits -= logits.max(axis=1, keepdims=True)
            chosen = logits[np.arange(len(scored)), pieces[scored, place]]
            bits += float((np.log2(np.exp(logits).sum(axis=1)) - chosen / np.log(2)).sum())
    return bits


def encoded(tokenizer: Tokenizer, text: Text) -> list[list[int]]:
    return [[tokenizer.roles.start, *tokenizer.encode(part)] for part in text.parts]


def compressed_size(command: Sequence[str], data: bytes) -> int:
    """Return the bytes that a command of COMPRESSORS makes of `data`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "text").write_bytes(data)
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return next(file.stat().st_size for file in folder.iterdir() if file.name != "text")


def compressor_bits(data: bytes, before: bytes = b"") -> dict[str, float]:
    """Return the bits that each installed compressor adds for `data` to what it needs for `before`."""
    bits = {}
    for name, command in COMPRESSORS.items():
        if shutil.which(command[0]):
            first = compressed_size(command, before) if before else 0
            bits[name] = 8.0 * (compressed_size(command, before + data) - first)
    return bits


def bits_at_once(text: Text) -> float:
    """Return the bits of a text by the adaptive mixture of a model made from its training notes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command = [*COMMAND, "train", str(text.train), "--name", "me", "--minutes", "0", "--json"]
        subprocess.run(command, env=environment(home), check=True, stdout=subprocess.DEVNULL)
        model = load_model(Library(Paths(home / "data", home / "config", home / "state")), "me")
        mixture = model.mixture(adaptive=True)
        assert mixture is not None
        return score(mixture, model.tokenizer, text.parts, learn=mixture.learn).bits


def print_row(name: str, size: int, bits: dict[str, float]) -> None:
    figures = ", ".join(f"{method} {value / size:.3f}" for method, value in bits.items())
    print(f"{name} ({size:,} bytes): {figures}", flush=True)


def print_with_model(totals: dict[str, float], size: int, model: str, model_bytes: int) -> None:
    """Print the bits of the ebooks together, with the model's size added, and when that would pay."""
    print_row("three ebooks", size, totals)
    print(f"three ebooks and {model} itself: {model} {(totals[model] + 8 * model_bytes) / size:.2f}")
    for method, bits in totals.items():
        if bits > totals[model]:
            enough = 8 * model_bytes * size / (bits - totals[model])
            print(f"{model} with its {model_bytes:,} bytes equals {method} at {enough / 1e6:,.0f} MB of text")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--text", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--notes", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--at-once", action="store_true")
    parser.add_argument("--model", default="base")
    options = parser.parse_args()
    library = Library(Paths.from_environment())
    model = load_model(library, options.model)
    folder = library.version_folders(library.find(options.model))[-1]
    model_bytes = sum((folder / file).stat().st_size for file in (NETWORK, TOKENIZER))
    totals: dict[str, float] = {}
    size = 0
    for whole in read_texts(options.data, options.text, options.notes):
        text = whole if options.whole else shortened(whole, CHARACTERS)
        bits = {options.model: network_bits(model.network, encoded(model.tokenizer, text))}
        bits |= compressor_bits(text.data)
        if text.name in KEPT_OUT:
            size += len(text.data)
            totals = {method: totals.get(method, 0.0) + value for method, value in bits.items()}
        print_row(text.name, len(text.data), bits)
        if text.train is not None:
            after = {f"{options.model} at once": bits_at_once(text)} if options.at_once else {}
            after |= compressor_bits(text.data, "".join(read_raw([text.train])).encode())
            print_row(f"{text.name}, after the rest", len(text.data), after)
    print_with_model(totals, size, options.model, model_bytes)


if __name__ == "__main__":
    main()
