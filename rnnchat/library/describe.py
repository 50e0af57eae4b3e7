"""Models in words: what lists and details show of a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnchat.library.card import Card
from rnnchat.library.models import Entry, Version

_MOST = 40
_LONGEST = 2_000
"""So many texts are shown of a card, and so much of each."""


def describe_entry(entry: Entry, *, in_use: bool = False) -> dict[str, Any]:
    """Return the row that a list shows of a model."""
    card = entry.card
    return {
        "name": entry.name,
        "in_use": in_use,
        "shipped": entry.shipped,
        "created": card.created if card else None,
        "size": entry.size,
        "bits_per_byte": card.bits_per_byte if card else None,
        "summary": summary(card) if card else damage(entry),
        "versions": entry.versions,
    }


def summary(card: Card) -> str:
    """Return in a few words what a model learned from."""
    if card.description:
        return card.description
    files, size = card.learned_from.get("files", 0), card.learned_from.get("bytes", 0)
    return f"{files:,} notes, {human_size(size)}"


def damage(entry: Entry) -> str:
    """Return in a few words that a model is damaged, and how."""
    return f"damaged: {entry.problem.removeprefix('The card is damaged: ')}"


def describe_card(entry: Entry) -> list[tuple[str, str]]:
    """Return all that is known of a model as (label, value) pairs."""
    card = entry.card
    if card is None:
        return [("name", entry.name), ("problem", entry.problem), ("on disk", str(entry.folder))]
    network = card.network
    training = card.training
    rows = [
        ("name", entry.name + (" (comes with rnnchat)" if entry.shipped else "")),
        ("learned from", f"{summary(card)} (trained {card.created[:10]})"),
        *[("", path[:_LONGEST]) for path in card.learned_from.get("paths", [])[:6]],
        *[("", text[:_LONGEST]) for text in card.learned_from.get("texts", [])[:_MOST]],
        ("started from", card.base or "scratch"),
        ("predicts", _score(card)),
        *[("", f"{bits:.3f} of {text}") for text, bits in _held_out(card)[:_MOST]],
        (
            "network",
            f"{network.get('cell', '?').upper()}, {network.get('units')} units, "
            f"{network.get('vocabulary'):,} pieces",
        ),
        ("training", _training(training)),
        ("speaks", "in turns, as in a chat" if card.style == "chat" else "by continuing what you write"),
        ("on disk", f"{human_size(entry.size)} in {entry.folder}"),
    ]
    if entry.versions > 1:
        rows.append(("versions", f"{entry.versions} (the one before can be brought back)"))
    return rows


def describe_versions(name: str, versions: Sequence[Version]) -> str:
    """Return in words which version of a model is in use, and which one going back would bring.

    The `versions` are in the order of `Library.versions`, the one in use first.
    """
    said = f"{name} is now the version {_version(versions[0])}."
    if len(versions) > 1:
        said += f" The version {_version(versions[1])} is kept beside it: going back again brings that one."
    return said


def _version(version: Version) -> str:
    """Return which version is meant by when it was trained, and how well it predicts."""
    if not version.created:
        return "that is damaged"
    bits = "" if version.bits_per_byte is None else f" ({version.bits_per_byte:.3f} bits per byte)"
    return f"of {version.created[:19].replace('T', ' ')}{bits}"


def human_size(size: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _held_out(card: Card) -> list[tuple[str, float]]:
    """Return the texts that a model was measured with, and its bits per byte on each."""
    return [(text, bits) for text, bits in card.scores.get("held_out", {}).items() if bits is not None]


def _peak(training: Mapping[str, Any]) -> str:
    """Return how much memory a training took, where its card says so."""
    return f", {training['memory_mb']:,} MB at most" if training.get("memory_mb") else ""


def _training(training: Mapping[str, Any]) -> str:
    if training.get("minutes") == 0:
        return "none: the notes are remembered, the network has not learned them"
    seconds = training.get("seconds_in_all", training.get("seconds", 0))
    return (
        f"{seconds / 60:.1f} minutes, {training.get('epochs', '?')} epochs, "
        f"{training.get('tokens_per_second', 0):,.0f} pieces a second" + _peak(training)
    )


def _score(card: Card) -> str:
    if card.bits_per_byte is None:
        return "not measured"
    return f"{card.bits_per_byte:.3f} bits per byte of text kept back from training"
