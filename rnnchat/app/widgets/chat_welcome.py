"""What an empty chat says about the model in use."""

from __future__ import annotations

from textual.widgets import Static

from rnnchat.library.shipped import is_shipped_name

# Each text fits a terminal of 44×12 without scrolling.
SHIPPED_MODEL = (
    "Type a message below, and {model} replies. It is a small model: good at small talk, weak on facts.\n\n"
    "F3 trains it on your notes; F10 sorts notes; Ctrl+L translates. Nothing leaves this machine."
)
CHAT_MODEL = (
    "Type a message below, and {model} replies; begin with ? to ask your notes.\n\n"
    "Ctrl+R: another reply. Ctrl+G: temperature and length. F10: sort notes. Ctrl+L: translate."
    " Nothing leaves this machine."
)
CONTINUATION_MODEL = (
    "Type a line below, and {model} continues it. ?: ask your notes.\n\n"
    "Ctrl+R: another one. Ctrl+G: temperature and length. F10: sort notes. Ctrl+L: translate."
    " Nothing leaves this machine."
)


class ChatWelcome(Static):
    """What the model in use does with a message, and how to go on from there."""

    def __init__(self) -> None:
        super().__init__("", id="welcome", markup=False)
        self._model = ""
        self._styles: dict[str, str] = {}
        """The style of each model that is known by now: ``chat`` where it replies, else it continues."""

    def show_model(self, model: str) -> None:
        """Describe the model in use."""
        self._model = model
        self.update(welcome_text(model, replies=self._styles.get(model) == "chat"))

    def set_style(self, model: str, style: str) -> None:
        """Note a model's style, which is known once it is loaded."""
        self._styles[model] = style
        if model == self._model:
            self.show_model(model)


def welcome_text(model: str, *, replies: bool) -> str:
    """Return what `model` does with a message, and how to go on from there."""
    text = CHAT_MODEL if replies else CONTINUATION_MODEL
    if is_shipped_name(model):
        text = SHIPPED_MODEL
    return text.format(model=model)
