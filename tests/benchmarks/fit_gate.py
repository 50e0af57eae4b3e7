"""Fits the gate of inline suggestions: python -m tests.benchmarks.fit_gate DATA --notes MODEL=HELD…

DATA has the text collections. The weights of models without notes are fitted to the base's offers at sampled
positions in texts that it has not read and that what ships may be made of: the three ebooks kept out,
abstracts (SciTLDR), sentences (Tatoeba), questions (Banking77, CLINC150), and notes of two people. Each MODEL
was trained on some notes of such a person, and HELD is a folder of others: their offers are what the weights
of models with notes are fitted to. The weights of scripts without spaces are fitted to documents that the
Chinese base's training keeps back. HELD must not be notes that anything is measured with.

Printed is the table `WEIGHTS` of `rnnchat/completion/inline_gate.py`, and how well it estimates what it was
not fitted to: the bits of each outcome, by the weights of the other half.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.completer import Completer
from rnnchat.completion.inline_gate import FEATURES
from rnnchat.completion.spelling import ends_unspaced
from rnnchat.evaluation.keystrokes import is_right
from rnnchat.library.models import Library
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.notes.raw import read_raw
from rnnchat.training.collections import is_validation
from rnnchat.training.recipes import CHINESE, KEPT_OUT

Table = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]
"""Features (offers, features), whether each offer was right, and the position it belongs to."""

CONTEXTS = (60, 150, 300, 600, 1500)
"""So many characters before a sampled position are read."""
LEAST_CONTEXT = 20
RIDGE = 3.0
"""The weight of the squares of the weights, of features scaled to a standard deviation of 1."""


def english(data: Path, chance: random.Random) -> Iterator[tuple[str, int]]:
    """Texts for the base, and how many positions are taken from each."""
    for record in documents(data / "pretrain/prose-standard-ebooks.jsonl.xz"):
        if any(name in record["source"] for name in KEPT_OUT):
            yield record["text"], 450
    abstracts = data / "tasks/summarisation/scitldr_a/train.jsonl"
    for line in chance.sample(abstracts.read_text("utf-8").splitlines(), 450):
        yield " ".join(json.loads(line)["source"]), 2
    pairs = (data / "tasks/translation/tatoeba_cmn_eng/cmn.txt").read_text("utf-8").splitlines()
    sentences = [pair.split("\t")[0] for pair in pairs]
    for _ in range(300):
        yield " ".join(chance.sample(sentences, 4)), 1
    with (data / "tasks/classification/banking77/banking_data/train.csv").open(encoding="utf-8") as file:
        questions = [row[0] for row in csv.reader(file)][1:]
    intents = json.loads((data / "tasks/classification/clinc150/data/data_full.json").read_text("utf-8"))
    questions += [text for text, _ in intents["train"]]
    for question in chance.sample([text for text in questions if len(text) > 50], 500):
        yield question, 1
    for name in ("nikitavoloboev", "blacklightpy"):
        notes = [record["text"] for record in documents(data / f"pretrain/notes-{name}.jsonl.xz")]
        for note in chance.sample([note for note in notes if len(note) > 600], 400):
            yield note, 2


def chinese(data: Path) -> Iterator[tuple[str, int]]:
    """Texts that the Chinese base's training keeps back, and how many positions are taken from each."""
    for record in documents(data / "pretrain/zh-text.jsonl.xz"):
        if is_validation(record["text"], CHINESE.validation_one_in):
            yield record["text"], 12


def documents(path: Path) -> Iterator[dict[str, str]]:
    """The documents of a collection."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def positions(texts: Iterable[tuple[str, int]], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Sampled positions: what stands before and after; half of them are at the beginning of a word."""
    for text, count in texts:
        for _ in range(count):
            place = chance.randrange(min(LEAST_CONTEXT, len(text) - 1), len(text))
            if chance.random() < 0.5:
                while place and not text[place - 1].isspace():
                    place -= 1
            start = max(0, place - chance.choice(CONTEXTS))
            start = text.find(" ", start, place) + 1 if start else 0
            before, after = text[start:place], text[place : place + 100]
            if len(before) >= LEAST_CONTEXT and (after[0].isalnum() or after[0] == " "):
                yield before, after


