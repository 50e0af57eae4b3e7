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
    rows = [describe_entry(entry, in_use=entry.is_called(in_use)) for entry in open_library().entries()]
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
    """Use the model NAME for chatting and writing."""
    from rnnchat.library.settings import change_settings
    from rnnchat.loading import load_model

    entry = open_library().find(name)
    load_model(open_library(), entry.name)
    with change_settings(current_paths()) as settings:
        settings.model = entry.name
    tell(f"Now using {entry.name}.", as_json, model=entry.name, in_use=True)


@models.command()
@click.argument("name")
@click.argument("new")
@as_json
def rename(name: str, new: str, as_json: bool) -> None:
    """Call the model NAME NEW."""
    from rnnchat.library.settings import load_settings

    old = open_library().find(name).name
    now = open_library().rename(name, new)
    in_use = load_settings(current_paths()).model == now
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
        library.remove_forever(token)
        words = f"Deleted {entry.name} for good."
    tell(words, as_json, model=entry.name, deleted=True, forever=forever)


@models.command()
@click.argument("name")
@as_json
def restore(name: str, as_json: bool) -> None:
    """Bring the deleted model NAME back."""
    from rnnchat.library.settings import load_settings

    library = open_library()
    token = library.last_deletion(name)
    if token is None:
        names = ", ".join(t.split("-", 1)[1] for t in library.deletions()) or "the bin is empty"
        raise RnnchatError(f"No deleted model is called {name!r}.", f"To be restored: {names}.")
    before = load_settings(current_paths()).model
    now = library.restore(token)
    is_used = load_settings(current_paths()).model != before
    words = f"{now} is back{', and in use again' if is_used else ''}."
    tell(words, as_json, model=now, restored=True, in_use=is_used)


@models.command(short_help="Go back to the version before the last training.")
@click.argument("name")
@as_json
def rollback(name: str, as_json: bool) -> None:
    """Make the version of NAME before the last training the one in use; a second time, the last again."""
    from rnnchat.library.describe import describe_versions

    library = open_library()
    number = library.roll_back(name)
    found = library.find(name).name
    tell(describe_versions(found, library.versions(name)), as_json, model=found, version=number)


@models.command(short_help="Check every file of one model, or of all.")
@click.argument("name", required=False)
@as_json
def check(name: str | None, as_json: bool) -> None:
    """Check the files of the model NAME, or of all models, and let each write a little."""
    from rnnchat.checking import check_model

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
