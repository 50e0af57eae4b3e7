"""How many made-up secrets are found, and what is found in notes.

Run as python -m tests.benchmarks.secrets FOLDER... Recall is told by kind, and what is missed is shown. Each
finding in the folders is shown, to be judged by eye.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import rnnchat.text.notes.secrets
from rnnchat.text.notes.corpus import scan
from rnnchat.text.notes.secrets import screen
from tests.unit.text.notes.secrets.secret_samples import Sample, samples

BEFORE, AFTER = "Met Anna at noon and wrote this down.\n\n", "\n\nThen we went home by the old road.\n"


def missed(sample: Sample) -> bool:
    """Return whether part of a sample's secret is learned, or the prose around it is not."""
    kept = screen(BEFORE + sample.text + AFTER).text
    return (
        any(secret in kept for secret in sample.secrets)
        or BEFORE.strip() not in kept
        or AFTER.strip() not in kept
    )


def known_words() -> list[str]:
    """Return the words of BIP-39."""
    return (Path(rnnchat.text.notes.secrets.__file__).with_name("bip39-english.txt")).read_text().split()


def main() -> None:
    """Print both figures."""
    every: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for seed in range(5):
        for sample in samples(seed, known_words()):
            kind = sample.kind.split(":")[0]
            every[kind] += 1
            if missed(sample):
                wrong[kind] += 1
                print(f"missed  {sample.kind}: {sample.text[:160]!r}")
    for kind, count in every.items():
        print(f"{kind:16} {count - wrong[kind]:5} of {count:5}  {(count - wrong[kind]) / count:.1%}")
    total = sum(every.values())
    print(f"{'all':16} {total - sum(wrong.values()):5} of {total:5}  {1 - sum(wrong.values()) / total:.2%}")
    for folder in map(Path, sys.argv[1:]):
        start = time.process_time()
        result = scan([folder])
        spent = time.process_time() - start
        print(f"{folder}: {len(result.secrets)} found in {len(result.notes):,} notes, {spent:.2f} s")
        for secret in result.secrets:
            line = secret.path.read_text(encoding="utf-8", errors="replace").split("\n")[secret.line - 1]
            print(f"  {secret.kind} in line {secret.line} of {secret.path.name}: {line.strip()[:100]}")


if __name__ == "__main__":
    main()
