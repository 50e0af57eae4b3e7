"""Which model a training starts from."""

from __future__ import annotations

from rnnchat.errors import TrainingError
from rnnchat.library.models import BASE, Library
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.runs.settings import AUTO, SCRATCH, RunSettings

FITTING_BYTES_PER_PIECE = 1.8
"""A tokenizer fits a corpus if its pieces stand for at least this many bytes on average."""
SIZE_SETTINGS = ("embedding", "units", "vocabulary", "layers")
"""The settings that a base decides, as it gives its sizes to what is trained from it."""


def choose_base(settings: RunSettings, library: Library, sample: str) -> str:
    """Return the model to start from: the one asked for, else the shipped one where it fits, else none.

    It fits where it has the cell and the sizes that the settings ask for, and where its tokenizer need not
    spell a `sample` of the notes byte by byte. Raises TrainingError where the settings ask for a base and
    for other sizes than it has.
    """
    if settings.base == SCRATCH:
        return SCRATCH
    saved = library.load(BASE if settings.base == AUTO else settings.base)
    own = saved.card.network
    defaults = RunSettings(name="", paths=())
    other = [
        name for name in SIZE_SETTINGS if getattr(settings, name) not in (getattr(defaults, name), own[name])
    ]
    if settings.base != AUTO:
        if other:
            sizes = ", ".join(f"{name}={own[name]}" for name in other)
            raise TrainingError(
                f"{settings.base} has {sizes}, and training it further cannot change its sizes.",
                "Leave them out, or train with `--from scratch`.",
            )
        return settings.base
    if other or own["cell"] != settings.cell:
        return SCRATCH
    fits = bytes_per_piece(Tokenizer(saved.tokenizer), sample) >= FITTING_BYTES_PER_PIECE
    return BASE if fits else SCRATCH


def bytes_per_piece(tokenizer: Tokenizer, sample: str) -> float:
    """Return how many bytes of `sample` a piece stands for on average."""
    return len(sample.encode()) / max(1, len(tokenizer.encode(sample)))
