"""The encoder–decoder in NumPy: its sizes, its decoding, its tokenizer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rnnchat.errors import ModelError, NotesError
from rnnchat.tasks.translation.copying import LONGEST_MATCH, SHARES, NearTarget, with_copies
from rnnchat.tasks.translation.decoder import NetworkDecoder
from rnnchat.tasks.translation.decoding import Hypothesis, SearchRules, beam_search
from rnnchat.tasks.translation.network import TranslationNetwork, TranslationShape
from rnnchat.tasks.translation.pair_tokenizer import (
    END,
    START,
    UNKNOWN,
    PairTokenizer,
    train_pair_tokenizer,
    vocabulary_for,
)
from rnnchat.tasks.translation.protocols import NearPair
from rnnchat.tasks.translation.target_pieces import TARGET_PIECES, TargetPieces
from tests.helpers.translation import random_translation_weights, sentence_pairs

SHAPE = TranslationShape(20, 8, embedding=6, encoder=5, decoder=7)


def test_a_step_gives_probabilities_and_attention() -> None:
    network = TranslationNetwork(random_translation_weights(SHAPE))
    source = network.encode([5, 6, 7, END])
    probabilities, state, attention = network.step(source, np.array([START]), network.start(), is_first=True)
    assert probabilities.shape == (1, 8)
    assert attention.shape == (1, 4)
    assert np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert np.allclose(attention.sum(1), 1, atol=1e-5)
    assert state.first.shape == (1, 7)


def test_translations_side_by_side_are_those_of_each_alone() -> None:
    network = TranslationNetwork(random_translation_weights(SHAPE))
    source = network.encode([5, 9, END])
    _, state, _ = network.step(source, np.array([START]), network.start(), is_first=True)
    both, _, _ = network.step(source, np.array([4, 6]), state.take(np.array([0, 0])))
    for row, piece in enumerate((4, 6)):
        alone, _, _ = network.step(source, np.array([piece]), state)
        assert np.allclose(both[row], alone[0], atol=1e-5)


@pytest.mark.parametrize("name", ["target_embedding", "decoder_2.kernel", "query.kernel"])
def test_weights_that_do_not_fit_are_refused(name: str) -> None:
    weights = random_translation_weights(SHAPE)
    with pytest.raises(ModelError):
        TranslationNetwork({key: value for key, value in weights.items() if key != name})
    with pytest.raises(ModelError):
        TranslationNetwork({**weights, name: weights[name][:-1]})
    with pytest.raises(ModelError, match="no numbers"):
        TranslationNetwork({**weights, name: np.full_like(weights[name], np.nan)})


@pytest.mark.parametrize("seed", range(12))
def test_a_wide_beam_finds_the_likeliest_translation(seed: int) -> None:
    network = TranslationNetwork(random_translation_weights(SHAPE, seed, scale=0.8))
    longest = 3
    source = [5, 6, END]
    best = max(
        (
            _scored(network, source, pieces)
            for length in range(longest + 1)
            for pieces in itertools.product(range(END + 1, 8), repeat=length)
        ),
        key=lambda hypothesis: hypothesis.score,
    )
    found = beam_search(network, source, SearchRules(START, END, (0, 1, 2), width=600))
    # The search may end in a longer one; it must not be worse than the best of those that are short.
    assert found.score >= best.score - 1e-4


def test_greedy_search_takes_the_likeliest_piece_each_time() -> None:
    network = TranslationNetwork(random_translation_weights(SHAPE, 3, scale=0.8))
    found = beam_search(network, [5, 6, END], SearchRules(START, END, (0, 1, 2), width=1))
    source, state, last = network.encode([5, 6, END]), network.start(), START
    for number, piece in enumerate(found.pieces):
        probabilities, state, _ = network.step(source, np.array([last]), state, is_first=not number)
        assert piece == END + 1 + int(probabilities[0, END + 1 :].argmax())
        last = piece


def test_what_follows_in_a_similar_translation_becomes_likelier() -> None:
    probabilities = np.full((2, 8), 1 / 8, np.float32)
    near = [NearTarget((4, 5, 6, END), 1.0)]
    mixed = with_copies(probabilities, [(4, 5), (7,)], near)
    assert mixed[0].argmax() == 6
    assert mixed[0, 6] == pytest.approx((1 - SHARES[2]) / 8 + SHARES[2])
    assert np.allclose(mixed[1], probabilities[1])  # nothing follows a piece that is not there
    assert np.allclose(mixed.sum(1), 1, atol=1e-6)


def test_a_similar_translation_is_followed_from_its_start() -> None:
    mixed = with_copies(np.full((1, 8), 1 / 8, np.float32), [()], [NearTarget((4, END), 1.0)])
    assert mixed[0, 4] == pytest.approx((1 - SHARES[LONGEST_MATCH]) / 8 + SHARES[LONGEST_MATCH])


def test_a_tokenizer_keeps_case_and_accents() -> None:
    tokenizer = _tokenizer()
    for pair in sentence_pairs():
        assert tokenizer.decode(tokenizer.encode(pair.target)) == pair.target
    assert tokenizer.encode("Le chat")[-1] == END
    assert UNKNOWN in tokenizer.encode("猫")


def test_a_damaged_tokenizer_is_refused() -> None:
    for data in (b"", b"no model", _tokenizer().model[:200]):
        with pytest.raises(ModelError):
            PairTokenizer(data)


def test_no_tokenizer_is_made_of_nothing() -> None:
    with pytest.raises(NotesError):
        train_pair_tokenizer([""], 512)


def test_few_pairs_have_a_small_vocabulary() -> None:
    assert vocabulary_for(100) < vocabulary_for(20_000) <= vocabulary_for(10**6)


def test_target_pieces_are_those_of_targets() -> None:
    pieces = TargetPieces.used_in([[9, 7, END]], 12)
    assert pieces.pieces.tolist() == [0, 1, 2, 3, 7, 9]
    assert pieces.places([9, 7, END]) == [5, 4, END]
    assert pieces.places([8]) == [UNKNOWN]
    assert pieces.pieces_at([5, 4]) == [9, 7]


@pytest.mark.parametrize("pieces", [[], [0, 1, 2], [0, 1, 2, 3, 5, 4], [0, 1, 2, 3, 99], [1, 2, 3, 4]])
def test_damaged_target_pieces_are_refused(pieces: list[int]) -> None:
    with pytest.raises(ModelError):
        TargetPieces(np.array(pieces, np.int64), 12)


def test_a_decoder_shows_a_translation_as_it_grows() -> None:
    decoder, tokenizer = _decoder()
    shown: list[str] = []
    phrase = decoder.decode("The cat sees a boat.", on_text=shown.append)
    assert 0 < phrase.confidence <= 1
    assert len(set(shown)) == len(shown)
    assert not {tokenizer.decode([UNKNOWN])} & set(phrase.text.split())


def test_a_decoder_copies_from_a_very_similar_pair() -> None:
    decoder, _ = _decoder()
    near = [NearPair("The cat sees a boat", "Le chat voit un bateau.", 1.0, 1)]
    alone = decoder.decode("The cat sees a boat.")
    helped = decoder.decode("The cat sees a boat.", near)
    assert _common_words(helped.text) >= _common_words(alone.text)
    assert helped != alone


def test_a_network_of_another_tokenizer_is_refused() -> None:
    weights = {
        **random_translation_weights(SHAPE),
        TARGET_PIECES: np.arange(8, dtype=np.int32),
    }
    with pytest.raises(ModelError, match="do not fit"):
        NetworkDecoder(weights, _tokenizer().model)
    with pytest.raises(ModelError, match="missing"):
        NetworkDecoder(random_translation_weights(SHAPE), _tokenizer().model)


def _common_words(text: str) -> int:
    return len({"Le", "chat", "voit", "un", "bateau."} & set(text.split()))


def _tokenizer() -> PairTokenizer:
    pairs = sentence_pairs()
    return train_pair_tokenizer([text for pair in pairs for text in (pair.source, pair.target)], 60)


def _decoder() -> tuple[NetworkDecoder, PairTokenizer]:
    tokenizer = _tokenizer()
    targets = [tokenizer.encode(pair.target) for pair in sentence_pairs()]
    pieces = TargetPieces.used_in(targets, tokenizer.size).pieces
    shape = TranslationShape(tokenizer.size, len(pieces), embedding=8, encoder=6, decoder=7)
    weights = {**random_translation_weights(shape, scale=0.3), TARGET_PIECES: pieces.astype(np.int32)}
    return NetworkDecoder(weights, tokenizer.model), tokenizer


def _scored(network: TranslationNetwork, source: list[int], pieces: tuple[int, ...]) -> Hypothesis:
    encoded, state, last, total = network.encode(source), network.start(), START, 0.0
    for number, piece in enumerate((*pieces, END)):
        probabilities, state, _ = network.step(encoded, np.array([last]), state, is_first=not number)
        probabilities[:, [0, 1, 2]] = 0
        total += float(np.log(probabilities[0, piece]))
        last = piece
    return Hypothesis(pieces, total, True)
