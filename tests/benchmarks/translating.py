"""Translation: how good, and how quick, on pairs of sentences that are kept out of everything.

``python -m tests.benchmarks.translating PAIRS NAME [--reverse] [--minutes M]`` splits the table PAIRS, whole
groups of sentences that share a sentence on either side, as `rnnchat translate train` does. It trains the
translator NAME on what is not of the test part, measures it on up to 1,000 sentences of that part, with all
their translations, by sacrebleu, and leaves the translator in the library:

- the nearest pair of the memory alone, and the network with the memory (BLEU, chrF);
- the milliseconds of processor time to the first word and to the whole translation, by the number of words.

With ``--minutes 0`` an earlier NAME is measured, which must have been trained by this program.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import sacrebleu

from rnnchat.library.models import Library
from rnnchat.loading import load_translator
from rnnchat.storage.paths import Paths
from rnnchat.tasks.translation.metrics import is_by_character
from rnnchat.tasks.translation.pairs import SentencePair, pair_lines, read_pairs
from rnnchat.tasks.translation.split import split_pairs
from rnnchat.tasks.translation.translator import Translator

MOST_MEASURED = 1_000
ENVIRONMENT = dict(os.environ)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("name")
    parser.add_argument("--reverse", action="store_true")
    parser.add_argument("--minutes", type=float, default=20.0)
    arguments = parser.parse_args()
    split = split_pairs(read_pairs(arguments.pairs, reverse=arguments.reverse).pairs)
    kept = [*split.train, *split.validation]
    if arguments.minutes:
        train(kept, arguments.name, arguments.minutes)
    translator = load_translator(Library(Paths.from_environment()), arguments.name)
    references: dict[str, list[str]] = {}
    for pair in split.test:
        references.setdefault(pair.source, []).append(pair.target)
    known = sum(translator.memory.same(source) is not None for source in references)
    print(f"{len(kept):,} pairs; {len(references):,} sentences kept back, of which the memory has {known}")
    chosen = sorted(references, key=lambda source: hashlib.sha256(source.encode()).digest())[:MOST_MEASURED]
    measure(translator, chosen, [references[source] for source in chosen])


def train(pairs: Sequence[SentencePair], name: str, minutes: float) -> None:
    """Train the translator `name` with the command, as a user would."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "pairs.tsv"
        table.write_text(pair_lines(pairs), encoding="utf-8")
        command = ("translate", "train", str(table), "--name", name, "--minutes", str(minutes), "--fresh")
        subprocess.run((sys.executable, "-m", "rnnchat", *command), check=True, env=ENVIRONMENT)


def measure(translator: Translator, sources: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    """Print the scores of the translations of `sources`, and how long they take."""
    nearest = [translator.memory.nearest(source) for source in sources]
    print("the nearest pair:", scores([pairs[0].target if pairs else "" for pairs in nearest], references))
    found = []
    times: dict[int, list[tuple[float, float]]] = {}
    for source in sources:
        shown: list[float] = []
        begin = time.process_time()
        translation = translator.translate(source, lambda _, shown=shown: shown.append(time.process_time()))
        found.append(translation.text)
        taken = 1000 * (time.process_time() - begin)
        first = 1000 * (shown[0] - begin) if shown else taken
        times.setdefault(len(source.split()), []).append((first, taken))
    print("the network and the memory:", scores(found, references))
    print("words, sentences, milliseconds to the first word and to the last one (medians), and at most:")
    for words, taken_by_each in sorted(times.items()):
        firsts, wholes = (sorted(each) for each in zip(*taken_by_each, strict=True))
        middle = len(wholes) // 2
        print(f"  {words:>2} {len(wholes):>4} {firsts[middle]:6.1f} {wholes[middle]:6.1f} {wholes[-1]:6.0f}")


def scores(found: Sequence[str], references: Sequence[Sequence[str]]) -> str:
    """Return BLEU and chrF with several references for each sentence."""
    most = max(map(len, references))
    by_place = [[own[n] if n < len(own) else None for own in references] for n in range(most)]
    by_character = is_by_character([text for own in references for text in own])
    bleu = sacrebleu.BLEU(tokenize="zh" if by_character else "13a").corpus_score(list(found), by_place)
    chrf = sacrebleu.CHRF().corpus_score(list(found), by_place)
    return f"BLEU {bleu.score:.1f}, chrF {chrf.score:.1f}"


if __name__ == "__main__":
    main()
