"""Speaking, and being measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rnnchat.cli.output import (
    as_json,
    current_paths,
    model_option,
    open_library,
    paths_argument,
    print_json,
    say,
)


@click.command()
@click.argument("prompt", default="")
@model_option
@click.option("--tokens", type=click.IntRange(1), default=200, show_default=True, help="The most pieces.")
@click.option("--temperature", type=float, default=None)
@click.option("--top-p", type=float, default=None)
@click.option("--top-k", type=click.IntRange(min=0), default=None)
@click.option("--min-p", type=float, default=None)
@click.option("--repetition", type=float, default=None, help="1 leaves repetitions as they come.")
@click.option("--seed", type=click.IntRange(min=0), default=None, help="The same seed gives the same text.")
@as_json
def generate(
    prompt: str,
    model: str | None,
    tokens: int,
    seed: int | None,
    as_json: bool,
    **chosen: float | None,
) -> None:
    """Continue PROMPT (- reads it from standard input), streaming."""
    from rnnchat.library.settings import load_settings
    from rnnchat.notes.clean import harmless
    from rnnchat.writing.generate import text_context
    from rnnchat.writing.sampling import Sampling
    from rnnchat.writing.speaking import load_model

    settings = load_settings(current_paths())
    names = ("temperature", "top_p", "top_k", "min_p", "repetition")
    values: dict[str, Any] = {name: getattr(settings, name) for name in names}
    values |= {name: value for name, value in chosen.items() if value is not None}
    sampling = Sampling(**values, seed=settings.seed if seed is None else seed)
    sampling.check()
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if prompt == "-" else prompt
    loaded = load_model(open_library(), model or settings.model)
    context = text_context(loaded.tokenizer, harmless(text))
    if not as_json:
        click.echo(harmless(text), nl=False)
    started = time.perf_counter()
    count, whole = 0, ""
    for chunk in loaded.speaker.stream(context, sampling, tokens):
        count += 1
        whole += chunk.text
        shown = harmless(chunk.text)
        if not as_json:
            click.echo(shown, nl=False)
            continue
        line: dict[str, Any] = {"text": chunk.text, "probability": round(chunk.probability, 6)}
        if chunk.finish:
            speed = count / max(time.perf_counter() - started, 1e-9)
            line |= {"finish": chunk.finish, "tokens_per_second": round(speed, 1)}
            if loaded.origins is not None:
                line["origins"] = [origin.as_dict() for origin in loaded.origins.find(whole)]
        print_json(line)
    if not as_json:
        click.echo()


@click.command()
@paths_argument
@model_option
@click.option(
    "--limit", type=click.IntRange(min=1), default=None, metavar="BYTES", help="Score only so much."
)
@as_json
def evaluate(paths: tuple[Path, ...], model: str | None, limit: int | None, as_json: bool) -> None:
    """Score a model on the texts in PATH..., which it should not have learned from."""
    if not paths:
        raise click.UsageError("Name the texts to score: files or folders")
    from rnnchat.library.settings import load_settings
    from rnnchat.notes.raw import read_raw
    from rnnchat.writing.evaluate import score
    from rnnchat.writing.speaking import load_model

    texts = read_raw(paths)
    name = model or load_settings(current_paths()).model
    loaded = load_model(open_library(), name)
    started = time.perf_counter()
    scores = {}
    for member, predictor, learn in loaded.members():
        shown = _progress(member) if sys.stderr.isatty() else None
        scores[member] = score(
            predictor, loaded.tokenizer, texts, limit=limit or 0, learn=learn, progress=shown
        )
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    result = scores.get("mixture", scores["network"])
    bits = {member: one.bits_per_byte for member, one in scores.items()}
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
                "seconds": round(seconds, 2),
            }
        )
        return
    say(f"{name} on {len(texts):,} texts, {result.bytes:,} bytes, {result.pieces:,} pieces:")
    for member, value in bits.items():
        say(f"  {member:<8} {value:.3f} bits per byte")
    say(f"The likeliest piece was the right one in {result.top1:.1%}.")
    if "adaptive" in bits:
        say("adaptive learns from each piece after it was scored; the others learn nothing from the texts.")


def _progress(member: str) -> Callable[[int], None]:
    def show(done: int) -> None:
        click.echo(f"\r{member}: {done:,} bytes scored", nl=False, err=True)

    return show
