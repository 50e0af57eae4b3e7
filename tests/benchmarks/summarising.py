"""Key sentences and titles, measured with ROUGE: ``python -m tests.benchmarks.summarising DATA``.

DATA holds the text collections. It takes two minutes, and needs the package rouge-score.

Key sentences: one sentence of each abstract in the test part of SciTLDR-A, the best of its references by
ROUGE-1. Titles: 400 notes of jbranchaud-til, drawn by chance, from their bodies; the other notes are the
person's own, so that their titles are known. The first sentence is measured beside each. With ``--dev``,
150 of the other notes are measured in place of the 400, to choose settings with.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.tasks.summarising.key_sentences import shipped_ranker
from rnnchat.tasks.summarising.own_titles import fit_titles, read_titled
from rnnchat.tasks.summarising.prose import read_prose
from rnnchat.tasks.summarising.titles import TitleWriter, plain_writer, shipped_weights

KINDS = ("rouge1", "rouge2", "rougeL")
HELD_OUT = 400


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("--titles", action="store_true", help="measure titles alone")
    parser.add_argument("--dev", action="store_true", help="measure titles of 150 other notes")
    chosen = parser.parse_args()
    from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-not-found]

    scorer = RougeScorer(list(KINDS), use_stemmer=True)
    if not chosen.dev and not chosen.titles:
        key_sentences(chosen.data / "tasks/summarisation/scitldr_a/test.jsonl", scorer)
    titles(chosen.data / "notes/jbranchaud-til", scorer, dev=chosen.dev)
    return 0


def key_sentences(file: Path, scorer: Any) -> None:
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    references = [record["target"] for record in records]
    ranker = shipped_ranker()
    started = time.perf_counter()
    found = [record["source"][ranker.choose(record["source"], 1)[0]] for record in records]
    seconds = time.perf_counter() - started
    show("SciTLDR-A test, first sentence", [record["source"][0] for record in records], references, scorer)
    show("SciTLDR-A test, key sentence", found, references, scorer, seconds)


def titles(folder: Path, scorer: Any, *, dev: bool) -> None:
    notes = [found for path in sorted(folder.glob("*/*.md")) if (found := titled(path)) is not None]
    order = np.random.default_rng(0).permutation(len(notes))
    held, rest = order[:HELD_OUT].tolist(), order[HELD_OUT:].tolist()
    if dev:
        held, rest = rest[:150], rest[150:]
    own = [notes[number] for number in sorted(rest)]
    started = time.perf_counter()
    learned = read_titled(own)
    weights = fit_titles(learned, shipped_weights())
    print(f"fitted to {len(own):,} own notes in {time.perf_counter() - started:.1f} s", flush=True)
    references = [[notes[number][0]] for number in held]
    bodies = [read_prose(notes[number][1]) for number in held]
    firsts = [body.sentences[0].text if body.sentences else "" for body in bodies]
    show("titles: first sentence", firsts, references, scorer)
    writers = {
        "titles: fitted to the person's notes": TitleWriter(weights, learned.style, learned.collection),
        "titles: the person's titles counted": TitleWriter(
            shipped_weights(), learned.style, learned.collection
        ),
        "titles: nothing known of the person": plain_writer(),
    }
    for name, writer in writers.items():
        started = time.perf_counter()
        found = [(writer.suggest(body, 1) or [""])[0] for body in bodies]
        assert max(len(title.split()) for title in found) <= 12
        show(name, found, references, scorer, time.perf_counter() - started)


def titled(path: Path) -> tuple[str, str] | None:
    """Return the title and the body of a note that begins with a heading."""
    text = path.read_text("utf-8", "replace")
    heading = re.match(r"\s*#\s+(.+)\n", text)
    return None if heading is None else (heading[1].strip(), text[heading.end() :].strip())


def show(
    name: str, found: Sequence[str], references: Sequence[Sequence[str]], scorer: Any, seconds: float = 0.0
) -> None:
    rows = []
    for text, some in zip(found, references, strict=True):
        best = max((scorer.score(one, text) for one in some), key=lambda scores: scores["rouge1"].fmeasure)
        rows.append([best[kind].fmeasure for kind in KINDS])
    one, two, longest = 100 * np.mean(rows, axis=0)
    took = f"  {1000 * seconds / len(found):.1f} ms each" if seconds else ""
    print(f"{name:40s} {one:5.1f} {two:5.1f} {longest:5.1f}{took}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
