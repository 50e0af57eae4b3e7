"""The saved models, and where things are kept."""

from __future__ import annotations

import json
import sys

import click

from rnnchat.cli.groups import SuggestingGroup
from rnnchat.cli.output import as_json, current_paths, open_library, print_json, say, tell, write
from rnnchat.errors import RnnchatError


@click.group(cls=SuggestingGroup, invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List, show, use, rename, copy, delete and check saved models."""
    if context.invoked_subcommand is None:
        write(f"{context.get_help()}\n")


@models.command("list")
@as_json
def list_models(as_json: bool) -> None:
    """List the models on this machine."""
    from rnnchat.library.describe import describe_entry
    from rnnchat.library.settings import load_settings

    in_use = load_settings(current_paths()).model
    rows = [describe_entry(entry, in_use=entry.name == in_use) for entry in open_library().entries()]
    if as_json:
        print_json({"models": rows})
        return
    say(f"  {'name':<24} {'bits/byte of own notes':<22}  {'size':>9}  learned from")
    for row in rows:
        mark = "*" if row["in_use"] else " "
        size = f"{row['size'] / 1e6:.1f} MB"
        say(f"{mark} {row['name']:<24} {row['on_own_notes']:<22}  {size:>9}  {row['summary']}")
    if any("→" in row["on_own_notes"] for row in rows):
        say("  → from the base alone to the model, on notes it had not seen: fewer bits predict better.")


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
@as_json
def use(name: str, as_json: bool) -> None:
    """Let the model NAME speak from now on."""
    from rnnchat.library.settings import change_settings

    entry = open_library().find(name)
    open_library().load(name)
    with change_settings(current_paths()) as settings:
        settings.model = entry.name
    tell(f"{entry.name} speaks from now on.", as_json, model=entry.name, in_use=True)


@models.command()
@click.argument("name")
@click.argument("new")
@as_json
def rename(name: str, new: str, as_json: bool) -> None:
    """Call the model NAME NEW."""
    from rnnchat.library.settings import change_settings

    old = open_library().find(name).name
    now = open_library().rename(name, new)
    with change_settings(current_paths()) as settings:
        settings.model = now if settings.model == old else settings.model
    in_use = settings.model == now
    tell(f"{old} is now called {now}.", as_json, model=now, renamed_from=old, in_use=in_use)


@models.command()
@click.argument("name")
@click.argument("new")
@as_json
def copy(name: str, new: str, as_json: bool) -> None:
    """Copy the model NAME as NEW."""
    library = open_library()
    entry = library.find(name)
    copied = library.copy(name, new)
    tell(f"Copied as {copied}.", as_json, model=copied, copied_from=entry.name)


@models.command(short_help="Delete a model; `restore` brings it back.")
@click.argument("name")
@click.option("--forever", is_flag=True, help="Do not keep it in the bin for 30 days.")
@as_json
def delete(name: str, forever: bool, as_json: bool) -> None:
    """Delete the model NAME; `rnnchat models restore` brings it back within 30 days."""
    library = open_library()
    entry = library.find(name)
    token = library.delete(name)
    words = f"Deleted {entry.name}. `rnnchat models restore {entry.name!r}` brings it back within 30 days."
    if forever:
        library.forget(token)
        words = f"Deleted {entry.name} for good."
    tell(words, as_json, model=entry.name, deleted=True, forever=forever)


@models.command()
@click.argument("name")
@as_json
def restore(name: str, as_json: bool) -> None:
    """Bring the deleted model NAME back."""
    library = open_library()
    token = next((t for t in library.deleted() if t.split("-", 1)[1].casefold() == name.casefold()), None)
    if token is None:
        names = ", ".join(t.split("-", 1)[1] for t in library.deleted()) or "the bin is empty"
        raise RnnchatError(f"No deleted model is called {name!r}.", f"To be restored: {names}.")
    restored = library.restore(token)
    tell(f"{restored} is back.", as_json, model=restored, restored=True)


@models.command(short_help="Go back to the version before the last training.")
@click.argument("name")
@as_json
def rollback(name: str, as_json: bool) -> None:
    """Make the version of NAME before the last training the one in use."""
    number = open_library().roll_back(name)
    words = f"{name} is back to the version before, saved as version {number}."
    tell(words, as_json, model=name, version=number)


@models.command(short_help="Check every file of one model, or of all.")
@click.argument("name", required=False)
@as_json
def check(name: str | None, as_json: bool) -> None:
    """Check every file of the model NAME, or of all models, against its card."""
    library = open_library()
    entries = [library.find(name)] if name else library.entries()
    found = {entry.name: library.check(entry.name) for entry in entries}
    if as_json:
        print_json({"models": [{"name": n, "problems": problems} for n, problems in found.items()]})
    else:
        for model_name, problems in found.items():
            say(f"{model_name}: {'; '.join(problems) if problems else 'sound'}")
    if any(found.values()):
        sys.exit(1)


@click.command(short_help="Show the folders in use.")
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
