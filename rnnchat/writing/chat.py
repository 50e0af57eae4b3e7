"""A conversation as a predictor sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnchat.tokenizer import Tokenizer
from rnnchat.writing.generate import LONGEST_CONTEXT

USER = "user"
MODEL = "model"


@dataclass(frozen=True)
class Turn:
    """One message of a chat, by the ``user`` or the ``model``."""

    role: str
    text: str


def chat_context(tokenizer: Tokenizer, style: str, turns: Sequence[Turn]) -> list[int]:
    """Return the pieces after which the model's next turn comes.

    A model of style ``chat`` sees roles and the ends of turns. One that learned notes alone sees
    the turns as paragraphs of one text, which it continues.
    """
    roles = tokenizer.roles
    if style != "chat":
        text = "".join(turn.text.strip("\n") + "\n\n" for turn in turns)
        return [roles.start, *tokenizer.encode(text)[-LONGEST_CONTEXT:]]
    spoken: list[list[int]] = []
    size = 0
    for turn in reversed(turns):
        role = roles.user if turn.role == USER else roles.model
        pieces = [role, *tokenizer.encode(turn.text.strip())[-LONGEST_CONTEXT:], roles.end]
        size += len(pieces)
        if spoken and size > LONGEST_CONTEXT:
            break
        spoken.append(pieces)
    return [roles.start, *(piece for pieces in reversed(spoken) for piece in pieces), roles.model]
