"""Trains every family of language models on the same notes, and scores each on notes that it has not seen.

All learn the same part of the notes with the same tokenizer in the same time. Nothing of it is kept.
"""

from __future__ import annotations

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
from rnnchat.text.notes.corpus import require_enough_notes
from rnnchat.text.notes.split import place_to_cut, split_notes
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.comparison_folder import comparison_folder, home_in
from rnnchat.training.data.prepared import piece_dtype
from rnnchat.training.runs.files import TRAINING_PIECES
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH, RunSettings

if TYPE_CHECKING:
    from rnnchat.lm.protocols import AnyLanguageModel, Learn

FAMILIES = ("unigram", "n-gram", "HMM", "RNN", "LSTM", "GRU", "mixture", "mixture, adaptive")
"""The families in the order of the table."""
HELD_OUT_SHARE = 0.1
"""This share of the notes, in bytes, is scored and not learned."""
SCORED_BYTES = 50_000
"""At most this many bytes are scored."""

ReportActivity = Callable[[str], None]


@dataclass(frozen=True)
class FamilyResult:
    """How well one family predicts, and what that took."""

    family: str
    bits_per_byte: float
    seconds: float
    """What training took, the start of a program included."""
    parameters: int
    tokens_per_second: float
    """The pieces predicted a second, one after another."""

    def as_dict(self) -> dict[str, Any]:
        """Return the result as ``rnnchat compare --json`` prints it."""
        return asdict(self)


def compare(
    paths: Sequence[Path], minutes: float, homes: Paths, report: ReportActivity
) -> Iterator[FamilyResult]:
    """Train and score every family on the notes under `paths`, `minutes` each; yield a result for each.

    `report` is given what is being done, in words. Raises NotesError where the notes are too few.
    """
    with comparison_folder(homes) as folder:
        held_out = _split(paths, make_private(folder / "notes"))
        yield from _compare(folder, held_out, minutes, report)


def _compare(
    folder: Path, held_out: list[str], minutes: float, report: ReportActivity
) -> Iterator[FamilyResult]:
    home = home_in(folder)
    library = Library(home)
    for cell in ("gru", "rnn", "lstm"):
        report(f"Training the {cell.upper()} for {minutes:g} minutes.")
        run, seconds, memory_seconds = _train(cell, folder, home, minutes)
        model = load_model(library, cell)
        tokenizer = model.tokenizer
        report(f"Scoring the {cell.upper()}.")
        yield _score_family(
            cell.upper(), model.network, tokenizer, held_out, seconds, model.network.shape.parameters
        )
        if cell != "gru":
            continue
        pieces = np.fromfile(run.folder / TRAINING_PIECES, piece_dtype(tokenizer.size))
        sizes = {"memory": len(pieces)}
        if model.weights is not None:
            own = model.network.shape.parameters + len(pieces)
            sizes |= {"mixture": own + model.weights.static.weights.size}
            sizes |= {"adaptive": own + model.weights.adaptive.weights.size}
        names = {"memory": "n-gram", "mixture": "mixture", "adaptive": "mixture, adaptive"}
        for member in model.members():
            if member.name in names:
                family, size = names[member.name], sizes[member.name]
                report(f"Scoring the {family}.")
                took = memory_seconds if member.name == "memory" else seconds
                yield _score_family(family, member.predictor, tokenizer, held_out, took, size, member.learn)
        del model
        # A unigram model is an HMM of one state; None lets the HMM choose as many as suit the notes.
        for name, states in (("unigram", 1), ("HMM", None)):
            report(f"Training the {name}.")
            started = time.monotonic()
            markov = HiddenMarkovModel.fit(pieces, tokenizer.size, states=states, seconds=60 * minutes)
            took = time.monotonic() - started
            yield _score_family(name, markov, tokenizer, held_out, took, markov.parameters)


def _score_family(
    family: str,
    predictor: AnyLanguageModel,
    tokenizer: Tokenizer,
    texts: list[str],
    seconds: float,
    parameters: int,
    learn: Learn | None = None,
) -> FamilyResult:
    started = time.monotonic()
    result = score(predictor, tokenizer, texts, limit=SCORED_BYTES, learn=learn)
    speed = result.pieces / max(time.monotonic() - started, 1e-9)
    return FamilyResult(
        family, round(result.bits_per_byte, 4), round(seconds, 1), parameters, round(speed, 1)
    )


def _train(cell: str, folder: Path, home: Paths, minutes: float) -> tuple[Run, float, float]:
    """Train a network in a separate home; return its run, the seconds, and those its memory took."""
    settings = RunSettings(
        name=cell, paths=(str(folder / "notes"),), base=SCRATCH, cell=cell, minutes=minutes
    )
    run = Run.create(home, settings)
    started = time.monotonic()
    memory_seconds = 0.0
    job = TrainingJob(run, home=folder / "home")
    job.start()
    try:
        for event in job.events():
            if event["event"] == "memory":
                memory_seconds = event["seconds"]
            elif event["event"] == "stopped":
                raise TrainingError("The comparison was stopped.", "Start it again.")
    finally:
        job.close(5)
    if not (run.folder / TOKENIZER).is_file():
        raise TrainingError("The training left nothing to compare.", "Start it again.")
    return run, time.monotonic() - started, memory_seconds


def _split(paths: Sequence[Path], target: Path) -> list[str]:
    """Write the notes to train on into `target` and return the texts to score."""
    found = scan(paths)
    require_enough_notes(len(found.notes), found.bytes, found.skipped)
    sizes = [len(note.text.encode()) for note in found.notes]
    names = [note.name for note in found.notes]
    split = split_notes(names, sizes, wanted=int(HELD_OUT_SHARE * found.bytes))
    texts = [note.text for note in found.notes]
    held_out = [texts[number] for number in sorted(split.kept_back)]
    if split.cut_note is not None:
        longest = texts[split.cut_note]
        place = place_to_cut(longest, split.wanted)
        held_out = [longest[place:]]
        texts[split.cut_note] = longest[:place]
    for number, text in enumerate(texts):
        if number not in split.kept_back:
            (target / f"{number:07}.md").write_text(text, encoding="utf-8", newline="")
    return held_out
