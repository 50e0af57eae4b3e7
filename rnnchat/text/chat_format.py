"""The turn template: how notes and conversations become the pieces that a predictor reads.

This is the only place that spells it. A conversation is

    <start> <user> text <end> <model> text <end> ...

where each name in brackets is one piece, and a note is ``<start> text <end>``. A model that was trained on
notes alone reads the turns of a conversation as paragraphs of one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the names of the styles are read where SentencePiece is not needed
    from rnnchat.text.tokenizer import Roles, Tokenizer

USER = "user"
"""The role of the person in a chat."""
MODEL = "model"
"""The role of the model in a chat."""
CHAT = "chat"
"""The style of a model that was trained on conversations."""
NOTES = "notes"
"""The style of a model that was trained on notes alone."""

LONGEST_CONTEXT = 1024
"""At most this many pieces before the cursor are read before a text is continued."""


@dataclass(frozen=True)
class Turn:
    """One message of a chat, by the ``user`` or the ``model``."""

    role: str
    text: str


def note_document(tokenizer: Tokenizer, pieces: Sequence[int]) -> list[int]:
    """Return the pieces of a note between a start and an end, as a training reads it."""
    return [tokenizer.roles.start, *pieces, tokenizer.roles.end]


def chat_document(tokenizer: Tokenizer, turns: Iterable[Turn]) -> list[int]:
    """Return the pieces of a conversation with its roles and ends, as a training reads it."""
    pieces = [tokenizer.roles.start]
    for turn in turns:
        pieces += _turn(tokenizer.roles, turn.role, tokenizer.encode(turn.text))
    return pieces


def text_context(tokenizer: Tokenizer, text: str) -> list[int]:
    """Return the pieces after which `text`, which may be empty, is continued."""
    return [tokenizer.roles.start, *tokenizer.encode(text)[-LONGEST_CONTEXT:]]


def chat_context(tokenizer: Tokenizer, style: str, turns: Sequence[Turn]) -> list[int]:
    """Return the pieces after which the model's next turn comes, for a model of a `style`."""
    if style != CHAT:
        return text_context(tokenizer, "".join(turn.text.strip("\n") + "\n\n" for turn in turns))
    roles = tokenizer.roles
    encoded = [
        _turn(roles, turn.role, tokenizer.encode(turn.text.strip())[-LONGEST_CONTEXT:]) for turn in turns
    ]
    included = encoded[_first_included([len(pieces) for pieces in encoded]) :]
    return [roles.start, *(piece for pieces in included for piece in pieces), roles.model]


def empty_context(roles: Roles) -> list[int]:
    """Return the pieces after which a reply comes to a turn in which nothing was said."""
    return [roles.start, *_turn(roles, USER, []), roles.model]


def is_model_turn(roles: Roles, context: Sequence[int]) -> bool:
    """Whether the model has the last turn of a conversation: what follows `context` is its own text."""
    return (
        next((piece for piece in reversed(context) if piece in (roles.user, roles.model)), -1) == roles.model
    )


def pieces_of_model(roles: Roles, context: Sequence[int]) -> list[int]:
    """Return the pieces that the model has written in a conversation, with the ends of its turns."""
    own, is_own = [], False
    for piece in context:
        if piece in (roles.user, roles.model):
            is_own = piece == roles.model
        elif is_own:
            own.append(piece)
    return own


def without_roles(roles: Roles, pieces: Iterable[int]) -> list[int]:
    """Return the pieces of a note's text, without its start and end."""
    return [piece for piece in pieces if piece not in (roles.start, roles.end)]


def _turn(roles: Roles, role: str, pieces: Sequence[int]) -> list[int]:
    return [roles.user if role == USER else roles.model, *pieces, roles.end]


def _first_included(sizes: Sequence[int]) -> int:
    """Return the number of the first turn of a chat that is read, from the turns' `sizes` in pieces.

    The turns that are read hold at most LONGEST_CONTEXT pieces and one turn more. Half of that is dropped
    at once, so that a long chat seldom has to be read again from another turn.
    """
    half = LONGEST_CONTEXT // 2
    excess = sum(sizes) - LONGEST_CONTEXT
    dropped = -(-excess // half) * half if excess > 0 else 0
    end = 0
    for number, size in enumerate(sizes):
        end += size
        if end > dropped:
            return number
    return 0
