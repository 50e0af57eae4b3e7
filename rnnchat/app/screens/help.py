"""All keys, and how rnnchat works, on one page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from rnnchat.app.screens.app_screen import Dialog

SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("F2 F3 F4 F5", "Chat, Train, Models, Draft"),
            ("Ctrl+P", "all commands, by name"),
            ("Tab", "go on to the next thing"),
            ("Ctrl+Q", "leave"),
        ),
    ),
    (
        "Chat",
        (
            ("Enter", "send"),
            ("Ctrl+J", "new line (also Shift+Enter, where the terminal tells it)"),
            ("Esc", "stop a reply and keep what has come"),
            ("Ctrl+R", "another reply in the place of the last"),
            ("Ctrl+N", "new chat; the old one is kept"),
            ("Ctrl+O", "earlier chats: search, open, delete"),
            ("Ctrl+G", "how bold and how long replies are"),
            ("PgUp PgDn", "scroll"),
            ("F7", "more of the turns before those that are shown"),
            ("F6", "copy the last reply"),
            ("F8", "what of the last reply stands in your notes, and where"),
        ),
    ),
    (
        "Draft",
        (
            ("Tab", "take what is suggested (also → at the end of a line)"),
            ("Ctrl+→", "take one word of it"),
            ("Esc", "refuse it; it is not suggested there again"),
            ("Alt+1 … 6", "take another way to go on, from the line below"),
            ("Ctrl+Space", "choose among these with ← → and Enter (also Alt+A)"),
            ("Ctrl+S  F12", "save to its file, save as"),
            ("Ctrl+O", "other drafts, and files"),
            ("Ctrl+N", "another draft; this one is kept"),
            ("Ctrl+Z ^Y", "undo, redo"),
            ("Ctrl+F", "find and replace"),
            ("Ctrl+G", "how sure rnnchat must be to suggest something"),
        ),
    ),
    (
        "Train",
        (
            ("Enter", "in the path field: add it to what is learned"),
            ("Ctrl+O", "choose in a tree of folders"),
            ("Ctrl+T", "start"),
            ("Ctrl+E", "pause, and go on"),
            ("Ctrl+F", "finish now and keep what was learned"),
            ("Ctrl+N", "train another"),
            ("Ctrl+G", "chat with what was trained"),
            ("F9", "compare what every family of models makes of these notes"),
        ),
    ),
    (
        "Models",
        (
            ("Enter", "let this model speak"),
            ("R C", "rename, copy"),
            ("D  U", "delete, and undo that (also Del)"),
            ("B", "back to the version before the last training"),
        ),
    ),
    (
        "Lists, trees and dialogs",
        (
            ("Esc", "back, with all as it was"),
            ("↓", "from the search to the list"),
            ("Del  Ctrl+D", "delete what is highlighted in a list"),
            ("Space", "take what is highlighted in a tree (also Ctrl+T)"),
            ("Backspace", "the folder above, in a tree"),
            ("R", "set all dials back"),
        ),
    ),
)
ABOUT = (
    "rnnchat learns a small recurrent network from your notes, on this computer. It never opens a "
    "network connection. `rnnchat where` prints the folders it keeps things in; `rnnchat --help` "
    "shows what it does without the app."
)


class HelpScreen(Dialog[None]):
    """The help page."""

    BINDINGS: ClassVar = [Binding("escape,f1,q", "dismiss", "Back", id="help.back", key_display="esc")]

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(id="dialog", classes="wide tall"):
            yield Static("Help", classes="title", markup=False)
            yield Static(page(), markup=False)
            yield Static(ABOUT, classes="about", markup=False)
        yield Footer(compact=True, show_command_palette=False)


def page() -> Content:
    """Return all keys and what they do."""
    lines: list[Content] = []
    for title, keys in SECTIONS:
        lines += [Content(""), Content.styled(title, "bold $primary")]
        lines += [Content.assemble((f"  {key:<12}", "$accent"), does) for key, does in keys]
    return Content("\n").join(lines[1:])
