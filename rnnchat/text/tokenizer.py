"""Text to pieces and back, without loss.

SentencePiece (Kudo and Richardson, 2018, https://arxiv.org/abs/1808.06226) with byte-pair encoding and
lossless settings: no normalisation, no spaces added or removed, and bytes for characters without a piece.
"""

from __future__ import annotations

import bisect
import codecs
import io
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sentencepiece

from rnnchat.errors import ModelError, NotesError
from rnnchat.text.tokenizer_rules import END, FIXED_PIECES, MODEL, START, USER, check_tokenizer

_SPACE_SYMBOL = "▁"
"""SentencePiece's sign for a space; where a text contains it, it has to be encoded in bytes."""
_SPACE_SYMBOLS = re.compile(f"({_SPACE_SYMBOL}+)")
"""Splits a text at runs of the space symbol."""
_SPACES = re.compile("( +)")
"""Splits a text at runs of spaces."""
MAXIMUM_COVERAGE = 0.9995
"""The share of a corpus's characters that get a piece of their own, where the vocabulary is large enough."""
MINIMUM_COVERAGE = 0.98
"""The smallest such share, which is also the smallest that SentencePiece accepts."""
_TRAINING_LINE_BYTES = 4_000
"""The longest line, in UTF-8 bytes, that the trainer is given."""


@dataclass(frozen=True)
class Roles:
    """The identifiers of the pieces that mark structure; no text encodes to one of them."""

    start: int
    end: int
    user: int
    model: int


class Tokenizer:
    """A trained SentencePiece model of `size` pieces, with identifiers from 0 to ``size - 1``.

    ``decode(encode(text)) == text`` for every text that UTF-8 can encode. Raises ModelError where `model`,
    the contents of its file, is damaged or was not made by `train_tokenizer`.
    """

    def __init__(self, model: bytes) -> None:
        self.model = model
        self.size = check_tokenizer(model)
        processor: Any = sentencepiece.SentencePieceProcessor()
        try:
            processor.LoadFromSerializedProto(model)
            self._processor = processor
            self.piece_bytes = self._bytes_of_pieces()
            """The UTF-8 bytes of each piece; the pieces of `roles` have none."""
            scores = processor.GetScore(list(range(self.size)))
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            raise ModelError("The tokenizer is damaged.", "Run `rnnchat models check`.") from error
        if processor.GetPieceSize() != self.size or not all(map(math.isfinite, scores)):
            raise ModelError("The tokenizer is damaged: its pieces are not those that its file holds.")
        self._byte_pieces = [processor.PieceToId(f"<0x{value:02X}>") for value in range(256)]
        self.roles = Roles(*(processor.PieceToId(name) for name in (START, END, USER, MODEL)))

    def encode(self, text: str) -> list[int]:
        """Return the piece identifiers of `text`."""
        if _SPACE_SYMBOL in text:
            pieces: list[int] = []
            for segment in _SPACE_SYMBOLS.split(text):
                pieces += (
                    self._as_bytes(segment) if segment.startswith(_SPACE_SYMBOL) else self._encode(segment)
                )
            return pieces
        return self._encode(text)

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the piece identifiers of each of `texts`, using all processors."""
        encoded: list[list[int]] = self._processor.Encode(list(texts), num_threads=-1)
        return [
            pieces if self.decode_bytes(pieces) == text.encode() else self.encode(text)
            for text, pieces in zip(texts, encoded, strict=True)
        ]

    def decode_bytes(self, pieces: Iterable[int]) -> bytes:
        """Return the UTF-8 bytes of `pieces`; the pieces of `roles` have none."""
        decoded = self.piece_bytes
        return b"".join([decoded[piece] for piece in pieces])

    def decode(self, pieces: Iterable[int]) -> str:
        """Return the text of `pieces`; incomplete characters, which only a model generates, become U+FFFD."""
        return self.decode_bytes(pieces).decode("utf-8", "replace")

    def share_in_bytes(self, text: str) -> float:
        """Return the share of a text's UTF-8 bytes that have no piece but one for each byte, from 0 to 1."""
        single = set(self._byte_pieces)
        count = sum(piece in single for piece in self.encode(text))
        return count / max(1, len(text.encode()))

    def stream(self) -> StreamingDecoder:
        """Return a decoder for pieces that arrive one by one."""
        return StreamingDecoder(self)

    def _encode(self, text: str) -> list[int]:
        pieces: list[int] = self._processor.EncodeAsIds(text)
        if self.decode_bytes(pieces) == text.encode():
            return pieces
        if " " not in text:
            return self._as_bytes(text)
        # A tokenizer that was trained on texts without spaces has no piece for one.
        segments = _SPACES.split(text)
        encoded = (self._as_bytes(part) if part.startswith(" ") else self._encode(part) for part in segments)
        return [piece for own in encoded for piece in own]

    def _as_bytes(self, text: str) -> list[int]:
        return [self._byte_pieces[value] for value in text.encode()]

    def _bytes_of_pieces(self) -> list[bytes]:
        """Return the UTF-8 bytes of each piece."""
        processor, pieces = self._processor, list(range(self.size))
        decoded = [name.replace(_SPACE_SYMBOL, " ").encode() for name in processor.IdToPiece(pieces)]
        for piece, is_control in enumerate(processor.IsControl(pieces)):
            if is_control or processor.IsUnknown(piece):
                decoded[piece] = b""
        for piece, is_byte in enumerate(processor.IsByte(pieces)):
            if is_byte:
                decoded[piece] = bytes([int(decoded[piece][3:5], 16)])
        return decoded


