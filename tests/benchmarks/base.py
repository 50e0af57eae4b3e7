"""A model on English it never saw: python -m tests.benchmarks.base DATA [--model base] [--kilobytes 60]

DATA holds the text collections. Scored are the beginnings of the three ebooks that are kept out of the
base's training, of WikiText-2's test text, and dialogues that its recipe keeps back for validation, roles
and ends of turns included. A personal model is scored as it speaks: its static mixture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rnnchat.library.models import Library
from rnnchat.library.paths import Paths
from rnnchat.notes.clean import clean
from rnnchat.training.held_out import bits_per_byte, held_out
from rnnchat.writing.speaking import load_model

WIKITEXT = "bench/wikitext2/wiki.test.tokens"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", action="append")
    parser.add_argument("--kilobytes", type=int, default=60)
    options = parser.parse_args()
    size = options.kilobytes * 1000
    texts = dict(held_out(options.data, size))
    texts["wikitext-2"] = [clean((options.data / WIKITEXT).read_text(encoding="utf-8"))[:size]]
    library = Library(Paths.from_environment())
    for name in options.model or ["base"]:
        model = load_model(library, name)
        for text, documents in texts.items():
            bits = bits_per_byte(model.mixture() or model.network, model.tokenizer, documents)
            print(f"{name} on {text}: {bits:.4f} bits per byte", flush=True)


if __name__ == "__main__":
    main()
