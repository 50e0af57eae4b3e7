"""Fitting the second order: the network learns what tells right passages from others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnchat.tasks.asking.reranking import FEATURES, RISING
from rnnchat.tasks.asking.terms import terms_of
from rnnchat.training.asking import examples, fit_reranking
from rnnchat.training.asking.examples import all_questions
from rnnchat.training.asking.fit_reranking import RankingCandidates, candidates, fit, place_of_right
from rnnchat.training.asking.listwise_network import NetworkFit
from rnnchat.training.asking.pairs import COLLECTIONS
from rnnchat.training.asking.written import WrittenQuestion, factual_questions, written_questions

SIZE = 5
EVIDENCE = [FEATURES.index(name) for name in ("exact", "near", "window", "rarest")]
RIGHT, WRONG = ((0, 1), (2, 3)), ((0, 2), (0, 3), (1, 2), (1, 3))


def questions(count: int = 120) -> list[RankingCandidates]:
    """Return questions whose right passage has two features that belong together, and the others two that do
    not."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(count):
        table = random.random((SIZE, len(FEATURES))).astype(np.float32) * 0.1
        right = int(random.integers(SIZE))
        for row in range(SIZE):
            pairs = RIGHT if row == right else WRONG
            for at in pairs[random.integers(len(pairs))]:
                table[row, EVIDENCE[at]] = 1
        found.append(RankingCandidates("title", 0, table, np.arange(SIZE) == right, np.ones(SIZE, bool)))
    return found


def test_the_network_learns_what_no_weights_say(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = questions()

    def share_right(units: int) -> float:
        monkeypatch.setattr(fit_reranking, "FIT", NetworkFit(units=units, steps=600, learning_rate=0.03))
        fitted = fit(asked)
        return float(np.mean([place_of_right(one, fitted) == 0 for one in asked]))

    assert share_right(24) > 0.9
    assert share_right(0) < 0.6


def test_more_evidence_never_puts_a_passage_further_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_reranking, "FIT", NetworkFit(steps=100))
    fitted = fit(questions())
    random = np.random.default_rng(1)
    table = random.normal(size=(50, len(FEATURES))).astype(np.float32)
    for name in sorted(RISING):
        more = table.copy()
        more[:, FEATURES.index(name)] += random.random(50).astype(np.float32) * 20
        assert (fitted.scores(more) >= fitted.scores(table) - 1e-4).all(), name


def test_a_passage_that_the_first_order_does_not_find_counts_as_not_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit_reranking, "FIT", NetworkFit(steps=2))
    asked = questions(2)
    lost = RankingCandidates("title", 0, asked[0].features, asked[0].is_right, ~asked[0].is_right)
    assert place_of_right(lost, fit(asked)) > SIZE


NOTES = [
    (
        f"{source}{number}.md",
        f"# A title about {word} things\n\nThe {word} in the garden grows well. It needs rain.\n\n"
        f"## How to plant a {word}\n\nDig a deep hole for the {word} and then cover it with dark earth.",
    )
    for source in ("jwworth/", "brandur/", "ashfurrow/")
    for number, word in enumerate(("rose", "oak", "fern", "lily", "moss", "palm", "ivy"))
]


@pytest.fixture
def few_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [WrittenQuestion("where do I put the big tree", "brandur/1.md", 7, "Dig a deep hole")]
    monkeypatch.setattr(examples, "written_questions", lambda: asked)
    monkeypatch.setattr(examples, "factual_questions", list)
    monkeypatch.setattr(examples, "SENTENCES", 5)
    monkeypatch.setattr(examples, "SMALL_COLLECTIONS", 1)
    monkeypatch.setattr(examples, "held_out_notes", lambda data: NOTES)


@pytest.mark.usefixtures("few_notes")
def test_every_question_has_a_passage_that_answers_it_and_not_its_own_title(tmp_path: Path) -> None:
    asked = list(all_questions(tmp_path))
    assert {one.kind for one in asked} == {"written", "title", "named", "section", "sentence"}
    assert {one.group for one in asked} == {0, 1, 2}
    for one in asked:
        assert one.is_right.any()
        assert not one.is_right.all()
        right = [one.index.passage(at) for at in np.flatnonzero(one.is_right).tolist()]
        if one.kind in ("title", "section"):
            assert not one.index.headings.rows.size
        if one.kind == "title":
            assert not one.index.titles.rows.size
        if one.kind == "written":
            assert "hole for the oak" in right[0].text
    table = list(candidates(asked))
    assert len(table) == sum(bool(terms_of(one.question)) for one in asked)
    assert all(one.is_right.any() for one in table)


def test_each_written_question_names_a_document_and_a_line() -> None:
    for asked in (written_questions(), factual_questions()):
        assert len({(one.text, one.source, one.line) for one in asked}) == len(asked) > 1_000
        known = (*sum(examples.GROUPS, ()), *(f"{name}: " for name in COLLECTIONS))
        assert all(one.source.startswith(known) and one.line > 0 for one in asked)
        assert all(one.text == one.text.strip() != "" for one in asked)
    assert all(one.answer for one in factual_questions())
