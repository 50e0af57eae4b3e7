"""Models in words: what lists and details show about a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rnnchat.library.card import Card
from rnnchat.library.models import ModelEntry, ModelVersion
from rnnchat.tasks.base import TRANSLATE
from rnnchat.text.chat_format import CHAT

_MAXIMUM_TEXTS = 40
"""At most this many of the texts in a card are shown."""
_MAXIMUM_LENGTH = 2_000
"""At most this many characters of each text are shown."""


def describe_entry(entry: ModelEntry, *, in_use: bool = False) -> dict[str, Any]:
    """Return the values of a model that a list shows, which are also the fields of `--json`."""
    card = entry.card
    return {
        "name": entry.name,
        "in_use": in_use,
        "shipped": entry.shipped,
        "created": card.created if card else None,
        "size": entry.size,
        "bits_per_byte": card.bits_per_byte if card else None,
        "gain": _gain(card) or None if card else None,
        "on_own_notes": on_own_notes(card) if card else "–",
        "summary": summary(card) if card else damage(entry),
        "task": card.task if card else None,
        "versions": entry.versions,
    }


def summary(card: Card) -> str:
    """Return a phrase that says what a model learned from."""
    if card.description:
        return card.description
    files, size = card.learned_from.get("files", 0), card.learned_from.get("bytes", 0)
    if card.task == TRANSLATE:
        languages = " → ".join(card.learned_from.get("languages", []))
        pairs = f"{card.learned_from.get('pairs', 0):,} pairs"
        return f"{pairs}, {languages}, {human_size(size)}" if languages else f"{pairs}, {human_size(size)}"
    if not card.is_language_model:
        return f"{files:,} examples of {counted(len(card.labels), 'label')}, {human_size(size)}"
    return f"{files:,} notes, {human_size(size)}"


def damage(entry: ModelEntry) -> str:
    """Return a phrase that says how a model is damaged."""
    return f"damaged: {entry.problem.removeprefix('The card is damaged: ')}"


def on_own_notes(card: Card) -> str:
    """Return the bits per byte that the base alone and the model need for notes like those it learned.

    Each model is measured on its own notes, so the figures of two models cannot be compared. The shipped
    model learned nobody's notes and has none.
    """
    if card.learned_from.get("texts"):
        return "–"
    gain = _gain(card)
    if "bits_per_byte" in gain and "base_bits_per_byte" in gain:
        return f"{gain['base_bits_per_byte']:.2f} → {gain['bits_per_byte']:.2f}"
    bits = gain.get("bits_per_byte", card.bits_per_byte)
    return "–" if bits is None or not math.isfinite(bits) else f"{bits:.2f}"


LITTLE_BYTES = 1_000
"""Of a gain that was measured on fewer bytes, it is said that this is little text: it is mostly chance."""
KEYS_SAVED_CHARACTERS = 1_000
"""The share of keys saved is shown if this many characters were typed: on fewer it is mostly chance."""


NOT_IMPROVED = "Training did not improve on the base, so the notes are used as memory only."
"""This is said where a training kept the network of its base."""


def describe_gain(gain: Any) -> str:
    """Return a sentence that says what a training gained; empty where that is unknown."""
    known = _numbers(gain)
    if "bits_per_byte" not in known:
        return ""
    measured = f"{human_size(known['bytes'])} of notes" if "bytes" in known else "notes"
    if known.get("bytes", LITTLE_BYTES) < LITTLE_BYTES:
        measured = f"only {measured}"
    text = f"On {measured} it had not seen: {known['bits_per_byte']:.2f} bits per byte"
    others = [
        _compare(known["bits_per_byte"], known[name], what)
        for name, what in (
            ("base_bits_per_byte", "the base alone"),
            ("at_once_bits_per_byte", "without training"),
        )
        if name in known
    ]
    if others:
        text += f", {' and '.join(others)}"
    if "keys_saved" in known and known.get("characters", math.inf) >= KEYS_SAVED_CHARACTERS:
        text += f"; {known['keys_saved']:.0%} of keys saved"
        if "base_keys_saved" in known:
            text += f", where the base alone saves {known['base_keys_saved']:.0%}"
    if known.get("bytes", LITTLE_BYTES) < LITTLE_BYTES:
        text += "; that is too little text to be sure"
    return text + "."


def _compare(bits: float, other: float, what: str) -> str:
    """Return how many bits fewer a model needs than `what`, which needs `other`, in per cent."""
    percent = round(100 * (1 - bits / other)) if other > 0 else 0
    if percent == 0:
        return f"as many as {what} ({other:.2f})"
    return f"{abs(percent)}% {'fewer' if percent > 0 else 'more'} than {what} ({other:.2f})"


def _gain(card: Card) -> dict[str, float]:
    return _numbers(card.scores.get("gain"))


def _numbers(gain: Any) -> dict[str, float]:
    """Return the values of a gain in a card that are numbers."""
    if not isinstance(gain, Mapping):
        return {}
    return {
        name: value
        for name, value in gain.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e6
    }


def describe_card(entry: ModelEntry) -> list[tuple[str, str]]:
    """Return everything that is known about a model as (label, value) pairs."""
    card = entry.card
    if card is None:
        return [("name", entry.name), ("problem", entry.problem), ("on disk", str(entry.folder))]
    network = card.network
    training = card.training
    if card.task == TRANSLATE:
        return _describe_translator(entry, card)
    if not card.is_language_model:
        return _describe_classifier(entry, card)
    rows = [
        ("name", entry.name + (" (comes with rnnchat)" if entry.shipped else "")),
        ("learned from", f"{summary(card)} (trained {card.created[:10]})"),
        *[("", path[:_MAXIMUM_LENGTH]) for path in card.learned_from.get("paths", [])[:6]],
        *[("", text[:_MAXIMUM_LENGTH]) for text in card.learned_from.get("texts", [])[:_MAXIMUM_TEXTS]],
        ("started from", card.base or "scratch"),
        ("predicts", _score(card)),
        *[("", f"{bits:.3f} of {text}") for text, bits in _held_out(card)[:_MAXIMUM_TEXTS]],
        (
            "network",
            f"{network.get('cell', '?').upper()}, {network.get('units')} units, "
            f"{network.get('vocabulary'):,} tokens",
        ),
        ("training", _training(training)),
        ("style", "takes turns, as in a chat" if card.style == CHAT else "continues what you write"),
        ("on disk", f"{human_size(entry.size)} in {entry.folder}"),
    ]
    if entry.versions > 1:
        previous = "`rnnchat models rollback` goes back to the previous one"
        rows.append(("versions", f"{entry.versions} ({previous})"))
    return rows


def _describe_classifier(entry: ModelEntry, card: Card) -> list[tuple[str, str]]:
    """Return the labelled lines that describe a classifier."""
    names = ", ".join(card.labels)
    rows = [
        ("name", entry.name),
        ("task", f"labels texts with {counted(len(card.labels), 'label')}"),
        ("labels", names if len(names) <= _MAXIMUM_LENGTH else f"{names[:_MAXIMUM_LENGTH]} …"),
        ("learned from", f"{summary(card)} (trained {card.created[:10]})"),
        *[("", path[:_MAXIMUM_LENGTH]) for path in card.learned_from.get("paths", [])[:6]],
        ("accuracy", describe_accuracy(card.scores)),
        ("on disk", f"{human_size(entry.size)} in {entry.folder}"),
    ]
    if entry.versions > 1:
        rows.append(
            ("versions", f"{entry.versions} (`rnnchat models rollback` goes back to the previous one)")
        )
    return rows


def _describe_translator(entry: ModelEntry, card: Card) -> list[tuple[str, str]]:
    """Return the labelled lines that describe a translator."""
    how = (
        "with a network and a memory of pairs" if card.network else "from its pairs alone, without a network"
    )
    rows = [
        ("name", entry.name),
        ("task", f"translates phrases, {how}"),
        ("learned from", f"{summary(card)} (trained {card.created[:10]})"),
        *[("", path[:_MAXIMUM_LENGTH]) for path in card.learned_from.get("paths", [])[:6]],
        ("quality", describe_translation_scores(card.scores)),
        ("on disk", f"{human_size(entry.size)} in {entry.folder}"),
    ]
    if card.network:
        rows.insert(-1, ("training", f"{card.training.get('seconds', 0) / 60:.1f} minutes"))
    if entry.versions > 1:
        rows.append(
            ("versions", f"{entry.versions} (`rnnchat models rollback` goes back to the previous one)")
        )
    return rows


def describe_translation_scores(scores: Mapping[str, Any]) -> str:
    """Return how well a translator translated the sentences that were kept back from it."""
    known = _numbers(scores)
    if "memory_bleu" not in known or "memory_chrf" not in known:
        return "not measured, as there are too few pairs to keep some back"
    memory = f"BLEU {known['memory_bleu']:.1f}, chrF {known['memory_chrf']:.1f}"
    on = f" on {known.get('sentences', 0):,.0f} sentences that were kept back"
    if "bleu" not in known or "chrf" not in known:
        return f"{memory}{on}, each with its nearest pair"
    text = f"BLEU {known['bleu']:.1f}, chrF {known['chrf']:.1f}{on} (the nearest pair alone: {memory})"
    if "good" not in known or "calibration_error" not in known:
        return text
    return (
        f"{text}; {known['good']:.0f} % are good, chrF 60 and more,"
        f" and the confidence is off by {known['calibration_error']:.0f} points on average"
    )


def describe_accuracy(scores: Mapping[str, Any]) -> str:
    """Return how well a classifier labelled the examples that were kept back from it."""
    known = _numbers(scores)
    if "accuracy" not in known or "macro_f1" not in known:
        return "not measured"
    return (
        f"{known['accuracy']:.1%} of {known.get('texts', 0):,.0f} examples that were kept back are labelled"
        f" rightly; macro-F1 {known['macro_f1']:.1%}"
    )


def describe_versions(name: str, versions: Sequence[ModelVersion]) -> str:
    """Return which version of a model is in use now, and which one rolling back again would bring back.

    The `versions` are in the order of `Library.versions`: the one in use comes first.
    """
    said = f"{name} is now the version {_version(versions[0])}."
    if len(versions) > 1:
        said += f" The version {_version(versions[1])} is kept: rolling back again returns to it."
    return said


def _version(version: ModelVersion) -> str:
    """Return how a sentence names a version: by the time of its training."""
    if not version.created:
        return "that is damaged"
    return f"of {version.created[:19].replace('T', ' ')}"


def counted(number: int, what: str) -> str:
    """Return a number with the noun that it counts, as "1 note" or "1,200 notes"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def human_size(size: float) -> str:
    """Return a number of bytes in a form such as "8.4 MB"."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _held_out(card: Card) -> list[tuple[str, float]]:
    """Return the texts that a model was measured on, each with its bits per byte."""
    return [(text, bits) for text, bits in card.scores.get("held_out", {}).items() if bits is not None]


def _peak(training: Mapping[str, Any]) -> str:
    """Return how much memory a training used, where its card says so."""
    return f", {training['memory_mb']:,} MB at most" if training.get("memory_mb") else ""


def _training(training: Mapping[str, Any]) -> str:
    if training.get("minutes") == 0:
        return "none: the notes are indexed, but the network has not learned them"
    seconds = training.get("seconds_in_all", training.get("seconds", 0))
    if training.get("hardware") and training.get("tokens"):
        minutes = counted(max(1, round(seconds / 60)), "minute")
        return f"{_in_words(training['tokens'])} tokens on {training['hardware']} in {minutes}"
    return (
        f"{seconds / 60:.1f} minutes, {training.get('epochs', '?')} epochs, "
        f"{training.get('tokens_per_second', 0):,.0f} tokens per second" + _peak(training)
    ) + (f". {NOT_IMPROVED}" if training.get("improved") is False else "")


def _in_words(number: int) -> str:
    """Return a number with three digits, in a form such as "1.31 billion"."""
    for size, word in ((10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.3g} {word}"
    return f"{number:,}"


def _score(card: Card) -> str:
    gain = describe_gain(card.scores.get("gain"))
    if gain:
        return gain
    if card.bits_per_byte is None:
        return "not measured"
    text = "text" if card.learned_from.get("texts") else "its own notes,"
    return f"{card.bits_per_byte:.3f} bits per byte of {text} kept back from training"
