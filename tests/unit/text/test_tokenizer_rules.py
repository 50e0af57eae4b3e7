"""Only tokenizers with the settings of this project are loaded."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
import sentencepiece

from rnnchat.errors import ModelError
from rnnchat.text.tokenizer import Tokenizer, vocabulary_for
from rnnchat.text.tokenizer_rules import check_tokenizer
from tests.helpers.places import ROOT

OURS: dict[str, Any] = {
    "model_type": "bpe",
    "vocab_size": 400,
    "hard_vocab_limit": False,
    "character_coverage": 0.999,
    "normalization_rule_name": "identity",
    "remove_extra_whitespaces": False,
    "add_dummy_prefix": False,
    "byte_fallback": True,
    "split_digits": True,
    "allow_whitespace_only_pieces": True,
    "unk_id": 0,
    "bos_id": 1,
    "eos_id": 2,
    "pad_id": -1,
    "control_symbols": ["<user>", "<model>"],
    "user_defined_symbols": ["\n"],
    "minloglevel": 2,
}


def trained(texts: list[str], **other: Any) -> bytes:
    writer = io.BytesIO()
    lines = iter([line for text in texts for line in text.split("\n") if line])
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=lines, model_writer=writer, **{**OURS, **other}
    )
    return writer.getvalue()


def test_ours_are_loaded(texts: list[str]) -> None:
    assert Tokenizer(trained(texts)).size == 400
    assert Tokenizer(trained(texts, vocab_size=500, character_coverage=0.98, num_threads=1)).size == 500
    shipped = (ROOT / "models" / "base" / "tokenizer.model").read_bytes()
    assert check_tokenizer(shipped) == Tokenizer(shipped).size >= vocabulary_for(0)


@pytest.mark.parametrize(
    "other",
    [
        {"model_type": "unigram"},
        {"model_type": "word", "byte_fallback": False},
        {"model_type": "char"},
        {"normalization_rule_name": "nfkc"},
        {"normalization_rule_name": "nmt_nfkc"},
        {"normalization_rule_name": "nmt_nfkc_cf"},
        {"remove_extra_whitespaces": True},
        {"add_dummy_prefix": True},
        {"byte_fallback": False},
        {"split_digits": False},
        {"allow_whitespace_only_pieces": False},
        {"treat_whitespace_as_suffix": True},
        {"split_by_whitespace": False},
        {"split_by_unicode_script": False},
        {"split_by_number": False},
        {"max_sentencepiece_length": 8},
        {"required_chars": "é"},
        {"unk_id": 3, "bos_id": 0},
        {"bos_id": -1},
        {"pad_id": 3},
        {"bos_piece": "<bos>"},
        {"unk_piece": "<unknown>"},
        {"unk_surface": "?"},
        {"control_symbols": []},
        {"control_symbols": ["<model>", "<user>"]},
        {"control_symbols": ["<user>", "<model>", "<x>"]},
        {"control_symbols": [], "user_defined_symbols": ["<user>", "<model>", "\n"]},
        {"user_defined_symbols": []},
        {"user_defined_symbols": ["\n", "\t"]},
    ],
    ids=str,
)
def test_others_are_refused(texts: list[str], other: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="not made by rnnchat"):
        Tokenizer(trained(texts, **other))


def test_what_is_cut_off_or_longer_is_refused(tokenizer: Tokenizer) -> None:
    model = tokenizer.model
    for end in (0, 1, 100, len(model) // 2, len(model) - 200, len(model) - 1):
        with pytest.raises(ModelError):
            Tokenizer(model[:end])
    normalizer = b"\x1a\x0c\x0a\x08identity\x18\x00"  # one that adds a prefix, as that is the default
    for more in (b"\0", b"\x0a\x00", b"\xff" * 20, model, normalizer, b"\x22\x00", b"\x2a\x02\x0a\x00"):
        with pytest.raises(ModelError):
            Tokenizer(model + more)


def test_pieces_that_are_no_text_or_without_end_are_refused(tokenizer: Tokenizer) -> None:
    model = tokenizer.model
    piece = b"\x0a\x0b\x0a\x02\xff\xfe\x15\0\0\0\0\x18\x01"
    endless = b"\x0a\x0a\x0a\x02xz\x15\0\0\xc0\x7f"  # its score is no number
    first = 262  # which are the same in each
    place = 0
    for _ in range(first):
        place += 2 + model[place + 1]
    for more in (piece, endless, b"\x0a\xff\x01" + b"x" * 255):
        with pytest.raises(ModelError):
            Tokenizer(model[:place] + more + model[place:])


def test_any_damage_is_refused_or_spells_text_as_before(tokenizer: Tokenizer) -> None:
    chance = random.Random(0)
    text = "The weir — 7 herons,\n雨 नमस्ते <user> ▁"
    for _ in range(150):
        data = bytearray(tokenizer.model)
        for _ in range(chance.choice((1, 1, 3))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            damaged = Tokenizer(bytes(data))
        except ModelError:
            continue
        assert damaged.decode(damaged.encode(text)) == text
        assert damaged.roles == tokenizer.roles
