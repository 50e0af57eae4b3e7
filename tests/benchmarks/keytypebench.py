"""KeyTypeBench: python -m tests.benchmarks.keytypebench FOLDER [--model base] [--threshold P]

FOLDER has core.jsonl and policy.jsonl, cases of inline completion (github.com/johnbean393/KeyType). Each
case has a text before and one after the cursor, and says what may be shown there, or that nothing may be.
Only these texts are given to `Completer.inline`, not the name of the program or the kind of field.

What is shown is right if it equals a text that may be shown, begins with it, or is a shorter beginning of it
that ends with a whole word. Reported are, for each suite and category:

- precision: right ones among those shown;
- wrong: cases in which something wrong is shown, among all cases;
- coverage: cases in which something right is shown, among those in which anything may be shown;
- handled: cases in which the right thing is shown, or nothing where nothing may be.

The base has read pages of tldr, so cases from there are a row of their own, and not in the others.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.completion.completer import Completer
from rnnchat.library.models import Library
from rnnchat.library.settings import Settings
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths

SUITES = ("core", "policy")


@dataclass(frozen=True)
class Case:
    """One case of the benchmark."""

    suite: str
    category: str
    before: str
    after: str
    acceptable: tuple[str, ...]
    """What may be shown; nothing may be where it is empty."""
    is_read: bool
    """Whether the base may have read it."""


@dataclass
class Tally:
    """What was shown in some cases."""

    cases: int = 0
    insert: int = 0
    """The cases in which something may be shown."""
    shown: int = 0
    right: int = 0
    handled: int = 0

    def add(self, case: Case, shown: str) -> None:
        """Count one case, in which `shown` was shown; nothing where it is empty."""
        right = bool(shown) and is_right(shown, case.acceptable)
        self.cases += 1
        self.insert += bool(case.acceptable)
        self.shown += bool(shown)
        self.right += right
        self.handled += right if case.acceptable else not shown

    def line(self) -> str:
        """The rates in words."""
        precision = f"{self.right / self.shown:6.1%}" if self.shown else "     –"
        coverage = f"{self.right / self.insert:6.1%}" if self.insert else "     –"
        wrong = (self.shown - self.right) / max(1, self.cases)
        handled = self.handled / max(1, self.cases)
        return (
            f"{self.cases:4d} cases: precision {precision}, wrong {wrong:6.1%}, coverage {coverage},"
            f" handled {handled:6.1%}"
        )


def read_cases(folder: Path) -> list[Case]:
    """The cases of all suites that are in `folder`."""
    cases = []
    for suite in SUITES:
        path = folder / f"{suite}.jsonl"
        if path.exists():
            cases += [read_case(suite, json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    return cases


def read_case(suite: str, record: dict[str, Any]) -> Case:
    """The case in a line of JSON."""
    context, expected, source = record["context"], record["expected"], record["source"]
    acceptable = expected.get("shownAcceptable", ()) if expected["kind"] == "insert" else ()
    category = record["id"].split("-")[1] if suite == "core" else source["title"]
    is_read = "tldr" in f"{source['title']} {source.get('url', '')}"
    return Case(suite, category, context["beforeCursor"], context["afterCursor"], tuple(acceptable), is_read)


def is_right(shown: str, acceptable: Iterable[str]) -> bool:
    """Whether what is shown agrees with a text that may be shown, by the rules of the benchmark."""
    shown = shown.strip()
    for text in map(str.strip, acceptable):
        if shown.startswith(text):
            return True
        if text.startswith(shown) and not text[len(shown)].isalnum():
            return True
    return False


def show(completer: Completer, case: Case, threshold: float) -> str:
    """What is shown unasked in a case."""
    completer.begin()
    one = completer.inline(case.before, case.after, threshold)
    return one.text if one is not None else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="base")
    parser.add_argument(
        "--threshold", type=float, default=Settings().inline_from, help="of the gate; else the shipped one"
    )
    options = parser.parse_args()
    completer = load_model(Library(Paths.from_environment()), options.model).completer()
    completer.prepare()
    tallies: dict[tuple[str, str], Tally] = {}
    milliseconds = []
    for case in read_cases(options.folder):
        started = time.perf_counter()
        shown = show(completer, case, options.threshold)
        milliseconds.append(1000 * (time.perf_counter() - started))
        for category in (case.category, "all") if not case.is_read else ("from tldr",):
            tallies.setdefault((case.suite, category), Tally()).add(case, shown)
    for (suite, category), tally in sorted(tallies.items()):
        print(f"{suite:<6} {category:<24} {tally.line()}")
    p50, p95 = np.percentile(milliseconds, (50, 95))
    print(f"a case took {p50:.1f} ms, 95 of 100 at most {p95:.1f} ms; threshold {options.threshold}")


if __name__ == "__main__":
    main()
