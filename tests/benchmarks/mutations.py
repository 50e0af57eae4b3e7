"""Damages the files of a small model in many ways: each has to be found or to be harmless.

    python -m tests.benchmarks.mutations --count 2000 --seed 0

A child tries them, so that a crash of the process or an endless wait is seen as well; its memory is limited.
Prints a table by kind of damage and leaves with 1 where anything went wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import train_tokenizer
from tests.helpers.mutations import Files, damaged, files_of, outcome, publish_whole, put, put_odd

NOTES = Path(__file__).resolve().parents[2] / "assets" / "notes"
LONGEST = 20
"""Seconds that one may take,"""
MEMORY = 2**30
"""and bytes of addresses beyond what the process has."""
ODD = 0.05
"""The share of damages that put something else in a file's place."""


def main() -> None:
    """Try them and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="begin with this one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["RNNCHAT_HOME"] = home
        paths = Paths.from_environment()
        library = Library(paths)
        texts = [path.read_text(encoding="utf-8") for path in sorted(NOTES.iterdir())]
        publish_whole(library, "whole", train_tokenizer(texts, 400), texts)
        folder = library.version_folders(library.find("whole"))[-1]
        sound = files_of(folder)
        assert outcome(library, "whole") == "harmless"
        said = Path(home) / "said"
        began = time.monotonic()
        number, end = options.first, options.first + options.count
        crashes = 0
        while number < end:
            number, died = _in_a_child(library, folder, sound, options.seed, number, end, said)
            crashes += died
        seconds = time.monotonic() - began
        sys.exit(_report(said.read_text(encoding="utf-8").splitlines(), crashes, seconds))


def _in_a_child(
    library: Library, folder: Path, sound: Files, seed: int, number: int, end: int, said: Path
) -> tuple[int, bool]:
    """Try from `number` on in a child until it dies or is done; return the next one and whether it died."""
    child = os.fork()
    if not child:
        with said.open("a", encoding="utf-8") as out, contextlib.suppress(BaseException):
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
            warnings.simplefilter("error")
            for one in range(number, end):
                _try(library, folder, sound, seed, one, out)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    lines = said.read_text(encoding="utf-8").splitlines() if said.exists() else []
    done = max((int(line.split("\t")[0]) + 1 for line in lines), default=number)
    if status or done < end:
        with said.open("a", encoding="utf-8") as out:
            said_of = status or "an error outside of what is tried"
            print(done, "process", "CRASH", f"the process ended with {said_of}", sep="\t", file=out)
        return done + 1, True
    return done, False


def _try(library: Library, folder: Path, sound: Files, seed: int, number: int, out: object) -> None:
    chance = random.Random(f"{seed} {number}")
    if folder.is_symlink():
        folder.unlink()
    if chance.random() < ODD:
        put(folder, sound)
        how = put_odd(chance, folder)
    else:
        how, files = damaged(chance, sound)
        put(folder, files)
    signal.alarm(LONGEST)
    began = time.monotonic()
    try:
        result = outcome(library, "whole")
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        result, how = "WRONG", f"{how} -> {type(error).__name__} at {place}: {str(error)[:120]}"
    signal.alarm(0)
    took = time.monotonic() - began
    line = how.replace("\n", " ").replace("\t", " ").encode("utf-8", "replace").decode()
    print(number, _kind(how), result, f"{took:.3f}", line, sep="\t", file=out, flush=True)  # type: ignore[call-overload]


def _kind(how: str) -> str:
    anew = "hashes anew" if "hashes made anew" in how else "hashes as they were"
    for word, kind in (
        ("card:", "card"),
        ("header of", "header"),
        ("holds what", "other content"),
        ("(", "values"),
        (" at ", "bytes"),
    ):
        if word in how.split(" -> ", maxsplit=1)[0]:
            return f"{kind}, {anew}"
    return "no file"


def _report(lines: list[str], crashes: int, seconds: float) -> int:
    rows = [line.split("\t") for line in lines]
    table = Counter((row[1], row[2]) for row in rows)
    print(f"{'damage':<36}{'found':>8}{'harmless':>10}{'wrong':>8}")
    for kind in sorted({row[1] for row in rows}):
        bad = table[kind, "WRONG"] + table[kind, "CRASH"]
        print(f"{kind:<36}{table[kind, 'found']:>8}{table[kind, 'harmless']:>10}{bad:>8}")
    wrong = [row for row in rows if row[2] in ("WRONG", "CRASH")]
    slowest = max((float(row[3]) for row in rows if row[2] not in ("CRASH",)), default=0.0)
    found = sum(row[2] == "found" for row in rows)
    print(
        f"{len(rows)} damages, {found} found, {len(rows) - found - len(wrong)} harmless, {len(wrong)} wrong;"
    )
    print(f"{crashes} crashes; the slowest took {slowest:.2f} s, all together {seconds:.0f} s")
    for row in wrong[:40]:
        print("  ", " ".join(row))
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
