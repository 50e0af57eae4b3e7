"""Lines that are no prose."""

from __future__ import annotations

import pytest

from rnnchat.tasks.summarising.line_kinds import is_ingredient, is_label_with_names, only_announces


@pytest.mark.parametrize(
    "line", ["250 g red lentils", "- 1 tsp cumin", "1 1/2 cups of oil", "½ lemon", "200克面粉"]
)
def test_ingredients_begin_with_an_amount(line: str) -> None:
    assert is_ingredient(line)


@pytest.mark.parametrize(
    "line", ["3 people came.", "2026-05-20", "1. Copy it", "Add 2 eggs", "10 steps to take:"]
)
def test_other_lines_with_numbers_are_no_ingredients(line: str) -> None:
    assert not is_ingredient(line)


@pytest.mark.parametrize(
    "line", ["Present: Ines, Tom, Rahul", "Apologies: Claire", "Chair: Ann Lee and Bo", "参加：小王，小李"]
)
def test_labels_with_names(line: str) -> None:
    assert is_label_with_names(line)


@pytest.mark.parametrize("line", ["Decision: the book goes to print", "Ines, Tom", "Note: Tom left early."])
def test_other_lines_are_no_labels_with_names(line: str) -> None:
    assert not is_label_with_names(line)


def test_what_only_announces() -> None:
    assert only_announces("It needs tools, such as:")
    assert not only_announces("To undo the last commit, use a soft reset:")
