"""What each idea of the field is worth on one's own notes: every family trained alike, and scored.

All learn the same part of the notes with the same pieces in the same time, and are scored on another
part. Nothing of it is kept.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnchat.errors import TrainingError
from rnnchat.evaluation.scoring import score
from rnnchat.library.models import TOKENIZER, Library
from rnnchat.lm.hmm import HiddenMarkovModel
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths, make_private
from rnnchat.text.notes import scan
from rnnchat.text.notes.corpus import check_enough, choose_validation, place_to_cut
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import TRAINING, dtype_for
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.run import SCRATCH, Run, RunSettings

if TYPE_CHECKING:
    from rnnchat.lm.protocols import AnyLanguageModel, Learn

FAMILIES = ("unigram", "n-gram", "HMM", "RNN", "LSTM", "GRU", "mixture", "mixture, adaptive")
"""In the order in which they are told."""
HELD_OUT = 0.1
"""The share of the notes, in bytes, that is scored and not learned."""
SCORED_BYTES = 50_000
"""So much of it is scored at most."""
_FOLDER = "compare-"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """How one family did."""

    family: str
    bits_per_byte: float
    seconds: float
    """What learning took, the start of a program included."""
    parameters: int
    tokens_per_second: float
    """Pieces predicted, one after another."""

    def as_dict(self) -> dict[str, Any]:
        """Return the row for programs."""
        return asdict(self)


def compare(paths: Sequence[Path], minutes: float, places: Paths, say: Say) -> Iterator[Row]:
    """Train and score every family on the notes under `paths`, `minutes` each; yield a row for each.

    `say` is told what is being done. Raises NotesError where the notes are too few.
    """
    _remove_leftovers(places)
    folder = make_private(places.state / f"{_FOLDER}{os.getpid()}")
    try:
        held_out = _split(paths, make_private(folder / "notes"))
        yield from _compare(folder, held_out, minutes, say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compare(folder: Path, held_out: list[str], minutes: float, say: Say) -> Iterator[Row]:
    home = Paths(folder / "home" / "data", folder / "home" / "config", folder / "home" / "state")
    library = Library(home)
    for cell in ("gru", "rnn", "lstm"):
        say(f"Training the {cell.upper()} for {minutes:g} minutes.")
        run, seconds, remembered = _train(cell, folder, home, minutes)
        model = load_model(library, cell)
        tokenizer = model.tokenizer
        say(f"Scoring the {cell.upper()}.")
        yield _row(cell.upper(), model.network, tokenizer, held_out, seconds, model.network.shape.parameters)
        if cell != "gru":
            continue
        pieces = np.fromfile(run.folder / TRAINING, dtype_for(tokenizer.size))
        sizes = {"memory": len(pieces)}
        if model.weights is not None:
            own = model.network.shape.parameters + len(pieces)
            sizes |= {"mixture": own + model.weights.static.weights.size}
            sizes |= {"adaptive": own + model.weights.adaptive.weights.size}
        names = {"memory": "n-gram", "mixture": "mixture", "adaptive": "mixture, adaptive"}
        for member in model.members():
            if member.name in names:
                family, size = names[member.name], sizes[member.name]
                say(f"Scoring the {family}.")
                took = remembered if member.name == "memory" else seconds
                yield _row(family, member.predictor, tokenizer, held_out, took, size, member.learn)
        del model
        for name, states in (("unigram", 1), ("HMM", 0)):  # of one state, or as many as suit the notes
            say(f"Training the {name}.")
            started = time.monotonic()
            markov = HiddenMarkovModel.fit(pieces, tokenizer.size, states=states, seconds=60 * minutes)
            took = time.monotonic() - started
            yield _row(name, markov, tokenizer, held_out, took, markov.parameters)


def _row(
    family: str,
    predictor: AnyLanguageModel,
    tokenizer: Tokenizer,
    texts: list[str],
    seconds: float,
    parameters: int,
    learn: Learn | None = None,
) -> Row:
    started = time.monotonic()
    result = score(predictor, tokenizer, texts, limit=SCORED_BYTES, learn=learn)
    speed = result.pieces / max(time.monotonic() - started, 1e-9)
    return Row(family, round(result.bits_per_byte, 4), round(seconds, 1), parameters, round(speed, 1))


def _train(cell: str, folder: Path, home: Paths, minutes: float) -> tuple[Run, float, float]:
    """Train a network in a home of its own; return its run, the seconds, and those its memory took."""
    settings = RunSettings(
        name=cell, paths=(str(folder / "notes"),), base=SCRATCH, cell=cell, minutes=minutes
    )
    run = Run.create(home, settings)
    started = time.monotonic()
    remembered = 0.0
    job = TrainingJob(run, home=folder / "home")
    job.start()
    try:
        for event in job.events():
            if event["event"] == "memory":
                remembered = event["seconds"]
            elif event["event"] == "stopped":
                raise TrainingError("The comparison was stopped.", "Start it again.")
    finally:
        job.close(5)
    if not (run.folder / TOKENIZER).is_file():
        raise TrainingError("The training left nothing to compare.", "Start it again.")
    return run, time.monotonic() - started, remembered


def _split(paths: Sequence[Path], target: Path) -> list[str]:
    """Write the notes to learn into `target` and return the texts to score."""
    found = scan(paths)
    check_enough(len(found.notes), found.bytes, found.skipped)
    sizes = [len(note.text.encode()) for note in found.notes]
    wanted = int(HELD_OUT * found.bytes)
    chosen = choose_validation([note.name for note in found.notes], sizes, wanted=wanted)
    texts = [note.text for note in found.notes]
    held_out = [texts[number] for number in sorted(chosen)]
    if not held_out:
        longest = sizes.index(max(sizes))
        place = place_to_cut(texts[longest], wanted)
        held_out = [texts[longest][place:]]
        texts[longest] = texts[longest][:place]
    for number, text in enumerate(texts):
        if number not in chosen:
            (target / f"{number:07}.md").write_text(text, encoding="utf-8", newline="")
    return held_out


def _remove_leftovers(places: Paths) -> None:
    """Remove what a comparison that was killed left behind."""
    for folder in places.state.glob(f"{_FOLDER}*"):
        number = folder.name.removeprefix(_FOLDER)
        try:
            os.kill(int(number), 0)
        except (ProcessLookupError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody else's process: it is alive