class StreamingDecoder:
    """Decodes pieces as they arrive, and returns only complete characters."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: int) -> str:
        """Return the characters that `piece` completes, which may be none."""
        return self._decoder.decode(self._tokenizer.decode_bytes((piece,)))

    def finish(self) -> str:
        """Return what is left at the end: U+FFFD for an incomplete character."""
        return self._decoder.decode(b"", final=True)


def vocabulary_size_for(size: int) -> int:
    """Return a vocabulary size, in pieces, that suits a corpus of `size` bytes.

    On 1 MB of plays, three minutes of training reach 2.38 bits per byte with 1,024 pieces, 2.44 with 4,096.
    """
    for vocabulary, bytes_needed in ((4096, 1_400_000), (2048, 1_100_000), (1024, 150_000)):
        if size >= bytes_needed:
            return vocabulary
    return 512


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Train a tokenizer of at most `vocabulary` pieces on `texts`; of more where their script needs them.

    Raises NotesError where the texts are too short.
    """
    lines = list(_training_lines(texts))
    if not lines:
        raise NotesError("There is no text to learn from.", "Choose a folder with notes.")
    writer = io.BytesIO()
    size, coverage = _size_and_coverage(lines, vocabulary)
    try:
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=iter(lines),
            model_writer=writer,
            model_type="bpe",
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=coverage,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            add_dummy_prefix=False,
            byte_fallback=True,
            split_digits=True,
            allow_whitespace_only_pieces=True,
            max_sentence_length=2 * _TRAINING_LINE_BYTES,
            unk_id=0,
            bos_id=1,
            eos_id=2,
            pad_id=-1,
            control_symbols=[USER, MODEL],
            user_defined_symbols=["\n"],
            num_threads=2,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise NotesError(
            "These notes are too short to build a vocabulary from.",
            "Add more text, or start from a saved model with `--from`.",
        ) from error
    return Tokenizer(writer.getvalue())


def _size_and_coverage(lines: Iterable[str], vocabulary: int) -> tuple[int, float]:
    """Return the vocabulary size, and the share of all characters that get a piece of their own.

    In a script of thousands of characters that share is smaller: pieces of several characters are worth more
    than pieces of rare characters, which are encoded in bytes. Where MINIMUM_COVERAGE needs more pieces than
    `vocabulary`, there are more.
    """
    counts = Counter(itertools.chain.from_iterable(lines))
    cumulative = list(itertools.accumulate(count for _, count in counts.most_common()))
    needed = bisect.bisect_left(cumulative, MINIMUM_COVERAGE * cumulative[-1]) + 2
    vocabulary = max(vocabulary, len(FIXED_PIECES) + needed * 3 // 2)
    single_characters = (vocabulary - len(FIXED_PIECES)) * 2 // 3
    share = cumulative[min(single_characters, len(cumulative)) - 1] / cumulative[-1]
    return vocabulary, min(MAXIMUM_COVERAGE, max(MINIMUM_COVERAGE, share - 1e-6))


def _training_lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines of `texts`, long ones cut, without characters that SentencePiece reserves."""
    for text in texts:
        for line in text.replace(_SPACE_SYMBOL, " ").replace("\0", "").split("\n"):
            for start in range(0, len(line), _TRAINING_LINE_BYTES // 4):
                yield line[start : start + _TRAINING_LINE_BYTES // 4]
