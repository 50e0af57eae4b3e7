"""Which model a training starts from, and why."""

from __future__ import annotations

from dataclasses import dataclass

from rnnchat.errors import TrainingError
from rnnchat.library.models import Library, SavedModel
from rnnchat.text.scripts import CHINESE, LATIN, count_letters, main_script
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.runs.settings import AUTO, SCRATCH, RunSettings

FITTING_BYTES_PER_PIECE = 1.8
"""A tokenizer fits a text if its pieces stand for at least this many bytes on average."""
MOST_SPELLED = 0.1
"""A tokenizer fits a text if it spells at most this share of its letters in bytes, for want of a piece.

Of simplified Chinese a tokenizer that was trained on such text spells 0.1 %, and of traditional Chinese 39 %.
"""
SIZE_SETTINGS = ("embedding", "units", "vocabulary", "layers")
"""The settings that a base decides, as it gives its sizes to what is trained from it."""


@dataclass(frozen=True)
class BaseChoice:
    """The model that a training starts from."""

    base: str
    """Its name, or SCRATCH."""
    reason: str = ""
    """Why it was chosen, as the end of a sentence; empty where the settings ask for it."""


@dataclass(frozen=True)
class _Fit:
    """How well a tokenizer fits a text."""

    spelled: float
    """The share of the letters that it spells in bytes."""
    bytes_per_piece: float
    """How many bytes of the text a piece stands for on average."""

    @property
    def is_good(self) -> bool:
        """Whether a network with this tokenizer is worth starting from."""
        return self.spelled <= MOST_SPELLED and self.bytes_per_piece >= FITTING_BYTES_PER_PIECE


def choose_base(settings: RunSettings, library: Library, sample: str) -> BaseChoice:
    """Return the model to start from: the one asked for, else the shipped one that fits best, else none.

    A shipped model fits where its tokenizer is for the script that most of a `sample` of the notes is in, by
    bytes, and need not spell that text in bytes. Raises TrainingError where the settings ask for a base and
    for other sizes than it has, and ModelError where a base is missing or damaged.
    """
    if settings.base == SCRATCH:
        return BaseChoice(SCRATCH)
    if settings.base != AUTO:
        _require_sizes(settings, library.load(settings.base))
        return BaseChoice(settings.base)
    shipped = {entry.name: library.load(entry.name) for entry in library.shipped_entries()}
    script = main_script(sample)
    text = _without_other_scripts(sample, script)
    fits = {}
    for name, saved in shipped.items():
        tokenizer = Tokenizer(saved.tokenizer)
        if tokenizer_script(tokenizer) == script:
            fits[name] = measure_fit(tokenizer, text)
    good = [name for name, fit in fits.items() if fit.is_good]
    usable = [name for name in good if _has_sizes(settings, shipped[name])]
    if usable:
        best = max(usable, key=lambda name: fits[name].bytes_per_piece)
        return BaseChoice(best, f"most of the notes are in {_in_words(script)}")
    if good:
        return BaseChoice(SCRATCH, f"{good[0]} has another cell or other sizes than this training")
    return BaseChoice(SCRATCH, _why_none(script, has_base=bool(fits)))


def measure_fit(tokenizer: Tokenizer, text: str) -> _Fit:
    """Return how well a tokenizer fits a text, all of whose letters are of one script."""
    letters = {letter: count for counts in count_letters(text).values() for letter, count in counts.items()}
    spelled = sum(count for letter, count in letters.items() if len(tokenizer.encode(letter)) > 1)
    return _Fit(
        spelled=spelled / max(1, sum(letters.values())),
        bytes_per_piece=len(text.encode()) / max(1, len(tokenizer.encode(text))),
    )


def tokenizer_script(tokenizer: Tokenizer) -> str:
    """Return the script that most of a tokenizer's pieces are in, by bytes."""
    return main_script(b"".join(tokenizer.piece_bytes).decode("utf-8", "ignore"))


def _without_other_scripts(text: str, script: str) -> str:
    """Return a text without the letters that are not of `script`, nor the spaces between those."""
    others = [letters for other, letters in count_letters(text).items() if other != script]
    left = text.translate({ord(letter): None for letters in others for letter in letters})
    return " ".join(left.split()) if others else text


def _require_sizes(settings: RunSettings, saved: SavedModel) -> None:
    """Raise TrainingError where the settings ask for other sizes than a model has."""
    own = saved.card.network
    other = _other_sizes(settings, saved)
    if other:
        sizes = ", ".join(f"{name}={own[name]}" for name in other)
        raise TrainingError(
            f"{settings.base} has {sizes}, and training it further cannot change its sizes.",
            "Leave them out, or train with `--from scratch`.",
        )


def _has_sizes(settings: RunSettings, saved: SavedModel) -> bool:
    """Return whether a model has the cell and the sizes that the settings ask for."""
    return saved.card.network["cell"] == settings.cell and not _other_sizes(settings, saved)


def _other_sizes(settings: RunSettings, saved: SavedModel) -> list[str]:
    """Return the names of the sizes that the settings state and a model does not have."""
    own, defaults = saved.card.network, RunSettings(name="", paths=())
    return [
        name for name in SIZE_SETTINGS if getattr(settings, name) not in (getattr(defaults, name), own[name])
    ]


def _in_words(script: str) -> str:
    return "Latin letters" if script == LATIN else script


def _why_none(script: str, *, has_base: bool) -> str:
    """Return why no base fits notes in `script`, for which there is a base or not."""
    if not script:
        return "the notes have no letters"
    if has_base and script != CHINESE:
        return "there is no base for the language of these notes"
    kind = "Traditional " if has_base else ""
    return f"there is no base for notes in {kind}{_in_words(script)}"
