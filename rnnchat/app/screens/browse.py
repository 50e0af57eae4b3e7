"""A tree of folders, to choose a file or a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from rich.text import Text, TextType
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DirectoryTree, Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.storage.display import display_path


class NotesTree(DirectoryTree):
    """A tree without hidden files and folders, in which each name is shown whole and in one line."""

    def process_label(self, label: TextType) -> Text:
        """Return a name with control characters and bytes that are not UTF-8 escaped."""
        return Text(display_path(label)) if isinstance(label, str) else super().process_label(label)

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Return the paths that are not hidden."""
        return [path for path in paths if not path.name.startswith(".")]


class BrowseScreen(Dialog[Path | None]):
    """Gives back the file or folder that was chosen, or None."""

    BINDINGS: ClassVar = [
        Binding("ctrl+t", "choose", "Choose", id="browse.choose"),
        Binding("space", "choose", "Choose", show=False, priority=True, id="browse.choose-space"),
        Binding("backspace", "up", "Parent folder", id="browse.up"),
        Binding("escape", "cancel", "Cancel", id="browse.cancel"),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        with Vertical(id="dialog", classes="wide tall"):
            yield Static("Choose a file or folder", classes="title", markup=False)
            yield Static(
                "Enter opens a folder · Space chooses what is highlighted", classes="hint", markup=False
            )
            yield NotesTree(self._folder)
        yield KeyFooter()

    @on(DirectoryTree.FileSelected)
    def file_selected(self, event: DirectoryTree.FileSelected) -> None:
        """Choose a file on Enter; the root counts as a file where it is no folder, or gone."""
        if not event.node.is_root:
            self.dismiss(event.path)

    def action_choose(self) -> None:
        """Choose what is highlighted."""
        node = self.query_one(NotesTree).cursor_node
        self.dismiss(node.data.path if node is not None and node.data is not None else None)

    def action_up(self) -> None:
        """Show the parent folder."""
        tree = self.query_one(NotesTree)
        tree.path = Path(tree.path).absolute().parent

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
