"""How cards of older versions of rnnchat are brought to the newest schema: one function for each step.

A card states the number of its schema. To change what a card holds, append a function to MIGRATIONS and
describe the new fields in `card_validation.py`; the functions that are there already never change. Only
the result of the last step is validated, so a function may meet values of any type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rnnchat.errors import ModelError
from rnnchat.library.card_validation import CardError
from rnnchat.tasks.base import LANGUAGE_MODEL

CardMigration = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the fields of a card in one schema and returns them in the next one."""

FIRST_SCHEMA = 1
"""Version 0.1 wrote cards with this schema number."""


def add_task(fields: dict[str, Any]) -> dict[str, Any]:
    """Say what the model is for: before there were tasks, every model was a language model."""
    return {**fields, "task": LANGUAGE_MODEL, "labels": []}


MIGRATIONS: tuple[CardMigration, ...] = (add_task,)
"""The function at index i brings a card from schema i + 1 to schema i + 2."""

NEWEST_SCHEMA = FIRST_SCHEMA + len(MIGRATIONS)
"""This version of rnnchat writes cards with this schema number."""


def migrate_card(fields: dict[str, Any], migrations: Sequence[CardMigration] = MIGRATIONS) -> dict[str, Any]:
    """Return the fields of a card in the newest schema.

    Raises CardError where they state no schema or a step fails, and ModelError where a newer version of
    rnnchat wrote them.
    """
    schema = fields.get("schema")
    if type(schema) is not int or schema < FIRST_SCHEMA:
        raise CardError("it states no schema number")
    newest = FIRST_SCHEMA + len(migrations)
    if schema > newest:
        raise ModelError(
            f"The model was written by a newer version of rnnchat (schema {schema}; this one reads up to"
            f" schema {newest}).",
            "Update rnnchat to use it.",
        )
    for step, migration in enumerate(migrations[schema - FIRST_SCHEMA :], start=schema + 1):
        try:
            fields = {**migration(dict(fields)), "schema": step}
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise CardError(f"it cannot be brought to schema {step}") from error
    return fields
