"""The commands `classify` and `classify train`: label texts, and learn to from examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.output import print_json, print_line, replace_progress
from rnnchat.cli.shared import PathArgument, as_json, open_library
from rnnchat.cli.streams import is_terminal, read_standard_input
from rnnchat.cli.text_or_command import TEXT_COMMAND, TextOrCommand
from rnnchat.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnnchat.library.models import SavedModel
    from rnnchat.tasks.classification.classifier import TextClassifier
    from rnnchat.tasks.classification.training import TrainedClassifier

_SHOWN_LABELS = 10
"""At most this many of the labels that are left out are named."""


@click.group(
    cls=TextOrCommand,
    usages=("TEXT|- [--model NAME] [--count COUNT] [--json]", "train FILE|FOLDER --name NAME"),
    short_help="Label texts, and learn labels from examples.",
    epilog="""\b
Examples:
  rnnchat classify train mail.csv --name mail     learn from a table with the columns text and label
  rnnchat classify "Where is my parcel?"          the likeliest labels
  rnnchat classify - --model mail --json < a.txt  from standard input, for programs
""",
)
def classify() -> None:
    """Print the likeliest labels of TEXT (- reads it from standard input).

    A classifier is learned from examples with `rnnchat classify train`. A text that seems to have none of its
    labels is called unsure.
    """


@classify.command(TEXT_COMMAND, hidden=True)
@click.argument("text")
@click.option("--model", default=None, metavar="NAME", help="The classifier.  [default: the only one]")
@click.option("-n", "--count", type=click.IntRange(1, 1000), default=3, help="The most labels to print.")
@as_json
def classify_text(text: str, model: str | None, count: int, as_json: bool) -> None:
    """Print the likeliest labels of TEXT (- reads it from standard input)."""
    from rnnchat.text.notes.clean import sanitize

    classifier = _load(model)
    text = sanitize(read_standard_input() if text == "-" else text)
    (prediction,) = classifier.predict([text], count)
    if as_json:
        print_json(prediction.as_dict())
        return
    for label in prediction.labels:
        print_line(f"{label.probability:6.1%}  {label.name}", indent=8)
    if prediction.is_unsure:
        print_line("Unsure: the text may have none of the labels.")


@classify.command("train", short_help="Learn labels from examples.")
@click.argument("examples", type=PathArgument(), metavar="FILE|FOLDER")
@click.option("--name", required=True, metavar="NAME", help="The name of the classifier.")
@click.option("--text-column", default=None, metavar="NAME", help="The column with the texts.")
@click.option("--label-column", default=None, metavar="NAME", help="The column with the labels.")
@as_json
def train(
    examples: Path, name: str, text_column: str | None, label_column: str | None, as_json: bool
) -> None:
    """Learn labels from FILE, a CSV or TSV table, or FOLDER, which has a subfolder for each label.

    The first line of a table names its columns. The classifier is saved as a model, and measured on examples
    that are kept back from it.
    """
    from rnnchat.library.describe import counted, describe_accuracy
    from rnnchat.library.shipped import BASE
    from rnnchat.loading import encoder_from_saved
    from rnnchat.tasks.base import CLASSIFY
    from rnnchat.tasks.classification.examples import read_examples
    from rnnchat.tasks.classification.training import LabelledTexts, train_classifier

    library = open_library()
    name = library.check_name(name, CLASSIFY)
    show, clear = progress_line("Learning", as_json)
    try:
        texts, labels = read_examples(examples, text_column, label_column)
        kept, left_out = LabelledTexts.of(texts, [[label] for label in labels]).without_rare_labels()
        base = library.load(BASE)
        trained = train_classifier(kept, encoder_from_saved(base), show)
    finally:
        clear()
    card, version = _publish(name, trained, kept.texts, examples, base)
    if as_json:
        print_json(
            {
                "model": card.name,
                "version": version,
                "labels": list(card.labels),
                "left_out": list(left_out),
                **card.scores,
            }
        )
        return
    print_left_out(left_out, "example")
    print_line(f"{card.name} knows {counted(len(card.labels), 'label')}: {describe_accuracy(card.scores)}.")
    print_line(f'Try it: `rnnchat classify "…" --model {card.name}`.')


def print_left_out(labels: Sequence[str], what: str) -> None:
    """Print which labels have too few examples to learn from; `what` is an example of one."""
    if labels:
        more = f" and {len(labels) - _SHOWN_LABELS:,} more" if len(labels) > _SHOWN_LABELS else ""
        print_line(f"Left out, with only one {what}: {', '.join(labels[:_SHOWN_LABELS])}{more}.")


def progress_line(
    what: str, as_json: bool, *, follow: bool = False
) -> tuple[Callable[[int, int], None], Callable[[], None]]:
    """Say on standard error that `what` begins; return two functions that show its progress, and remove it.

    Nothing is shown where standard error is no terminal. For programs that `follow` the progress, it is
    printed as JSON instead.
    """
    import sys

    is_followed = as_json and follow
    live = is_terminal(sys.stderr) and not is_followed
    if live:
        replace_progress(f"{what} …")  # the first step may take many seconds

    def show(done: int, total: int) -> None:
        if is_followed:
            print_json({"event": "progress", "done": done, "total": total})
        elif live:
            replace_progress(f"{what}: step {done} of {total}")

    def clear() -> None:
        if live:
            replace_progress("")

    return show, clear


def _load(model: str | None) -> TextClassifier:
    """Return the classifier called `model`, or the only one that there is."""
    from rnnchat.loading import load_classifier
    from rnnchat.tasks.base import CLASSIFY

    library = open_library()
    if model is None:
        entries = [entry for entry in library.entries() if entry.card and entry.card.task == CLASSIFY]
        if not entries:
            raise ModelError(
                "There is no classifier yet.", "Make one with `rnnchat classify train FILE --name NAME`."
            )
        if len(entries) > 1:
            names = ", ".join(entry.name for entry in entries)
            raise ModelError("There are several classifiers.", f"Name one with --model: {names}.")
        model = entries[0].name
    return load_classifier(library, model)


def _publish(
    name: str, trained: TrainedClassifier, texts: tuple[str, ...], path: Path, base: SavedModel
) -> tuple[Any, int]:
    """Save a classifier that was trained on `texts` from `path`; return its card and its version.

    Where the network of the `base` reads its texts, it is saved with it.
    """
    from datetime import datetime, timezone

    from rnnchat.library.card import CLASSIFIER, NETWORK, TOKENIZER, Card
    from rnnchat.library.models import to_safetensors
    from rnnchat.storage.display import display_path
    from rnnchat.tasks.base import card_section

    has_network = trained.classifier.encoder is not None
    learned_from = {"files": len(texts), "bytes": sum(len(text.encode()) for text in texts)}
    card = Card(
        name=name,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        network=base.card.network if has_network else {},
        files={},
        learned_from={**learned_from, "paths": [display_path(path)]},
        **card_section(trained.classifier.task, trained.metrics.as_dict()),
    )
    files = {CLASSIFIER: to_safetensors(trained.classifier.to_tensors())}
    if has_network:
        files |= {NETWORK: to_safetensors(dict(base.weights)), TOKENIZER: base.tokenizer}
    return open_library().publish_files(card, files)
