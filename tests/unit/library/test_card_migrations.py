"""A card of an older schema is brought to the newest one, step by step; a newer one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rnnchat.errors import ModelError
from rnnchat.library import card as card_module
from rnnchat.library.card import Card
from rnnchat.library.card_migrations import MIGRATIONS, NEWEST_SCHEMA, migrate_card
from rnnchat.library.card_validation import CardError
from tests.helpers.cards import SOUND


def rename_title(fields: dict[str, Any]) -> dict[str, Any]:
    title = fields.pop("title")
    return {**fields, "name": title}


def shorten_name(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "name": fields["name"][:2]}


STEPS = (rename_title, shorten_name)


def test_steps_are_applied_in_order() -> None:
    assert migrate_card({"schema": 1, "title": "mine", "more": 5}, STEPS) == {
        "schema": 3,
        "name": "mi",
        "more": 5,
    }


def test_only_the_steps_that_are_missing_are_applied() -> None:
    assert migrate_card({"schema": 2, "name": "mine"}, STEPS) == {"schema": 3, "name": "mi"}
    assert migrate_card({"schema": 3, "name": "mine"}, STEPS) == {"schema": 3, "name": "mine"}


def test_what_was_read_stays_as_it_is() -> None:
    fields = {"schema": 1, "title": "mine"}
    migrate_card(fields, STEPS)
    assert fields == {"schema": 1, "title": "mine"}


@pytest.mark.parametrize("fields", [{"schema": 1}, {"schema": 2, "name": 5}, {"schema": 2, "name": None}])
def test_a_step_that_fails_means_that_the_card_is_damaged(fields: dict[str, Any]) -> None:
    with pytest.raises(CardError, match="cannot be brought to schema"):
        migrate_card(fields, STEPS)


@pytest.mark.parametrize("schema", [None, "1", True, 0, -1, 1.0])
def test_a_card_states_its_schema(schema: object) -> None:
    with pytest.raises(CardError, match="no schema"):
        migrate_card({"schema": schema}, STEPS)


def test_a_newer_card_is_refused_with_what_helps() -> None:
    with pytest.raises(ModelError, match="newer version of rnnchat") as raised:
        migrate_card({"schema": 4}, STEPS)
    assert "Update rnnchat" in raised.value.hint


def test_a_card_is_migrated_before_it_is_validated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that only an older schema had is no error, as the newest schema alone is validated."""
    older = {**{key: value for key, value in SOUND.items() if key != "name"}, "title": "mine", "schema": 1}
    with pytest.raises(ModelError, match="title"):
        Card.from_json(json.dumps(older).encode())
    monkeypatch.setattr(card_module, "migrate_card", lambda fields: migrate_card(fields, STEPS))
    card = Card.from_json(json.dumps(older).encode())
    assert (card.name, card.schema) == ("mi", 3)


def test_a_new_card_has_the_newest_schema() -> None:
    assert 1 + len(MIGRATIONS) == NEWEST_SCHEMA
    fields = {key: value for key, value in SOUND.items() if key != "schema"}
    assert Card(**fields).schema == NEWEST_SCHEMA
