"""Titles are compared with those of notes that are kept back, and of which nothing is learned."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.errors import NotesError
from rnnchat.tasks.summarising.prose import Prose, read_prose
from rnnchat.training.task_comparison import titles
from rnnchat.training.task_comparison.baselines.first_words import first_sentence, first_words
from rnnchat.training.task_comparison.results import Finding, MethodResult, Remark
from rnnchat.training.task_comparison.titles import compare_titles
from tests.unit.tasks.helpers import TOPICS

EVERY = [word for words in TOPICS.values() for word in words]


def write_notes(
    root: Path, count: int, body: str = "The {word} is what this note is about. It has more."
) -> Path:
    for number, word in enumerate(EVERY[:count]):
        (root / f"{number}.md").write_text(f"# Care for the {word}\n\n{body.format(word=word)}\n")
    return root


def results(found: list[Finding]) -> dict[str, MethodResult]:
    return {one.method: one for one in found if isinstance(one, MethodResult)}


def remarks(found: list[Finding]) -> list[str]:
    return [one.text for one in found if isinstance(one, Remark)]


def test_titles_of_the_first_words() -> None:
    prose = read_prose("One two three four five six seven eight nine ten. Another.")
    assert first_sentence(prose) == "One two three four five six seven eight nine ten."
    assert first_words(prose) == "One two three four five six seven eight"
    empty = Prose("", (), "code")
    assert (first_sentence(empty), first_words(empty)) == ("", "")


def test_titles_are_compared_with_those_of_notes_kept_back(tmp_path: Path) -> None:
    found = list(compare_titles([write_notes(tmp_path, 20)], lambda _: None))
    assert list(results(found)) == ["first sentence", "first 8 words", "rnnchat"]
    for one in results(found).values():
        assert one.examples == 4
        assert set(one.scores) == {"rouge1", "rouge2", "rouge_l"}
    # "the" and the word are in the title, of four words, and in the first sentence, of eight.
    assert results(found)["first sentence"].scores["rouge1"] == pytest.approx(2 * 2 / (4 + 8))
    assert results(found)["rnnchat"].scores["rouge1"] > 0
    assert remarks(found)[0].startswith("Nothing was learned of your style: 16 of the notes")


def test_nothing_is_learned_of_the_notes_kept_back_or_their_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notes(tmp_path, 20)
    for number in range(5):
        text = f"# Copy {number}\n\nIt lists {' '.join(EVERY)} and number {number}.\n"
        (tmp_path / f"copy{number}.md").write_text(text)
    seen: list[str] = []

    def remember(own: list[tuple[str, str]]) -> titles.MakeTitle:
        seen.extend(title for title, _ in own)
        return first_sentence

    def first_copy(bodies: list[str], most: int) -> list[int]:
        return [next(number for number, body in enumerate(bodies) if body.startswith("It lists"))]

    monkeypatch.setattr(titles, "_learned_titles", remember)
    monkeypatch.setattr(titles, "chosen_by_hash", first_copy)
    found = list(compare_titles([tmp_path], lambda _: None))
    assert results(found)["rnnchat"].examples == 1
    assert len(seen) == 20 and not any(title.startswith("Copy") for title in seen)


@pytest.mark.parametrize("title", ["# 标题 {word}", "no heading {word}"])
def test_too_few_titles_are_an_error(tmp_path: Path, title: str) -> None:
    for number in range(12):
        (tmp_path / f"{number}.md").write_text(f"{title.format(word='字')}\n\nThe body {number}.\n")
    with pytest.raises(NotesError, match="too few notes with titles") as error:
        list(compare_titles([tmp_path], lambda _: None))
    assert "heading" in error.value.hint
