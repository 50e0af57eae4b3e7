"""The command `evaluate`: score a model on texts that it has not learned."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.output import print_error, print_json, print_line, print_progress
from rnnchat.cli.shared import (
    NumberRange,
    as_json,
    current_paths,
    model_option,
    open_library,
    paths_argument,
)
from rnnchat.cli.streams import is_terminal

if TYPE_CHECKING:
    from rnnchat.evaluation.scoring import Score
    from rnnchat.loading import LoadedModel

OVERLAP_WARNING = 0.05
"""Where more than this share of a text was learned, its figures say little about new text."""


@click.command(short_help="Score a model on texts that it has not learned.")
@paths_argument
@model_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=None,
    metavar="BYTES",
    help="The most bytes to score; else all.",
)
@click.option(
    "--typing",
    is_flag=True,
    help="Also count the keystrokes that suggestions save a simulated writer of the texts.",
)
@click.option(
    "--threshold",
    type=NumberRange(0, 1),
    default=None,
    metavar="P",
    help="With --typing: how likely the suggestion after the cursor must be to be right.",
)
@as_json
def evaluate(
    paths: tuple[Path, ...],
    model: str | None,
    limit: int | None,
    typing: bool,
    threshold: float | None,
    as_json: bool,
) -> None:
    """Score a model on the texts in PATH..., which it should not have learned."""
    if not paths:
        raise click.UsageError("Name the texts to score: files or folders")
    if threshold is not None and not typing:
        raise click.UsageError("--threshold is for --typing.")
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model
    from rnnchat.text.notes.raw import read_raw

    texts = read_raw(paths)
    name = model or load_settings(current_paths()).model
    loaded = load_model(open_library(), name)
    overlap = _overlap(loaded, texts, limit or 0)
    if overlap is not None and overlap >= OVERLAP_WARNING:
        print_error(
            f"{overlap:.0%} of this text is in the notes that {name} learned,"
            " so the figures say nothing about new text.",
            "Use texts that it has not learned.",
        )
    started = time.perf_counter()
    scores = _scores(loaded, texts, limit or 0)
    typed = _keystrokes(loaded, texts, limit or 0, threshold) if typing else {}
    if as_json:
        result = _main_score(scores)
        print_json(
            {
                "model": name,
                "files": len(texts),
                "bytes": result.bytes,
                "pieces": result.pieces,
                "bits_per_byte": {member: round(one.bits_per_byte, 4) for member, one in scores.items()},
                "top1": round(result.top1, 4),
                "seen": None if overlap is None else round(overlap, 4),
                "seconds": round(time.perf_counter() - started, 2),
                **typed,
            }
        )
        return
    _print_scores(name, len(texts), scores)
    if typed:
        _print_keystrokes(typed)
    if "adaptive" in scores:
        print_line(
            "adaptive learns from each token after it was scored; the others learn nothing from the texts."
        )


def _overlap(loaded: LoadedModel, texts: Sequence[str], limit: int) -> float | None:
    """Return the share of the texts that the model's notes have; None where it keeps no notes."""
    if loaded.memory is None:
        return None
    from rnnchat.evaluation.overlap import overlap_share
    from rnnchat.evaluation.scoring import limit_texts

    return overlap_share(loaded.memory.pieces, loaded.tokenizer, limit_texts(texts, limit))


def _scores(loaded: LoadedModel, texts: Sequence[str], limit: int) -> dict[str, Score]:
    """Return the score of each member of the model, and show the progress in a terminal."""
    from rnnchat.evaluation.scoring import score

    scores = {}
    for member in loaded.members():
        progress = _progress(member.name) if is_terminal(sys.stderr) else None
        scores[member.name] = score(
            member.predictor, loaded.tokenizer, texts, limit=limit, learn=member.learn, progress=progress
        )
    if is_terminal(sys.stderr):
        print_progress("\r\x1b[K")
    return scores


def _main_score(scores: Mapping[str, Score]) -> Score:
    """Return the score of the predictor that generates text."""
    return scores.get("mixture", scores["network"])


