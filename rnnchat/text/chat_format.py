"""A conversation as a predictor sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnchat.text.tokenizer import Tokenizer

USER = "user"
MODEL = "model"

LONGEST_CONTEXT = 1024
"""How many pieces back a text is read before it is continued."""


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
    spoken = []
    for turn in turns:
        role = roles.user if turn.role == USER else roles.model
        spoken.append([role, *tokenizer.encode(turn.text.strip())[-LONGEST_CONTEXT:], roles.end])
    kept = spoken[_first_kept([len(pieces) for pieces in spoken]) :]
    return [roles.start, *(piece for pieces in kept for piece in pieces), roles.model]


def _first_kept(sizes: Sequence[int]) -> int:
    """Return from which turn on a chat is read, whose turns have so many pieces.

    That may be a turn more than the longest context. Half of it is dropped at once, so that a long chat
    seldom has to be read anew from another turn.
    """
    half = LONGEST_CONTEXT // 2
    too_many = sum(sizes) - LONGEST_CONTEXT
    dropped = -(-too_many // half) * half if too_many > 0 else 0
    end = 0
    for number, size in enumerate(sizes):
        end += size
        if end > dropped:
            return number
    return 0
