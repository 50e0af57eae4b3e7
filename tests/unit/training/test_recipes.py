"""What ships is made as the recipes say, and everybody whose text it learned from is named."""

from __future__ import annotations

import json
import re

import pytest

from rnnchat.training.recipes import CHINESE, ENGLISH, RECIPES, Recipe
from tests.helpers.places import ROOT

CREDITS = (ROOT / "models" / "CREDITS.md").read_text(encoding="utf-8")
REPEATS = {  # as models/base was made: in the main part of the training, and in its last part
    "dialogue/self_dialogue": (4, 3),
    "dialogue/topical_chat": (4, 3),
    "dialogue/star": (4, 3),
    "dialogue/casino": (4, 3),
    "dialogue/taskmaster4": (4, 3),
    "dialogue/chatterbot_en": (4, 3),
    "pretrain/prose-standard-ebooks": (2, 0.7),
    "pretrain/prose-novels-100": (1, 0.1),
    "pretrain/prose-eltec": (1, 0.1),
    "pretrain/prose-us-gov": (2, 1),
    "pretrain/prose-docs-ccby": (2, 1),
    "pretrain/prose-docs-permissive": (2, 1),
    "pretrain/notes-mtlynch": (5, 4),
    "pretrain/notes-benbalter": (5, 4),
    "pretrain/notes-raphlinus": (5, 4),
    "pretrain/notes-permissive": (5, 5),
    "pretrain/prose-modern": (3, 2),
    "pretrain/docs-more": (1.5, 0.7),
    "pretrain/docs-bulk": (1, 0.3),
    "pretrain/prose-everyday": (2, 1),
}


def section(path: str) -> str:
    """The part of CREDITS.md about a collection."""
    found = re.search(rf"^### {re.escape(path)}\n(.*?)(?=^##|\Z)", CREDITS, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_source_is_credited(recipe: Recipe) -> None:
    for source in recipe.sources:
        assert source.credit in section(source.path), source.path
        assert "\n- " in section(source.path), f"{source.path} names nobody"


def test_repositories_are_counted_right() -> None:
    for recipe in RECIPES.values():
        for source in recipe.sources:
            stated = re.search(r"(\d+) repositories", source.credit)
            if stated:
                assert section(source.path).count("\n- ") == int(stated.group(1)), source.path


def test_who_was_not_read_is_not_credited() -> None:
    for name in ("jackyzha0", "openstax", "nikitavoloboev", "blacklightpy"):
        assert name not in CREDITS.lower()


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_card_names_the_recipes_sources_and_size(recipe: Recipe) -> None:
    card = json.loads((ROOT / "models" / recipe.model / "card.json").read_text(encoding="utf-8"))
    assert card["name"] == recipe.model
    assert card["learned_from"]["texts"] == [source.credit for source in recipe.sources]
    network = card["network"]
    assert (network["units"], network["embedding"]) == (recipe.units, recipe.embedding)
    assert network["vocabulary"] == recipe.vocabulary
    assert card["training"]["tokens"] > 1e7 and card["training"]["hardware"]


def test_the_proportions_are_those_of_the_model_that_ships() -> None:
    assert {source.path: (source.repeats, source.last_repeats) for source in ENGLISH.sources} == REPEATS


def test_the_chinese_model_is_small() -> None:
    folder = ROOT / "models" / CHINESE.model
    assert sum((folder / name).stat().st_size for name in ("network.safetensors", "tokenizer.model")) <= 6e6
