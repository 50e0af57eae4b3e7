"""The command `generate`: continue a text."""

from __future__ import annotations

import time
from typing import Any

import click

from rnnchat.cli.escaping import escape_for_terminal
from rnnchat.cli.options import sampling_options, sampling_with
from rnnchat.cli.output import print_json, print_text
from rnnchat.cli.shared import as_json, current_paths, model_option, open_library
from rnnchat.cli.streams import read_standard_input


@click.command(
    short_help="Continue a text.",
    epilog="""\b
Examples:
  rnnchat generate "The thing about" --tokens 50
  rnnchat generate - --model me --seed 7 < draft.md
""",
)
@click.argument("prompt", default="")
@model_option
@click.option(
    "--tokens", type=click.IntRange(1), default=200, show_default=True, help="The most tokens to generate."
)
@sampling_options
@as_json
def generate(prompt: str, model: str | None, tokens: int, as_json: bool, **given: float | None) -> None:
    """Continue PROMPT (- reads it from standard input) and print it as it grows.

    The settings, which Ctrl+G changes in the app, decide about options that are not given.
    """
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model
    from rnnchat.text.chat_format import text_context
    from rnnchat.text.notes.clean import sanitize

    settings = load_settings(current_paths())
    sampling = sampling_with(settings, given)
    text = sanitize(read_standard_input() if prompt == "-" else prompt)
    loaded = load_model(open_library(), model or settings.model)
    context = text_context(loaded.tokenizer, text)
    if not as_json:
        print_text(escape_for_terminal(text))
    started = time.perf_counter()
    generated: list[str] = []
    for chunk in loaded.generator.stream(context, sampling, tokens):
        generated.append(chunk.text)
        if not as_json:
            print_text(escape_for_terminal(chunk.text))
            continue
        line: dict[str, Any] = {"text": chunk.text, "probability": round(chunk.probability, 6)}
        if chunk.finish:
            speed = len(generated) / max(time.perf_counter() - started, 1e-9)
            line |= {"finish": chunk.finish, "tokens_per_second": round(speed, 1)}
            if loaded.attribution is not None:
                found = loaded.attribution.find("".join(generated))
                line["origins"] = [attribution.as_dict() for attribution in found]
        print_json(line)
    if not as_json:
        print_text("\n")
