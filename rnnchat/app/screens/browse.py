"""A tree of folders to choose notes from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DirectoryTree, Footer, Static

from rnnchat.app.screens.app_screen import Dialog


class NotesTree(DirectoryTree):
    """A tree without what is hidden."""

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Leave hidden files and folders out."""
        return [path for path in paths if not path.name.startswith(".")]


class BrowseScreen(Dialog[Path | None]):
    """Gives back the file or folder that was chosen."""

    BINDINGS: ClassVar = [
        Binding("ctrl+t", "take", "Take this", id="browse.take"),
        Binding("space", "take", "Take this", show=False, priority=True, id="browse.take-space"),
        Binding("backspace", "up", "Folder above", id="browse.up"),
        Binding("escape", "give_up", "Back", id="browse.back"),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Lay the tree out."""
        with Vertical(id="dialog", classes="wide tall"):
            yield Static("Choose a file or folder of notes", classes="title", markup=False)
            yield Static(
                "Enter opens a folder · Space takes what is highlighted", classes="hint", markup=False
            )
            yield NotesTree(self._folder)
        yield Footer(compact=True, show_command_palette=False)

    @on(DirectoryTree.FileSelected)
    def file(self, event: DirectoryTree.FileSelected) -> None:
        """Take a file that was opened; the root is one where it is no folder, or is gone."""
        if not event.node.is_root:
            self.dismiss(event.path)

    def action_take(self) -> None:
        """Take what the cursor is on."""
        node = self.query_one(NotesTree).cursor_node
        self.dismiss(node.data.path if node is not None and node.data is not None else None)

    def action_up(self) -> None:
        """Show the folder above."""
        tree = self.query_one(NotesTree)
        tree.path = Path(tree.path).absolute().parent

    def action_give_up(self) -> None:
        """Take nothing."""
        self.dismiss(None)
