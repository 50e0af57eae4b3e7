"""The command `where`: the folders in use."""

from __future__ import annotations

import click

from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import as_json, current_paths


@click.command(short_help="Show the folders in use.")
@as_json
def where(as_json: bool) -> None:
    """Show the folders in use. To remove everything that rnnchat has saved, delete them."""
    paths = current_paths()
    folders = {"data": str(paths.data), "config": str(paths.config), "state": str(paths.state)}
    if as_json:
        print_json(folders)
        return
    for label, folder in folders.items():
        print_line(f"{label:>6} ", path=folder)
