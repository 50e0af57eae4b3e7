"""Peers that suggest words, in one simulator: python -m tests.benchmarks.typing TRAIN HELD --model MODEL

The writer of `rnnchat/evaluation/keystrokes.py` types the first characters of the texts in HELD with each of:

- the personal MODEL, which was trained on TRAIN, and the base alone, as they ship;
- rnnchat's own n-gram alone (modified Kneser-Ney of order 6 over the pieces of TRAIN);
- the words of TRAIN by how often they occur there;
- Presage 0.9 (Debian's presage, libpresage-data) with the n-grams it comes with, and with those that its own
  text2ngram counts in TRAIN. It is driven by its program presage_demo_text. Where it is not installed, its
  rows say so.

Printed are the keys saved with six suggestions in a menu and with one after the cursor; the precision of the
one after the cursor, by its first word, and at how many keys it is shown (rnnchat's gate decides that; the
word list and Presage have none, and always show their first suggestion); the share of time that a writer
saves; milliseconds a key; and the memory that the process needs at most. Each row is measured in a process of
its own.
"""

from __future__ import annotations

import argparse
import bisect
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.completion.completer import Completer, Suggestion
from rnnchat.completion.cursor import word_start
from rnnchat.evaluation.keystrokes import type_texts
from rnnchat.library.models import Library
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.notes.raw import read_raw
from tests.benchmarks.presage import CONFIGURATION, database

MEGABYTE = 2**20
PROMPT = "> "
"""Presage's program prints this when it waits for characters."""
CONTEXT = "-- Context:"
"""Presage's program prints this after its suggestions."""


class Peer:
    """Suggests words for a draft, and shows the first of them after the cursor; it learns nothing."""

    def words(self, before: str, count: int) -> list[str]:
        """The likeliest `count` words after `before`, without what is typed of them."""
        raise NotImplementedError

    def begin(self) -> None:
        """Begin another draft."""

    def suggest(self, before: str, count: int) -> list[Suggestion]:
        """The same as suggestions."""
        return [Suggestion(text, 0.0) for text in self.words(before, count)]

    def inline(self, before: str, *, threshold: float) -> Suggestion | None:
        """The first of them."""
        return next(iter(self.suggest(before, 1)), None)

    def ignore(self, before: str, texts: Iterable[str]) -> None:
        """Do nothing."""

    def work_while_idle(self, *, ahead: bool = True) -> None:
        """Do nothing."""


class FrequentWords(Peer):
    """The most frequent words that begin with what is typed."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in re.findall(r"\w[\w'’]*", text))
        self._words = sorted(counts)
        self._counts = [counts[word] for word in self._words]

    def words(self, before: str, count: int) -> list[str]:
        partial = before[word_start(before) :]
        low = bisect.bisect_left(self._words, partial)
        high = bisect.bisect_left(self._words, partial + "\U0010ffff")
        likely = sorted(range(low, high), key=self._counts.__getitem__, reverse=True)[: count + 1]
        return [text for text in (self._words[one][len(partial) :] for one in likely) if text][:count]


class Presage(Peer):
    """Presage's own program, which gets each character as a line and prints its suggestions."""

    def __init__(self, configuration: Path, folder: Path) -> None:
        self._command = ["presage_demo_text", "-s", "6", "-c", str(configuration)]
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.begin()

    def begin(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        home = Path(tempfile.mkdtemp(dir=self._folder))
        self._process = subprocess.Popen(
            self._command,
            env={**os.environ, "HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._sent = ""

    def words(self, before: str, count: int) -> list[str]:
        before = before.replace("\n", " ")
        if not before.startswith(self._sent) or (before == self._sent and before):
            self.begin()
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(before[len(self._sent) :] + "\n")
        self._process.stdin.flush()
        self._sent = before
        partial = before[word_start(before) :]
        found = [line.strip() for line in self._answer()]
        return [word[len(partial) :] for word in found if word.startswith(partial) and word != partial][
            :count
        ]

    def _answer(self) -> list[str]:
        """The lines before the next context, without the banner that the program begins with."""
        assert self._process is not None and self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            if line.removeprefix(PROMPT).startswith(CONTEXT):
                break
            lines = [line[len(PROMPT) :]] if line.startswith(PROMPT) else [*lines, line]
        return lines


def shipped(name: str) -> Completer:
    """The completer of a model in the library."""
    return load_model(Library(Paths.from_environment()), name).completer()


def ngram(train: Path) -> Completer:
    """The n-gram of the notes alone, with the base's tokenizer."""
    tokenizer = load_model(Library(Paths.from_environment()), "base").tokenizer
    pieces = [
        piece for text in read_raw([train]) for piece in (tokenizer.roles.start, *tokenizer.encode(text))
    ]
    return Completer(NgramModel(NgramMemory.build(np.array(pieces), tokenizer.size)), tokenizer)


def presage(train: Path | None, folder: Path) -> Presage:
    """Presage, stock or with the n-grams of `train`."""
    configuration = CONFIGURATION
    folder = Path(tempfile.mkdtemp(dir=folder))
    if train is not None:
        own = re.sub(
            r"/[^<>]*database_en\.db", str(database(train, folder)), CONFIGURATION.read_text("utf-8")
        )
        configuration = folder / "own.xml"
        configuration.write_text(own, encoding="utf-8")
    return Presage(configuration, folder)


def measure(make: Callable[[], Any], texts: list[str]) -> str:
    """One row of the table."""
    menu = type_texts(texts, make(), inline=False)
    ghost = type_texts(texts, make(), inline=True)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    memory = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, children) * 1024 / MEGABYTE
    seconds = [one.time.saved / max(1e-9, one.time.unaided) for one in (menu, ghost)]
    cells = (
        f"{menu.saved:.1%}",
        f"{ghost.saved:.1%}",
        f"{ghost.shown.precision['first_word']:.1%} at {ghost.shown.share:.0%}",
        f"{seconds[0]:.1%}",
        f"{seconds[1]:.1%}",
        f"{menu.percentile(0.5):.2f} / {menu.percentile(0.95):.1f}",
        f"{memory:.0f}",
    )
    return " | ".join(cells)


def row(name: str, options: argparse.Namespace, texts: list[str]) -> str:
    """The cells of the row called `name`."""
    if name.startswith("Presage"):
        missing = [one for one in ("presage_demo_text", "text2ngram") if shutil.which(one) is None]
        if missing:
            return f"not installed here: {', '.join(missing)}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        makers: dict[str, Callable[[], Any]] = {
            "personal": lambda: shipped(options.model),
            "base alone": lambda: shipped("base"),
            "n-gram alone": lambda: ngram(options.train),
            "words by frequency": lambda: FrequentWords(read_raw([options.train])),
            "Presage, stock": lambda: presage(None, folder),
            "Presage, trained": lambda: presage(options.train, folder),
        }
        return measure(makers[name], texts)


ROWS = (
    "personal",
    "base alone",
    "n-gram alone",
    "words by frequency",
    "Presage, stock",
    "Presage, trained",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("held", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--limit", type=int, default=12_000)
    parser.add_argument("--row", action="append", choices=ROWS)
    options = parser.parse_args()
    texts, left = [], options.limit
    for text in read_raw([options.held]):
        texts.append(text[:left])
        left -= len(texts[-1])
        if not left:
            break
    print("| | menu | ghost | right when shown | time saved, menu | ghost | ms a key, 95 % | MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.row or ROWS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(f"| {name} | {pool.apply(row, (name, options, texts))} |", flush=True)


if __name__ == "__main__":
    main()
