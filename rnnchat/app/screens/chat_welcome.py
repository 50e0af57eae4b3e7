"""What an empty chat says of the model that one writes to."""

from __future__ import annotations

BASE = (
    "Say something below, and {model} answers. It is a small model that lives on this computer: "
    "it has an ear for how people talk and little knowledge of facts.\n\n"
    "It becomes yours when it learns from your notes: press F3. Nothing you write or read ever "
    "leaves this machine."
)
ANSWERING = (
    "Say something below, and {model} answers. It has learned from your notes.\n\n"
    "Ctrl+R asks for another answer, Ctrl+G sets how bold it is. "
    "Nothing leaves this machine."
)
CONTINUING = (
    "Write a line below, and {model} continues it in the manner of your notes.\n\n"
    "Ctrl+R asks for another continuation, Ctrl+G sets how bold it is. "
    "Nothing leaves this machine."
)


def welcome_text(model: str, *, answers: bool) -> str:
    """Return what `model` does with a message, and how to go on from there."""
    text = BASE if model == "base" else ANSWERING if answers else CONTINUING
    return text.format(model=model)
