"""Titles of Chinese notes: short phrases, not whole sentences."""

from __future__ import annotations

import time

import pytest

from rnnchat.tasks.summarising.chinese_titles import LONGEST, chinese_titles, title_phrase, width
from tests.helpers.waiting import patience


@pytest.mark.parametrize(
    ("clause", "phrase"),
    [
        ("今天把博客从 Jekyll 迁移到了 Hugo", "博客从 Jekyll 迁移到 Hugo"),
        ("我们需要在周五之前决定谁来给番茄浇水", "决定谁来给番茄浇水"),
        ("主要的问题是模板语法不同", "模板语法不同"),
        ("但是", ""),
        ("Jekyll", ""),
        ("在我们", ""),
    ],
)
def test_a_clause_is_cut_to_a_phrase(clause: str, phrase: str) -> None:
    assert title_phrase(clause) == phrase


def test_titles_are_short_and_differ() -> None:
    titles = chinese_titles(
        [
            "今天把博客从 Jekyll 迁移到了 Hugo，构建速度快了很多。",
            "主要的问题是模板语法不同，需要重写所有的短代码。",
        ],
        3,
    )
    assert len(set(titles)) == 3
    assert all(width(title) <= LONGEST for title in titles)
    assert "博客从 Jekyll 迁移到 Hugo" in titles


def test_a_latin_word_counts_as_two_characters() -> None:
    assert width("用 Hugo 写博客") == 6


def test_a_very_long_clause_is_read_quickly() -> None:
    began = time.perf_counter()
    title_phrase("我" * 30_000)
    assert time.perf_counter() - began < patience(1)
