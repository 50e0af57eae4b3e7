"""What an empty chat says about the model in use."""

from __future__ import annotations

from textual.widgets import Static

SHIPPED_MODEL = (
    "Type a message below, and {model} replies. It is a small model that runs on this computer: "
    "it knows how people talk, but few facts.\n\n"
    "To make it write like you, train it on your notes: press F3. Nothing you write or read ever "
    "leaves this machine."
)
CHAT_MODEL = (
    "Type a message below, and {model} replies. It was trained on your notes.\n\n"
    "Ctrl+R gives another reply, Ctrl+G sets temperature and length. Nothing leaves this machine."
)
CONTINUATION_MODEL = (
    "Type a line below, and {model} continues it in the style of your notes.\n\n"
    "Ctrl+R gives another continuation, Ctrl+G sets temperature and length. Nothing leaves this machine."
)


class ChatWelcome(Static):
    """What the model in use does with a message, and how to go on from there."""

    def __init__(self) -> None:
        super().__init__("", id="welcome", markup=False)
        self._model = ""
        self._styles = {"base": "chat"}
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
    text = SHIPPED_MODEL if model == "base" else CHAT_MODEL if replies else CONTINUATION_MODEL
    return text.format(model=model)
