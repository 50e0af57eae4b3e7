"""The parts of the benchmarks that set a model beside compressors, and look for what it has read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnchat.evaluation.scoring import score
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.tokenizer import Tokenizer
from tests.benchmarks import yardsticks
from tests.benchmarks.contamination import RUN, KnownRuns, run_hashes


def test_rows_side_by_side_need_the_bits_of_one_piece_after_another(
    tiny_network: RecurrentNetwork, tokenizer: Tokenizer, texts: list[str]
) -> None:
    text = yardsticks.Text("notes", (texts[0], "", "a", *texts[1:9]))
    expected = score(tiny_network, tokenizer, text.parts).bits
    found = yardsticks.network_bits(tiny_network, yardsticks.encoded(tokenizer, text))
    assert found == pytest.approx(expected, rel=1e-5)


def test_rows_score_each_piece_but_the_first_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardsticks, "SCORED", 10)
    monkeypatch.setattr(yardsticks, "WARM_UP", 4)
    rows = list(yardsticks.rows_of(range(25)))
    assert [piece for row in rows for piece in row.pieces[row.unscored :]] == list(range(1, 25))
    assert [row.unscored for row in rows] == [1, 4, 4]


def test_a_text_in_several_rows_needs_nearly_the_same_bits(
    tiny_network: RecurrentNetwork,
    tokenizer: Tokenizer,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces = yardsticks.encoded(tokenizer, yardsticks.Text("notes", ("".join(texts[:9]),)))
    whole = yardsticks.network_bits(tiny_network, pieces)
    monkeypatch.setattr(yardsticks, "SCORED", 20)
    monkeypatch.setattr(yardsticks, "WARM_UP", 40)
    assert len(list(yardsticks.rows_of(pieces[0]))) > 3
    assert yardsticks.network_bits(tiny_network, pieces) == pytest.approx(whole, rel=1e-3)


def test_the_marks_of_wikitext_are_undone() -> None:
    marked = "a guest @-@ starring role , 1 @,@ 000 times in 2 @.@ 5 @ years"
    assert yardsticks.undo_marks(marked) == "a guest-starring role , 1,000 times in 2.5 @ years"


def test_a_shortened_text_ends_within_a_part() -> None:
    text = yardsticks.Text("notes", ("abc", "def", "ghi"), Path("train"))
    assert yardsticks.shortened(text, 5) == yardsticks.Text("notes", ("abc", "de"), Path("train"))


@pytest.mark.parametrize("before", [b"", b"the same words " * 50], ids=["nothing", "words"])
def test_what_a_compressor_reads_first_is_not_counted(before: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardsticks, "COMPRESSORS", {"copy": ["cp", "text", "archive"], "none": ["no such"]})
    assert yardsticks.compressor_bits(b"the same words ", before) == {"copy": 8.0 * 15}


def test_equal_runs_of_words_have_equal_hashes() -> None:
    words = [f"word{number}" for number in range(RUN + 3)]
    hashes = run_hashes(" ".join(words))
    assert len(set(hashes.tolist())) == 4
    assert np.array_equal(run_hashes(" — ".join(words).upper()), hashes)
    assert not np.isin(run_hashes(" ".join(reversed(words))), hashes).any()
    changed = run_hashes(" ".join([*words[:-1], "another"]))
    assert (np.isin(hashes, changed) == [True, True, True, False]).all()
    assert not len(run_hashes(" ".join(words[: RUN - 1])))


def test_known_runs_are_found_among_others_with_the_same_leading_bits() -> None:
    known = KnownRuns(np.array([5, 7, 2**40, 2**63], np.uint64))
    found = known.among(np.array([2**64 - 1, 7, 6, 2**63, 5, 0, 2**63 + 1], np.uint64))
    assert found.tolist() == [7, 2**63, 5]
