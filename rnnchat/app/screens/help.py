"""The help page: all keys, and what rnnchat is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.key_footer import KeyFooter

SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("F2 F3 F4 F5", "Chat, Train, Models, Draft"),
            ("F10", "Sort"),
            ("Ctrl+L", "Translate"),
            ("Ctrl+P", "all commands, by name"),
            ("Tab", "next field or button"),
            ("Ctrl+Q", "quit"),
        ),
    ),
    (
        "Chat",
        (
            ("Enter", "send"),
            ("Ctrl+J", "new line (also Shift+Enter in many terminals)"),
            ("Esc", "stop the reply and keep what has arrived"),
            ("Ctrl+R", "replace the last reply with another"),
            ("Ctrl+N", "new chat; the old one is saved"),
            ("Ctrl+O", "earlier chats: search, open, delete"),
            ("Ctrl+G", "temperature, length and other settings of replies"),
            ("PgUp PgDn", "scroll"),
            ("F7", "show earlier turns"),
            ("F6", "copy the last reply"),
            ("?", "at the beginning of a message: ask your notes instead"),
            ("Shift+Tab", "go to the passages below a reply; Enter opens one in Draft"),
            ("F8", "show which phrases of the last reply are in your notes"),
        ),
    ),
    (
        "Draft",
        (
            ("Tab", "accept the suggestion (also → at the end of a line)"),
            ("Ctrl+→", "accept one word of it"),
            ("Ctrl+E", "accept one sentence of it (also End)"),
            ("Esc", "dismiss it; it is not suggested there again"),
            ("Alt+1 … 6", "insert an alternative from the line below"),
            ("Ctrl+Space", "choose among these with ← → and Enter (also Alt+A)"),
            ("Ctrl+S  F12", "save to the draft's file, save as"),
            ("Ctrl+O", "open another draft or a file"),
            ("Ctrl+N", "new draft; this one stays"),
            ("Ctrl+Z", "undo (Ctrl+Y: redo)"),
            ("Ctrl+F", "find and replace"),
            ("F9", "show related notes"),
            ("Ctrl+G", "how likely a suggestion must be to be shown"),
        ),
    ),
    (
        "Train",
        (
            ("Enter", "in the path field: add the path"),
            ("Ctrl+O", "browse files and folders"),
            ("Ctrl+T", "start training"),
            ("Ctrl+E", "pause, resume"),
            ("Ctrl+F", "finish now and keep what was learned"),
            ("Esc", "cancel the training and discard it"),
            ("Ctrl+N", "train another model"),
            ("Ctrl+G", "chat with the new model"),
            ("F9", "compare the model families on your notes"),
        ),
    ),
    (
        "Models",
        (
            ("Enter", "use this model"),
            ("R  C", "rename, copy"),
            ("D  U", "delete (also Del), undo delete"),
            ("B", "roll back to the version before the last training"),
        ),
    ),
    (
        "Sort",
        (
            ("Enter", "move the note into the suggested folder"),
            ("1  2  3", "move it into the first, second or third"),
            ("U", "undo: put the note back that was moved last"),
            ("Ctrl+O", "browse, for the field with the cursor"),
            ("Esc", "choose other folders, or go back to the notes"),
        ),
    ),
    (
        "Translate",
        (
            ("Enter", "translate (Ctrl+J: new line)"),
            ("Esc", "stop"),
            ("F6", "copy the translation"),
            ("Tab", "choose a translator, where there are several"),
        ),
    ),
    (
        "Lists, trees and dialogs",
        (
            ("Esc", "cancel"),
            ("↓", "from the search field to the list"),
            ("Del  Ctrl+D", "delete what is highlighted in a list"),
            ("Space", "choose what is highlighted in a tree (also Ctrl+T)"),
            ("Backspace", "parent folder, in a tree"),
            ("R", "reset the settings shown"),
        ),
    ),
)
"""The keys by screen, and what each does."""
ABOUT = (
    "rnnchat trains a small language model on your notes, on this computer. It never opens a network "
    "connection. `rnnchat where` prints the folders it saves to; `rnnchat --help` lists what it does "
    "outside this app."
)
"""What rnnchat is, below the keys."""


class HelpScreen(Dialog[None]):
    """The help page."""

    BINDINGS: ClassVar = [Binding("escape,f1,q", "dismiss", "Close", id="help.back", key_display="esc")]

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(id="dialog", classes="wide tall"):
            yield Static("Help", classes="title", markup=False)
            yield Static(page(), markup=False)
            yield Static(ABOUT, classes="about", markup=False)
        yield KeyFooter()


def page() -> Content:
    """Return the keys and what they do."""
    lines: list[Content] = []
    for title, keys in SECTIONS:
        lines += [Content(""), Content.styled(title, "bold $primary")]
        lines += [Content.assemble((f"  {key:<12}", "$accent"), does) for key, does in keys]
    return Content("\n").join(lines[1:])