def every_position(folder: Path, limit: int) -> Iterator[tuple[str, str]]:
    """All positions of the first `limit` characters of the texts in a folder, as they are typed."""
    for text in read_raw([folder]):
        for place in range(min(limit, len(text))):
            if text[place].isalnum() or text[place] == " ":
                yield text[:place], text[place : place + 100]
        limit -= len(text)
        if limit <= 0:
            return


def table(
    completer: Completer, cases: Iterable[tuple[str, str]], *, unspaced: bool = False, first: int = 0
) -> Table:
    """The offers at the positions, counted from `first`; `unspaced` says in which kind of script."""
    features, right, numbers, last = [], [], [], ""
    for number, (before, after) in enumerate(cases, first):
        if not before.startswith(last):
            completer.begin()
        last = before
        place, offers = completer.offers(before)
        for offer in offers:
            if ends_unspaced(offer.text) == unspaced:
                features.append(place.features(offer))
                right.append(is_right(offer.text, after))
                numbers.append(number)
        completer.work_while_idle(ahead=False)
    return np.array(features), np.array(right, float), np.array(numbers)


def fit(
    features: NDArray[np.float64], right: NDArray[np.float64], used: slice = slice(None)
) -> NDArray[np.float64]:
    """The weights (features,) by Newton's method; only those of the features in `used` are not 0."""
    mean, scale = features.mean(0), features.std(0) + 1e-9
    mean[0], scale[0] = 0.0, 1.0
    scaled = ((features - mean) / scale)[:, used]
    weights = np.zeros(scaled.shape[1])
    ridge = np.full(len(weights), RIDGE)
    ridge[0] = 1e-6
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        gradient = scaled.T @ (right - chance) - ridge * weights
        curvature = (scaled.T * (chance * (1 - chance))) @ scaled + np.diag(ridge)
        weights += np.linalg.solve(curvature, gradient)
    found = np.zeros(len(FEATURES))
    found[used] = weights / scale[used]
    found[0] -= float(found[1:] @ mean[1:])
    return found


def report(name: str, found: Table, used: slice = slice(None)) -> None:
    """Print the weights fitted to all offers, and the bits of the outcomes by those of the other half."""
    features, right, numbers = found
    bits = []
    for half in (0, 1):
        own = numbers % 2 == half
        weights = fit(features[~own], right[~own], used)
        chance = np.clip(1 / (1 + np.exp(-features[own] @ weights)), 1e-6, 1 - 1e-6)
        bits.append(-np.log2(np.where(right[own] > 0, chance, 1 - chance)).mean())
    weights = fit(features, right, used)
    print(f"# {len(right)} offers at {len(set(numbers.tolist()))} positions, {np.mean(bits):.4f} bits each")
    print(f'    "{name}": ({", ".join(f"{weight:.3g}" for weight in weights)}),', flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--notes", nargs="+", default=[], metavar="MODEL=HELD")
    parser.add_argument("--limit", type=int, default=5000, help="characters of each HELD")
    options = parser.parse_args()
    library = Library(Paths.from_environment())
    chance = random.Random(0)

    def completer(name: str) -> Completer:
        made = load_model(library, name).completer()
        made.prepare()
        return made

    report("without notes", table(completer("base"), positions(english(options.data, chance), chance)))
    tables = []
    for word in options.notes:
        name, _, held = word.partition("=")
        cases = every_position(Path(held), options.limit)
        tables.append(table(completer(name), cases, first=len(tables) * options.limit))
    if tables:
        report("with notes", tuple(np.concatenate(part) for part in zip(*tables, strict=True)))  # type: ignore[arg-type]
    cases = positions(chinese(options.data), chance)
    report("unspaced", table(completer("base-zh"), cases, unspaced=True), slice(0, 2))


if __name__ == "__main__":
    main()
