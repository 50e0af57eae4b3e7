"""The saved models, and where things are kept."""

from __future__ import annotations

import json
import sys

import click

from rnnchat.cli.output import as_json, current_paths, open_library, print_json, say
from rnnchat.errors import RnnchatError


@click.group()
def models() -> None:
    """List, show, use, rename, copy, delete and check saved models."""


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
    for row in rows:
        bits = "    –" if row["bits_per_byte"] is None else f"{row['bits_per_byte']:5.2f}"
        mark = "*" if row["in_use"] else " "
        say(f"{mark} {row['name']:<24} {bits} bits/byte  {row['size'] / 1e6:6.1f} MB  {row['summary']}")


@models.command()
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show all that is known of the model NAME."""
    from rnnchat.library.describe import describe_card, describe_entry

    entry = open_library().find(name)
    if as_json:
        card = json.loads(entry.card.to_json()) if entry.card else None
        print_json({**describe_entry(entry), "problem": entry.problem, "card": card})
        return
    for label, value in describe_card(entry):
        say(f"{label:>16}  {value}")


@models.command()
@click.argument("name")
def use(name: str) -> None:
    """Let the model NAME speak from now on."""
    from rnnchat.library.settings import change_settings
    from rnnchat.writing.speaking import load_model

    entry = open_library().find(name)
    load_model(open_library(), entry.name)
    with change_settings(current_paths()) as settings:
        settings.model = entry.name
    say(f"{entry.name} speaks from now on.")


@models.command()
@click.argument("name")
@click.argument("new")
def rename(name: str, new: str) -> None:
    """Call the model NAME NEW."""
    from rnnchat.library.settings import change_settings

    old = open_library().find(name).name
    now = open_library().rename(name, new)
    with change_settings(current_paths()) as settings:
        settings.model = now if settings.model == old else settings.model
    say(f"{old} is now called {now}.")


@models.command()
@click.argument("name")
@click.argument("new")
def copy(name: str, new: str) -> None:
    """Copy the model NAME as NEW."""
    say(f"Copied as {open_library().copy(name, new)}.")


@models.command()
@click.argument("name")
@click.option("--forever", is_flag=True, help="Do not keep it in the bin for 30 days.")
def delete(name: str, forever: bool) -> None:
    """Delete the model NAME; `rnnchat models restore` brings it back within 30 days."""
    library = open_library()
    entry = library.find(name)
    token = library.delete(name)
    if forever:
        library.forget(token)
        say(f"Deleted {entry.name} for good.")
    else:
        say(f"Deleted {entry.name}. `rnnchat models restore {entry.name!r}` brings it back within 30 days.")


@models.command()
@click.argument("name")
def restore(name: str) -> None:
    """Bring the deleted model NAME back."""
    from rnnchat.library.settings import load_settings

    library = open_library()
    token = library.token_of(name)
    if token is None:
        names = ", ".join(t.split("-", 1)[1] for t in library.deleted()) or "the bin is empty"
        raise RnnchatError(f"No deleted model is called {name!r}.", f"To be restored: {names}.")
    before = load_settings(current_paths()).model
    now = library.restore(token)
    is_used = load_settings(current_paths()).model != before
    say(f"{now} is back{', and in use again' if is_used else ''}.")


@models.command()
@click.argument("name")
def rollback(name: str) -> None:
    """Make the version of NAME before the last training the one in use; a second time, the last again."""
    from rnnchat.library.describe import describe_versions

    library = open_library()
    library.roll_back(name)
    say(describe_versions(library.find(name).name, library.versions(name)))


@models.command()
@click.argument("name", required=False)
@as_json
def check(name: str | None, as_json: bool) -> None:
    """Check the files of the model NAME, or of all models, and let each write a little."""
    from rnnchat.writing.checking import check_model

    library = open_library()
    entries = [library.find(name)] if name else library.entries()
    found = [(entry.name, check_model(library, entry)) for entry in entries]
    if as_json:
        print_json({"models": [{"name": n, "problems": problems} for n, problems in found]})
    else:
        for model_name, problems in found:
            say(f"{model_name}: {'; '.join(problems) if problems else 'sound'}")
    if any(problems for _, problems in found):
        sys.exit(1)


@click.command()
@as_json
def where(as_json: bool) -> None:
    """Show the folders in use; removing them removes all that rnnchat keeps."""
    paths = current_paths()
    folders = {"data": str(paths.data), "config": str(paths.config), "state": str(paths.state)}
    if as_json:
        print_json(folders)
        return
    for label, folder in folders.items():
        say(f"{label:>6}  {folder}")
