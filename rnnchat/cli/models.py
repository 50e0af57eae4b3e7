"""The commands `models list`, `models use`, …: the saved models."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from rnnchat.cli.lazy_group import LazyGroup
from rnnchat.cli.output import print_json, print_line, print_result, print_text
from rnnchat.cli.shared import as_json, current_paths, open_library
from rnnchat.errors import RnnchatError


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List, show, use, rename, copy, delete and check saved models."""
    if context.invoked_subcommand is None:
        print_text(f"{context.get_help()}\n")


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """List the models on this machine."""
    from rnnchat.library.describe import describe_entry
    from rnnchat.library.settings import load_settings

    in_use = load_settings(current_paths()).model
    rows = [describe_entry(entry, in_use=entry.is_called(in_use)) for entry in open_library().entries()]
    if as_json:
        print_json({"models": rows})
        return
    _print_table(rows)


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Print a row for each model, with a star for the one in use."""
    cells = [("", "name", "bits/byte", "size", "learned from")]
    for row in rows:
        size = f"{row['size'] / 1e6:.1f} MB"
        cells.append(("*" * row["in_use"], row["name"], row["on_own_notes"], size, row["summary"]))
    names, bits, sizes = (max(len(cell[column]) for cell in cells) for column in (1, 2, 3))
    for star, name, bits_per_byte, size, summary in cells:
        columns = f"{star:1} {name:<{names}}  {bits_per_byte:<{bits}}  {size:>{sizes}}  "
        print_line(columns + summary, indent=len(columns))
    if any(row["on_own_notes"] != "–" for row in rows):
        print_line("  bits/byte: on notes that the model had not seen; fewer are better.")
    if any("→" in row["on_own_notes"] for row in rows):
        print_line("  A → B: A with the base model alone, B with this model.")


@models.command()
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show everything that is known about the model NAME."""
    from rnnchat.library.describe import describe_card, describe_entry

    entry = open_library().find(name)
    if as_json:
        card = json.loads(entry.card.to_json()) if entry.card else None
        print_json({**describe_entry(entry), "problem": entry.problem, "card": card})
        return
    for label, value in describe_card(entry):
        print_line(f"{label:>16}  {value}", indent=18)


@models.command()
@click.argument("name")
@as_json
def use(name: str, as_json: bool) -> None:
    """Use the model NAME from now on, for chats, drafts and commands."""
    from rnnchat.library.settings import change_settings
    from rnnchat.loading import load_model

    entry = open_library().find(name)
    load_model(open_library(), entry.name)
    with change_settings(current_paths()) as settings:
        settings.model = entry.name
    print_result(f"Now using {entry.name}.", as_json, model=entry.name, in_use=True)


@models.command()
@click.argument("name")
@click.argument("new")
@as_json
def rename(name: str, new: str, as_json: bool) -> None:
    """Rename the model NAME to NEW."""
    from rnnchat.library.settings import load_settings

    old = open_library().find(name).name
    now = open_library().rename(name, new)
    in_use = load_settings(current_paths()).model == now
    print_result(f"Renamed {old} to {now}.", as_json, model=now, renamed_from=old, in_use=in_use)


@models.command()
@click.argument("name")
@click.argument("new")
@as_json
def copy(name: str, new: str, as_json: bool) -> None:
    """Copy the model NAME as NEW."""
    library = open_library()
    entry = library.find(name)
    copied = library.copy(name, new)
    print_result(f"Copied {entry.name} to {copied}.", as_json, model=copied, copied_from=entry.name)


@models.command(short_help="Delete a model; `restore` undoes it for 30 days.")
@click.argument("name")
@click.option("--forever", is_flag=True, help="Delete it at once, so that it cannot be restored.")
@as_json
def delete(name: str, forever: bool, as_json: bool) -> None:
    """Delete the model NAME. Within 30 days, `rnnchat models restore` brings it back."""
    library = open_library()
    entry = library.find(name)
    token = library.delete(name)
    words = (
        f"Deleted {entry.name}. To restore it within 30 days, run `rnnchat models restore {entry.name!r}`."
    )
    if forever:
        library.remove_forever(token)
        words = f"Deleted {entry.name} permanently."
    print_result(words, as_json, model=entry.name, deleted=True, forever=forever)


@models.command()
@click.argument("name")
@as_json
def restore(name: str, as_json: bool) -> None:
    """Restore the deleted model NAME."""
    from rnnchat.library.settings import load_settings

    library = open_library()
    token = library.last_deletion(name)
    if token is None:
        names = ", ".join(deleted.split("-", 1)[1] for deleted in library.deletions())
        hint = f"These can be restored: {names}." if names else "No model can be restored."
        raise RnnchatError(f"No deleted model is called {name!r}.", hint)
    before = load_settings(current_paths()).model
    now = library.restore(token)
    is_used = load_settings(current_paths()).model != before
    words = f"Restored {now}{', which is in use again' if is_used else ''}."
    print_result(words, as_json, model=now, restored=True, in_use=is_used)


@models.command(short_help="Go back to the version before the last training.")
@click.argument("name")
@as_json
def rollback(name: str, as_json: bool) -> None:
    """Go back to the version of the model NAME before its last training; run it again to undo that."""
    from rnnchat.library.describe import describe_versions

    library = open_library()
    number = library.roll_back(name)
    found = library.find(name).name
    print_result(describe_versions(found, library.versions(name)), as_json, model=found, version=number)


@models.command(short_help="Check the files of one model, or of all.")
@click.argument("name", required=False)
@as_json
def check(name: str | None, as_json: bool) -> None:
    """Check the files of the model NAME, or of all models, and try to generate text with each."""
    from rnnchat.checking import check_model

    library = open_library()
    entries = [library.find(name)] if name else library.entries()
    found = [(entry.name, check_model(library, entry)) for entry in entries]
    if as_json:
        print_json({"models": [{"name": n, "problems": problems} for n, problems in found]})
    else:
        for model_name, problems in found:
            print_line(f"{model_name}: {'; '.join(problems) if problems else 'OK'}")
    if any(problems for _, problems in found):
        sys.exit(1)
