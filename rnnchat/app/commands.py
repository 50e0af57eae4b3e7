"""The commands of the command palette (Ctrl+P): the app's own and those of the screen that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.screen import Screen

from rnnchat.app.key_names import display_key

APP_COMMANDS = (
    ("Chat", "Chat with the model in use (F2)", "go('chat')"),
    ("Draft", "Write with suggestions (F5)", "go('draft')"),
    ("Train", "Train a model on your notes (F3)", "go('train')"),
    ("Sort", "Put notes into folders (F10)", "go('sort')"),
    ("Translate", "Translate phrases with a translator of yours (Ctrl+L)", "go('translate')"),
    ("Models", "Choose, rename or delete models (F4)", "go('models')"),
)
"""Title, description and action of the commands that come first."""
LAST_APP_COMMANDS = (
    ("Switch to light or dark", "Change to the other of the two themes", "switch_theme"),
    ("Theme", "Choose from all themes", "change_theme"),
    ("Help", "All keys, and how rnnchat works (F1)", "help"),
    ("Quit", "Leave rnnchat (Ctrl+Q)", "leave"),
)
"""The same for those that come after the screen's."""


def palette_commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield every command once: what the app can do, and what has a key on `screen`."""
    for title, description, action in APP_COMMANDS:
        yield SystemCommand(title, description, partial(app.run_action, action))
    yield from _screen_commands(screen)
    for title, description, action in LAST_APP_COMMANDS:
        yield SystemCommand(title, description, partial(app.run_action, action))


def _screen_commands(screen: Screen[object]) -> Iterator[SystemCommand]:
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        binding = active.binding
        if not (binding.id and binding.description and active.node is screen and active.enabled):
            continue
        if binding.description in seen:  # one command may have several keys
            continue
        seen.add(binding.description)
        key = f"({display_key(binding.key)})"
        description = binding.tooltip or "On this screen"
        if key not in description:
            description = f"{description} {key}"
        yield SystemCommand(binding.description, description, partial(screen.run_action, binding.action))
