"""The second order of passages: what the network sees, and what follows from its scores."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.asking import reranking
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages
from rnnchat.tasks.asking.passages import Passage
from rnnchat.tasks.asking.ranking import Question, evidence, score
from rnnchat.tasks.asking.reranking import FEATURES, features_of, rank, shipped_reranker
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.terms import terms_of

TEXTS = (
    "The red kettle boils in the kitchen.",
    "A kettle. It is old, and the paint of the door beside it, which nobody in the family liked, is of a "
    "loud kind of red.",
    "Kettles boiled, red or blue.",
    "Rain on the river.",
)


def index_of(*texts: str) -> PassageIndex:
    """Return the index of a note for each text."""
    return build_index(
        NotePassages(NoteFile(str(number), 0, 0, f"Note {number}"), (Passage("", text, 1, 1, 0),))
        for number, text in enumerate(texts)
    )


def table_of(index: PassageIndex, text: str) -> dict[str, list[float]]:
    """Return what the network sees of all passages, by name."""
    question = Question.of(index, text)
    found = evidence(index, question)
    table = features_of(index, question, found, score(found), np.arange(len(index)))
    return dict(zip(FEATURES, np.round(table.T, 3).tolist(), strict=True))


def only(name: str, weight: float = 1.0) -> ScoringNetwork:
    """Return a network that sees one feature alone."""
    size = len(FEATURES)
    linear = np.where(np.array(FEATURES) == name, weight, 0).astype(np.float32)
    nothing = np.zeros(size, np.float32)
    return ScoringNetwork(
        nothing, nothing + 1, linear, np.zeros((size, 1), np.float32), nothing[:1], np.ones(1, np.float32)
    )


def test_words_count_as_they_are_written_and_in_their_order() -> None:
    seen = table_of(index_of(*TEXTS), "red kettle boils")
    assert seen["exact"][0] == 1
    assert 0 < seen["exact"][2] < seen["exact"][1] < 1
    assert seen["in_order"] == [1, 0, pytest.approx(0.5, abs=0.2), 0]
    assert seen["near"][1] == 0
    assert seen["window"][0] == 1
    assert seen["window"][1] < 1


def test_the_rarest_word_is_told_from_the_others() -> None:
    seen = table_of(index_of(*TEXTS), "river kettle")
    assert seen["rarest"] == [0, 0, 0, 1]
    assert seen["rarest_missing"][0] == 1
    assert seen["rarest_missing"][3] < 1


def test_evidence_is_compared_to_the_best_passage() -> None:
    seen = table_of(index_of(*TEXTS), "red kettle boils")
    assert max(seen["body_behind"]) == max(seen["score_behind"]) == 0
    assert min(seen["body_behind"]) < 0


def test_titles_are_seen() -> None:
    seen = table_of(index_of(*TEXTS), "note 2")
    assert max(range(4), key=seen["in_title"].__getitem__) == 2
    assert seen["of_title"] == [0.5, 0.5, 1, 0.5]


@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_the_network_puts_the_best_passages_in_order(monkeypatch: pytest.MonkeyPatch, weight: float) -> None:
    index = index_of(*TEXTS)
    monkeypatch.setattr(reranking, "shipped_reranker", lambda: only("length", weight))
    scores = rank(index, Question.of(index, "red kettle")).scores
    found = [at for at in np.argsort(-scores).tolist() if scores[at] > 0]
    assert found == sorted(found, key=lambda at: -weight * index.lengths[at])
    assert len(found) >= 3


def test_the_other_passages_follow_in_their_first_order(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(*(f"kettle {'and tea ' * number}" for number in range(1, 8)))
    monkeypatch.setattr(reranking, "shipped_reranker", lambda: only("length", 9.0))
    question = Question.of(index, "kettle")
    first = score(evidence(index, question))
    monkeypatch.setattr(reranking, "RERANKED", 3)
    monkeypatch.setattr(reranking, "RERANKED_BY_VECTORS", 0)
    again = rank(index, question).scores
    order = np.argsort(-first, kind="stable")
    assert set(np.argsort(-again)[:3].tolist()) == set(order[:3].tolist())
    assert np.argsort(-again)[3:].tolist() == order[3:].tolist()
    assert again.min() > 0


def test_what_the_vectors_find_is_put_in_order_beside_the_best_scores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = np.array([9, 8, 7, 1, 0, 2], np.float32)
    found = np.zeros((len(FEATURES), len(scores)), np.float32)
    found[FEATURES.index("words")] = [0.1, 0, 0, 0.9, 0.95, 0.2]
    monkeypatch.setattr(reranking, "RERANKED", 2)
    monkeypatch.setattr(reranking, "RERANKED_BY_VECTORS", 2)
    assert reranking.chosen_passages(found, scores).tolist() == [0, 1, 3]  # nothing speaks for 4


@pytest.mark.parametrize("text", ["", "?", "the of"])
def test_a_question_without_words_has_no_scores(text: str) -> None:
    index = index_of(*TEXTS)
    assert rank(index, Question.of(index, text)).scores.tolist() == [0, 0, 0, 0]


def test_the_file_has_what_was_saved() -> None:
    found = shipped_reranker()
    saved = ScoringNetwork.from_tensors(read_safetensors(to_safetensors(found.tensors("a."))), "a.")
    np.testing.assert_array_equal(saved.hidden, found.hidden)
    assert found.hidden.shape[0] == len(FEATURES) == len(found.means) == len(found.linear)


def test_long_passages_are_read_in_part() -> None:
    long = "tea and bread " * (reranking.MOST_READ // 14 + 1)
    seen = table_of(index_of(f"kettle {long}", f"{long} kettle"), "kettle")
    assert seen["exact"] == [1, 0]
    assert seen["rarest"] == [1, 0]
    assert seen["covered"] == [1, 1]


@pytest.mark.parametrize("text", [*TEXTS, "The parseHTML2 of git-rebase, a café and Tying it up: 鍋"])
def test_terms_of_a_question_are_found_without_the_stems_of_other_words(text: str) -> None:
    terms = terms_of(text)
    for term in terms:
        found = reranking._told(text, {term[:2]}, {})
        assert [at for at, one in enumerate(found) if one == term] == [
            at for at, one in enumerate(terms) if one == term
        ]
