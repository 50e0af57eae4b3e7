"""Speaking, and being measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.complete import is_ready
from rnnchat.cli.escaping import escape_for_terminal
from rnnchat.cli.options import SettingOption
from rnnchat.cli.output import print_error, print_json, print_line, print_progress, print_text
from rnnchat.cli.shared import as_json, current_paths, model_option, open_library, paths_argument
from rnnchat.cli.streams import is_terminal, read_standard_input

if TYPE_CHECKING:
    from rnnchat.loading import LoadedModel

__all__ = ["evaluate", "generate", "is_ready"]

WORTH_WARNING = 0.05
"""Where more of a text than this was learned, its figures say little about new text."""


@click.command(
    short_help="Go on with a text.",
    epilog="""\b
Examples:
  rnnchat generate "The thing about" --tokens 50
  rnnchat generate - --model me --seed 7 < draft.md
""",
)
@click.argument("prompt", default="")
@model_option
@click.option("--tokens", type=click.IntRange(1), default=200, show_default=True, help="The most pieces.")
@click.option(
    "--temperature",
    type=float,
    default=None,
    cls=SettingOption,
    range="0 to 5",
    help="How bold: below 1 favours likely pieces, 0 always takes the likeliest.",
)
@click.option(
    "--top-p",
    type=float,
    default=None,
    cls=SettingOption,
    range="0 to 1",
    help="Only the likeliest pieces that together are this likely.",
)
@click.option(
    "--top-k",
    type=click.IntRange(min=0),
    default=None,
    cls=SettingOption,
    range="0 to 1,000,000",
    help="Only so many of the likeliest pieces; 0 for all.",
)
@click.option(
    "--min-p",
    type=float,
    default=None,
    cls=SettingOption,
    range="0 to 1",
    help="Only pieces at least this share as likely as the likeliest.",
)
@click.option(
    "--repetition",
    type=float,
    default=None,
    cls=SettingOption,
    range="1 to 3",
    help="How much less likely a repetition becomes; 1 leaves it as it comes.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=None,
    cls=SettingOption,
    range="from 0",
    help="The same seed gives the same text; none gives another one each time.",
)
@as_json
def generate(
    prompt: str,
    model: str | None,
    tokens: int,
    seed: int | None,
    as_json: bool,
    **chosen: float | None,
) -> None:
    """Continue PROMPT (- reads it from standard input), streaming.

    What is not given is as in the settings, which the app changes with Ctrl+G.
    """
    from rnnchat.generation.generate import text_context
    from rnnchat.generation.sampling import Sampling
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model
    from rnnchat.text.notes.clean import sanitize

    settings = load_settings(current_paths())
    names = ("temperature", "top_p", "top_k", "min_p", "repetition")
    values: dict[str, Any] = {name: getattr(settings, name) for name in names}
    values |= {name: value for name, value in chosen.items() if value is not None}
    sampling = Sampling(**values, seed=settings.seed if seed is None else seed)
    sampling.check()
    text = sanitize(read_standard_input() if prompt == "-" else prompt)
    loaded = load_model(open_library(), model or settings.model)
    context = text_context(loaded.tokenizer, text)
    if not as_json:
        print_text(escape_for_terminal(text))
    started = time.perf_counter()
    count, whole = 0, ""
    for chunk in loaded.speaker.stream(context, sampling, tokens):
        count += 1
        whole += chunk.text
        if not as_json:
            print_text(escape_for_terminal(chunk.text))
            continue
        line: dict[str, Any] = {"text": chunk.text, "probability": round(chunk.probability, 6)}
        if chunk.finish:
            speed = count / max(time.perf_counter() - started, 1e-9)
            line |= {"finish": chunk.finish, "tokens_per_second": round(speed, 1)}
            if loaded.origins is not None:
                line["origins"] = [origin.as_dict() for origin in loaded.origins.find(whole)]
        print_json(line)
    if not as_json:
        print_text("\n")


@click.command(short_help="Score a model on texts that it has not learned.")
@paths_argument
@model_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=None, metavar="BYTES", help="Score only so much."
)
@click.option(
    "--typing", is_flag=True, help="Type the texts, too, and take what is suggested: how many keys are saved."
)
@as_json
def evaluate(
    paths: tuple[Path, ...], model: str | None, limit: int | None, typing: bool, as_json: bool
) -> None:
    """Score a model on the texts in PATH..., which it should not have learned from."""
    if not paths:
        raise click.UsageError("Name the texts to score: files or folders")
    from rnnchat.evaluation.scoring import limited, score
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model
    from rnnchat.text.notes.raw import read_raw

    texts = read_raw(paths)
    name = model or load_settings(current_paths()).model
    loaded = load_model(open_library(), name)
    seen = None
    if loaded.memory is not None:
        from rnnchat.evaluation.seen import seen_share

        seen = seen_share(loaded.memory.pieces, loaded.tokenizer, limited(texts, limit or 0))
    if seen is not None and seen >= WORTH_WARNING:
        print_error(
            f"{seen:.0%} of this text is in the notes that {name} learned:"
            " the figures say nothing about new text.",
            "Score it on texts that it has not learned.",
        )
    started = time.perf_counter()
    scores = {}
    for member, predictor, learn in loaded.members():
        shown = _progress(member) if is_terminal(sys.stderr) else None
        scores[member] = score(
            predictor, loaded.tokenizer, texts, limit=limit or 0, learn=learn, progress=shown
        )
    if is_terminal(sys.stderr):
        print_progress("\r\x1b[K")
    result = scores.get("mixture", scores["network"])
    bits = {member: one.bits_per_byte for member, one in scores.items()}
    typed = _type(loaded, texts, limit or 0) if typing else {}
    seconds = time.perf_counter() - started
    if as_json:
        print_json(
            {
                "model": name,
                "files": len(texts),
                "bytes": result.bytes,
                "pieces": result.pieces,
                "bits_per_byte": {member: round(value, 4) for member, value in bits.items()},
                "top1": round(result.top1, 4),
                "seen": None if seen is None else round(seen, 4),
                "seconds": round(seconds, 2),
                **typed,
            }
        )
        return
    print_line(f"{name} on {len(texts):,} texts, {result.bytes:,} bytes, {result.pieces:,} pieces:")
    for member, value in bits.items():
        print_line(f"  {member:<8} {value:.3f} bits per byte")
    if result.pieces:
        print_line(f"The likeliest piece was the right one in {result.top1:.1%}.")
    if typed:
        saved, intervals = typed["keystrokes_saved"], typed["intervals"]
        for way, words in (
            ("menu", "six suggestions in a menu"),
            ("ghost", "one suggestion after the cursor"),
        ):
            low, high = intervals[way]
            print_line(f"With {words}, {saved[way]:.1%} of the keys are saved ({low:.1%} to {high:.1%}).")
        print_line(
            f"The next word was the first guess in {typed['top1']:.1%}, among the first three in"
            f" {typed['top3']:.1%}. A key took {typed['p50_ms']:.1f} ms, 95 of 100 at most"
            f" {typed['p95_ms']:.1f}; then it learned and read ahead for {typed['rest_ms']:.1f} ms."
        )
    if "adaptive" in bits:
        print_line(
            "adaptive learns from each piece after it was scored; the others learn nothing from the texts."
        )


def _type(loaded: LoadedModel, texts: list[str], limit: int) -> dict[str, Any]:
    """Return what a simulated writer saves who types `texts`, up to `limit` characters if there is one."""
    from rnnchat.evaluation.keystrokes import guess_words, type_texts

    whole = sum(map(len, texts))
    left = min(limit or whole, whole)
    chosen = []
    for text in texts:
        chosen.append(text[:left])
        left -= len(chosen[-1])
        if not left:
            break
    menu = type_texts(chosen, loaded.completer(), inline=False)
    ghost = type_texts(chosen, loaded.completer(), inline=True)
    guesses = guess_words(chosen, loaded.completer())
    return {
        "keystrokes_saved": {"menu": round(menu.saved, 4), "ghost": round(ghost.saved, 4)},
        "intervals": {
            way: [round(bound, 4) for bound in typing.interval()]
            for way, typing in (("menu", menu), ("ghost", ghost))
        },
        "top1": round(guesses.first / max(1, guesses.words), 4),
        "top3": round(guesses.among_three / max(1, guesses.words), 4),
        "p50_ms": round(menu.slowest(0.5), 2),
        "p95_ms": round(menu.slowest(0.95), 2),
        "rest_ms": round(sum(menu.resting) / max(1, len(menu.resting)), 2),
    }


def _progress(member: str) -> Callable[[int], None]:
    def show(done: int) -> None:
        print_progress(f"\r{member}: {done:,} bytes scored")

    return show
