"""Speaking, and being measured."""

from __future__ import annotations

import json
import os
import select
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from rnnchat.writing.complete import Completer
    from rnnchat.writing.speaking import SpeakingModel


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
                "seconds": round(seconds, 2),
                **typed,
            }
        )
        return
    say(f"{name} on {len(texts):,} texts, {result.bytes:,} bytes, {result.pieces:,} pieces:")
    for member, value in bits.items():
        say(f"  {member:<8} {value:.3f} bits per byte")
    say(f"The likeliest piece was the right one in {result.top1:.1%}.")
    if typed:
        saved, intervals = typed["keystrokes_saved"], typed["intervals"]
        for way, words in (
            ("menu", "six suggestions in a menu"),
            ("ghost", "one suggestion after the cursor"),
        ):
            low, high = intervals[way]
            say(f"With {words}, {saved[way]:.1%} of the keys are saved ({low:.1%} to {high:.1%}).")
        say(
            f"The next word was the first guess in {typed['top1']:.1%}, among the first three in"
            f" {typed['top3']:.1%}. A key took {typed['p50_ms']:.1f} ms, 95 of 100 at most"
            f" {typed['p95_ms']:.1f}; then it learned and read ahead for {typed['rest_ms']:.1f} ms."
        )
    if "adaptive" in bits:
        say("adaptive learns from each piece after it was scored; the others learn nothing from the texts.")


def _type(loaded: SpeakingModel, texts: list[str], limit: int) -> dict[str, Any]:
    """Return what a simulated writer saves who types `texts`, up to `limit` characters if there is one."""
    from rnnchat.writing.typist import guess_words, type_texts

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


@click.command()
@model_option
@click.option("-n", "count", type=click.IntRange(1, 50), default=6, show_default=True, help="The most.")
@click.option(
    "--lines",
    is_flag=True,
    help='Stay, and answer a line of JSON such as {"before": "text"} with one, until the input ends.',
)
@as_json
def complete(model: str | None, count: int, lines: bool, as_json: bool) -> None:
    """Suggest how the draft on standard input goes on at its end."""
    from rnnchat.library.settings import load_settings
    from rnnchat.writing.speaking import load_model

    if sys.stdin.isatty() and not lines:
        raise click.UsageError("Give the draft on standard input: `rnnchat complete < draft.md`")
    loaded = load_model(open_library(), model or load_settings(current_paths()).model)
    completer = loaded.completer()
    completer.prepare()
    if lines:
        _answer_lines(completer, count)
        return
    draft = sys.stdin.buffer.read().decode("utf-8", "replace")
    answer = _suggest(completer, draft, count)
    if as_json:
        print_json(answer)
        return
    for suggestion in answer["suggestions"]:
        say(f"{suggestion['probability']:7.1%}  {suggestion['text']}")
    if not answer["suggestions"]:
        say("Nothing comes to mind.")


def _suggest(completer: Completer, before: str, count: int) -> dict[str, Any]:
    started = time.perf_counter()
    found = completer.suggest(before, count)
    milliseconds = 1000 * (time.perf_counter() - started)
    return {"suggestions": [one.as_dict() for one in found], "milliseconds": round(milliseconds, 2)}


def _answer_lines(completer: Completer, count: int) -> None:
    """Answer each line of standard input: a draft before the cursor, or what was dismissed there.

    What was `passed` was suggested for the line before.
    """
    last = ""
    for line in sys.stdin.buffer:
        try:
            asked = json.loads(line)
            before = asked["before"]
            dismissed, passed = asked.get("dismiss", ""), asked.get("passed", [])
            if not (isinstance(before, str) and isinstance(dismissed, str) and isinstance(passed, list)):
                raise TypeError
            if not all(isinstance(text, str) for text in passed):
                raise TypeError
        except (ValueError, TypeError, KeyError, AttributeError):
            print_json(
                {
                    "error": "That is not a question that can be answered.",
                    "hint": 'Send a line such as {"before": "The text so far"}.',
                }
            )
            continue
        before = before.encode("utf-8", "replace").decode("utf-8")  # halves of surrogates are no text
        if asked.get("new") is True:
            completer.begin()
        if dismissed:
            completer.dismiss(before, dismissed)
        completer.pass_over(last, passed)
        last = before
        print_json(_suggest(completer, before, count))
        completer.rest(lambda: is_ready(sys.stdin))


def is_ready(stream: IO[str]) -> bool:
    """Tell whether somebody has written to a pipe or a terminal what nobody has read; of a file, never."""
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return False
    return bool(select.select([stream], [], [], 0)[0])


def _progress(member: str) -> Callable[[int], None]:
    def show(done: int) -> None:
        click.echo(f"\r{member}: {done:,} bytes scored", nl=False, err=True)

    return show
