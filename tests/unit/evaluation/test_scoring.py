"""Texts that are scored side by side get the bits that they get one after another."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.evaluation.scoring import score, score_network
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import random_weights


@pytest.mark.parametrize(("cell", "layers"), [("gru", 1), ("lstm", 2), ("rnn", 1)])
def test_side_by_side_or_one_by_one(tokenizer: Tokenizer, texts: list[str], cell: str, layers: int) -> None:
    shape = NetworkShape(tokenizer.size, embedding=16, units=24, layers=layers, cell=cell)
    network = RecurrentNetwork(shape, random_weights(shape))
    some = [texts[0][:300], "", texts[1][:40], texts[2][:900], "é"]
    together = score_network(network, tokenizer, [tokenizer.encode(text) for text in some])
    apart = score(network, tokenizer, some)
    assert together.bytes == apart.bytes == sum(len(text.encode()) for text in some)
    assert together.pieces == apart.pieces
    assert together.bits == pytest.approx(apart.bits, rel=1e-5)


def test_no_text_has_no_score(tokenizer: Tokenizer, tiny_network: RecurrentNetwork) -> None:
    nothing = score_network(tiny_network, tokenizer, [])
    assert nothing.bytes == nothing.pieces == nothing.bits == 0
    assert np.isnan(nothing.bits_per_byte)