def _keystrokes(
    loaded: LoadedModel, texts: Sequence[str], limit: int, threshold: float | None
) -> dict[str, Any]:
    """Return what a simulated writer of `texts` saves, up to `limit` characters; 0 is no limit.

    `threshold` is that of the suggestion after the cursor; None stands for the one that ships.
    """
    from rnnchat.completion.inline_gate import THRESHOLD
    from rnnchat.evaluation.keystrokes import predict_words, type_texts

    threshold = THRESHOLD if threshold is None else threshold
    total = sum(map(len, texts))
    left = min(limit or total, total)
    chosen = []
    for text in texts:
        chosen.append(text[:left])
        left -= len(chosen[-1])
        if not left:
            break
    menu = type_texts(chosen, loaded.completer(), inline=False)
    ghost = type_texts(chosen, loaded.completer(), inline=True, threshold=threshold)
    words = predict_words(chosen, loaded.completer())
    idle = menu.idle_milliseconds
    return {
        "keystrokes_saved": {"menu": round(menu.saved, 4), "ghost": round(ghost.saved, 4)},
        "intervals": {
            way: [round(bound, 4) for bound in count.interval()]
            for way, count in (("menu", menu), ("ghost", ghost))
        },
        "top1": round(words.first / max(1, words.words), 4),
        "top3": round(words.among_three / max(1, words.words), 4),
        "p50_ms": round(menu.percentile(0.5), 2),
        "p95_ms": round(menu.percentile(0.95), 2),
        "rest_ms": round(sum(idle) / max(1, len(idle)), 2),
        "ghost": {
            "threshold": threshold,
            "shown": round(ghost.shown.share, 4),
            "precision": {part: round(share, 4) for part, share in ghost.shown.precision.items()},
            "wrong": round(ghost.shown.wrong, 4),
            "p50_ms": round(ghost.percentile(0.5), 2),
            "p95_ms": round(ghost.percentile(0.95), 2),
        },
        "seconds_saved": {
            "menu": round(menu.time.saved, 1),
            "ghost": round(ghost.time.saved, 1),
            "of": round(ghost.time.unaided, 1),
        },
    }


def _print_scores(name: str, count: int, scores: Mapping[str, Score]) -> None:
    """Print the bits per byte of each member on `count` texts."""
    from rnnchat.library.describe import counted

    result = _main_score(scores)
    sizes = ((count, "text"), (result.bytes, "byte"), (result.pieces, "token"))
    print_line(f"{name} on {', '.join(counted(number, what) for number, what in sizes)}:")
    for member, one in scores.items():
        print_line(f"  {member:<8} {one.bits_per_byte:.3f} bits per byte")
    if result.pieces:
        print_line(f"The likeliest token was right in {result.top1:.1%}.")


def _print_keystrokes(typed: Mapping[str, Any]) -> None:
    """Print what `_keystrokes` returned."""
    for way, words in (("menu", "six suggestions in a menu"), ("ghost", "one suggestion after the cursor")):
        saved, (low, high) = typed["keystrokes_saved"][way], typed["intervals"][way]
        print_line(f"With {words}, {saved:.1%} of the keys are saved ({low:.1%} to {high:.1%}).")
    ghost, seconds = typed["ghost"], typed["seconds_saved"]
    print_line(
        f"The suggestion after the cursor was shown at {ghost['shown']:.1%} of the keys. It was right as a"
        f" whole in {ghost['precision']['whole']:.1%} of these, and in its first word at least in"
        f" {ghost['precision']['first_word']:.1%}. It was wrong at {ghost['wrong']:.1%} of all keys."
    )
    print_line(
        f"Of {seconds['of']:,.0f} seconds of typing, a writer saves about {seconds['menu']:,.0f} with the"
        f" menu, and {seconds['ghost']:,.0f} with the one suggestion."
    )
    print_line(
        f"The next word was the first suggestion in {typed['top1']:.1%}, one of the first three in"
        f" {typed['top3']:.1%}. A key took {typed['p50_ms']:.1f} ms, 95 of 100 at most"
        f" {typed['p95_ms']:.1f}; learning and reading ahead after it took {typed['rest_ms']:.1f} ms."
    )


def _progress(member: str) -> Callable[[int], None]:
    """Return what shows how many bytes of the texts a member has scored."""

    def show(done: int) -> None:
        print_progress(f"\r{member}: {done:,} bytes scored")

    return show
