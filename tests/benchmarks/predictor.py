"""The predictor on held-out notes: python -m tests.benchmarks.predictor TRAIN HELD [--minutes 5] [--ablate]

Trains a model from scratch on the folder TRAIN, scores it on the folder HELD, and sets it beside what xz
(and zpaq -m5, where it is installed) make of the same: size of train and held together less that of train.
Then the time of a step, how fast the memory loads and text is generated. With `--ablate` every part of the
mixture is left out in turn, on the first 30 kB.
"""

from __future__ import annotations

import argparse
import json
import lzma
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from rnnchat.evaluation.scoring import score
from rnnchat.generation.sampling import Sampling
from rnnchat.library.models import Library
from rnnchat.lm.mixture import counts
from rnnchat.lm.mixture.mixer import Mixer
from rnnchat.lm.ngram import NgramMemory
from rnnchat.loading import LoadedModel, load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import text_context
from rnnchat.text.notes.raw import read_raw
from tests.end_to_end.helpers import COMMAND, environment

ABLATED_BYTES = 30_000


def compressed(data: bytes, folder: Path) -> dict[str, int]:
    """The sizes that compressors make of `data`."""
    sizes = {"xz": len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))}
    if shutil.which("zpaq"):
        (folder / "text").write_bytes(data)
        archive = folder / "text.zpaq"
        archive.unlink(missing_ok=True)
        subprocess.run(
            ["zpaq", "a", archive, "text", "-m5"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        sizes["zpaq -m5"] = archive.stat().st_size
    return sizes


def beside_compressors(train: Path, held: Path, folder: Path) -> None:
    first, second = ("".join(read_raw([path])).encode() for path in (train, held))
    alone, both = compressed(first, folder), compressed(first + second, folder)
    for name, size in both.items():
        print(f"{name}: {8 * (size - alone[name]) / len(second):.3f} bits per byte")


def speed(model: LoadedModel, library: Library, texts: list[str]) -> None:
    for name, adaptive in (("mixture", False), ("adaptive", True)):
        predictor = model.mixture(adaptive=adaptive)
        assert predictor is not None
        pieces = [p for text in texts for p in model.tokenizer.encode(text)][:6000]
        _, state = predictor.step(model.tokenizer.roles.start, predictor.start())
        times = []
        for piece in pieces:
            started = time.perf_counter()
            _, state = predictor.step(piece, state)
            times.append(time.perf_counter() - started)
        median, late = 1e3 * np.median(times), 1e3 * np.quantile(times, 0.95)
        print(f"a step of the {name}: {median:.3f} ms (median), {late:.3f} ms (95th of 100)")
    saved = library.load("me")
    assert saved.memory is not None
    started = time.perf_counter()
    memory = NgramMemory.from_tensors(saved.memory, model.tokenizer.size)
    took = 1e3 * (time.perf_counter() - started)
    size = sum(array.nbytes for array in memory.tensors().values()) / len(memory.pieces)
    print(f"the memory: {took:.0f} ms to load, {size:.1f} bytes a piece, {len(memory.pieces):,} pieces")
    started, count = time.perf_counter(), 0
    for seed in range(20):
        context = text_context(model.tokenizer, "# ")
        count += sum(1 for _ in model.generator.stream(context, Sampling(seed=seed), 400))
    print(f"generated: {count / (time.perf_counter() - started):,.0f} pieces a second")


def ablate(model: LoadedModel, texts: list[str]) -> None:
    """Leave each input out of the adaptive mixture: its weights and what it says become 0."""
    whole = model.weights
    assert whole is not None
    names = ["network", "memory", "cache", "adapted network"]
    contexts = [f"{order} pieces" for order in counts.CONTEXT_ORDERS]
    contexts += [
        "piece above",
        "words",
        "code block",
        "this text",
        "this text and piece",
        "this text and two pieces",
    ]
    inputs = {name: [number] for number, name in enumerate(names)}
    first = len(names)
    for number, name in enumerate(contexts):
        inputs[name] = [first + 2 * number, first + 2 * number + 1]
    first += 2 * len(contexts)
    inputs |= {"match in the notes": [first, first + 1], "match in what was read": [first + 2, first + 3]}
    original = Mixer._inputs
    for name, columns in {"nothing": [], **inputs}.items():

        def without(self, decisions, columns=columns):  # type: ignore[no-untyped-def]
            found, states = original(self, decisions)
            found[:, columns] = 0
            return found, states

        Mixer._inputs = without  # type: ignore[method-assign]
        predictor = model.mixture(adaptive=True)
        assert predictor is not None
        bits = score(
            predictor, model.tokenizer, texts, limit=ABLATED_BYTES, learn=predictor.learn
        ).bits_per_byte
        print(f"without {name}: {bits:.4f}", flush=True)
    Mixer._inputs = original  # type: ignore[method-assign]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("held", type=Path)
    parser.add_argument("--minutes", default="5")
    parser.add_argument("--ablate", action="store_true")
    parser.add_argument("--home", type=Path, help="where a model called me has been trained already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "home"
        commands = [["evaluate", str(options.held), "--model", "me", "--json"]]
        if not options.home:
            train = ["train", str(options.train), "--name", "me", "--from", "scratch"]
            commands.insert(0, [*train, "--minutes", options.minutes, "--json"])
        for command in commands:
            started = time.monotonic()
            result = subprocess.run(
                [*COMMAND, *command],
                env=environment(home),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            last = json.loads(result.stdout.splitlines()[-1])
            print(f"{command[0]}, {time.monotonic() - started:.0f} s: {last}", flush=True)
        beside_compressors(options.train, options.held, Path(folder))
        library = Library(Paths(home / "data", home / "config", home / "state"))
        texts = read_raw([options.held])
        model = load_model(library, "me")
        speed(model, library, texts)
        if options.ablate:
            ablate(model, texts)


if __name__ == "__main__":
    main()
