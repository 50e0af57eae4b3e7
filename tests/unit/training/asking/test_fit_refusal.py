"""Fitting the refusal: what answers is told from what does not."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.notes import NotePassages
from rnnchat.tasks.asking.refusal import EVIDENCE, WEIGHTS
from rnnchat.training.asking import fit_refusal
from rnnchat.training.asking.fit_refusal import REFUSED, RefusalCase, cases, fit, foreign_cases, quantile
from rnnchat.training.asking.written import WrittenQuestion

TELLING = EVIDENCE.index("covered")


def examples(count: int = 400) -> list[RefusalCase]:
    """Return cases of which those with an answer have more of one kind of evidence."""
    random = np.random.default_rng(0)
    found = []
    for number in range(count):
        evidence = random.random(len(EVIDENCE)).astype(np.float32)
        evidence[TELLING] += number % 2
        found.append(RefusalCase(evidence, "factual" if number % 2 else "foreign"))
    return found


def test_telling_evidence_counts_most() -> None:
    weights = fit(examples())
    assert weights.argmax() == TELLING
    values = np.array([case.evidence @ weights for case in examples()])
    refused = values < quantile(examples(), values)
    answered = np.array([case.is_answered for case in examples()])
    assert abs(refused[answered].mean() - REFUSED) < 0.01
    assert refused[~answered].mean() > 0.95


def test_a_question_is_asked_of_notes_that_answer_it_and_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = build_index(
        NotePassages.of_text(f"{name}.md", f"# {name}\n\nThe {name} was built by Clara in {year}.\n")
        for name, year in (("mill", 1874), ("barn", 1901), ("well", 1650))
    )
    asked = [WrittenQuestion("When was the mill built?", "mill.md", 3, "1874")]
    monkeypatch.setattr(fit_refusal, "written_questions", list)
    monkeypatch.setattr(fit_refusal, "factual_questions", lambda: asked)
    (own,) = cases(index)
    (foreign,) = foreign_cases(index, [WrittenQuestion("When was the house built?", "house.md", 3, "1990")])
    assert (foreign.kind, foreign.is_answered) == ("foreign", False)
    assert (own.kind, own.is_answered) == ("factual", True)
    assert own.evidence[TELLING] == 1 > foreign.evidence[TELLING]
    assert len(own.evidence) == len(EVIDENCE) == len(WEIGHTS)
