"""The tokenizer of a pair of languages: one set of pieces for both.

SentencePiece's unigram model (Kudo 2018, https://arxiv.org/abs/1804.10959). The tokenizer of a network that
reads notes would spell most of a second language in bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import sentencepiece

from rnnchat.errors import ModelError, NotesError
from rnnchat.tasks.translation.placeholders import PLACEHOLDERS

PADDING, UNKNOWN, START, END = range(4)
"""The pieces without a text: for empty places, for unknown characters, and for a sentence's start and end."""
LARGEST_VOCABULARY = 6144
"""The most pieces of a tokenizer."""
PAIRS_PER_PIECE = 4
"""A tokenizer has one piece for this many pairs, but at least SMALLEST_VOCABULARY."""
SMALLEST_VOCABULARY = 512
"""The fewest pieces of a tokenizer."""
COVERAGE = 0.9995
"""The share of all characters that have a piece; rarer characters are unknown."""
LONGEST_SENTENCE_BYTES = 4_000
"""The longest sentence that the training of a tokenizer reads."""


class PairTokenizer:
    """A trained tokenizer of `size` pieces; raises ModelError where the file `model` is damaged."""

    def __init__(self, model: bytes) -> None:
        self.model = model
        processor: Any = sentencepiece.SentencePieceProcessor()
        try:
            processor.LoadFromSerializedProto(model)
            self.size: int = processor.GetPieceSize()
            has_marks = [processor.pad_id(), processor.unk_id(), processor.bos_id(), processor.eos_id()] == [
                PADDING,
                UNKNOWN,
                START,
                END,
            ]
        except (RuntimeError, TypeError, ValueError) as error:
            raise ModelError(
                "The translator's tokenizer is damaged.", "Run `rnnchat models check`."
            ) from error
        if not has_marks:
            raise ModelError("The translator's tokenizer is not one of a pair of languages.")
        self._processor = processor
        pieces = {placeholder: int(processor.PieceToId(placeholder)) for placeholder in PLACEHOLDERS}
        self.placeholders: dict[str, int] = {
            placeholder: piece for placeholder, piece in pieces.items() if piece != UNKNOWN
        }
        """The piece of each placeholder; none where the tokenizer is that of an earlier version."""

    def encode(self, text: str) -> list[int]:
        """Return the pieces of `text`, and the end."""
        return [*self._processor.EncodeAsIds(text), END]

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the pieces of each of `texts`, with their ends, using all processors."""
        encoded = self._processor.Encode(list(texts), num_threads=-1)
        return [[*pieces, END] for pieces in encoded]

    def decode(self, pieces: Iterable[int]) -> str:
        """Return the text of `pieces`."""
        text: str = self._processor.DecodeIds([int(piece) for piece in pieces])
        return text


def vocabulary_for(pairs: int) -> int:
    """Return how many pieces suit this many pairs."""
    return min(LARGEST_VOCABULARY, max(SMALLEST_VOCABULARY, pairs // PAIRS_PER_PIECE))


def train_pair_tokenizer(sentences: Iterable[str], vocabulary: int) -> PairTokenizer:
    """Train a tokenizer of at most `vocabulary` pieces; of more where the scripts need them.

    Raises NotesError where the sentences are too short.
    """
    sentences = list(sentences)
    characters = len({character for sentence in sentences for character in sentence})
    writer = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=iter(sentences),
            model_writer=writer,
            model_type="unigram",
            vocab_size=max(vocabulary, characters + 4 + len(PLACEHOLDERS)),
            user_defined_symbols=list(PLACEHOLDERS),
            hard_vocab_limit=False,
            character_coverage=COVERAGE,
            normalization_rule_name="identity",
            split_digits=True,
            max_sentence_length=LONGEST_SENTENCE_BYTES,
            pad_id=PADDING,
            unk_id=UNKNOWN,
            bos_id=START,
            eos_id=END,
            num_threads=2,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise NotesError(
            "These pairs are too few or too short to build a vocabulary from.", "Add more pairs."
        ) from error
    return PairTokenizer(writer.getvalue())
