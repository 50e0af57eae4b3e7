"""Text to pieces and back, exactly.

SentencePiece (Kudo and Richardson, 2018, https://arxiv.org/abs/1808.06226) with lossless
settings: no normalisation, no added or removed spaces, bytes for what it has no piece for.
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
from rnnchat.text.tokenizer_rules import END, MODEL, START, USER, check_tokenizer

_MARK = "▁"  # SentencePiece's own sign for a space; as text it has to be spelled in bytes
_SEGMENT = re.compile(f"({_MARK}+)")
_FIXED_PIECES = 262  # bytes, roles and the end of a line
COVERED = 0.9995
"""The share of characters that are pieces, where there is room for them."""
LEAST_COVERED = 0.98
"""And where there is not; SentencePiece takes no less."""
_TRAINING_LINE = 4_000  # bytes of a line that the trainer sees at once


@dataclass(frozen=True)
class Roles:
    """The pieces that mark structure; no text ever encodes to one of them."""

    start: int
    end: int
    user: int
    model: int


class Tokenizer:
    """A trained SentencePiece model.

    ``decode(encode(text)) == text`` for every text that UTF-8 can hold.
    """

    def __init__(self, model: bytes) -> None:
        self.model = model
        self.size = check_tokenizer(model)
        processor: Any = sentencepiece.SentencePieceProcessor()
        try:
            processor.LoadFromSerializedProto(model)
            self._processor = processor
            self._bytes = self._spellings()
            scores = processor.GetScore(list(range(self.size)))
        except (RuntimeError, TypeError, ValueError, IndexError) as error:
            raise ModelError("The tokenizer is damaged.", "Run `rnnchat models check`.") from error
        if processor.GetPieceSize() != self.size or not all(map(math.isfinite, scores)):
            raise ModelError("The tokenizer is damaged: its pieces are not those that its file holds.")
        self._byte_pieces = [processor.PieceToId(f"<0x{value:02X}>") for value in range(256)]
        self.roles = Roles(*(processor.PieceToId(name) for name in (START, END, USER, MODEL)))

    def encode(self, text: str) -> list[int]:
        """Return the pieces of `text`."""
        if _MARK in text:
            pieces: list[int] = []
            for segment in _SEGMENT.split(text):
                pieces += self._as_bytes(segment) if segment.startswith(_MARK) else self._encode(segment)
            return pieces
        return self._encode(text)

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the pieces of each of `texts`, on all processors."""
        encoded: list[list[int]] = self._processor.Encode(list(texts), num_threads=-1)
        return [
            pieces if self.decode_bytes(pieces) == text.encode() else self.encode(text)
            for text, pieces in zip(texts, encoded, strict=True)
        ]

    def decode_bytes(self, pieces: Iterable[int]) -> bytes:
        """Return the UTF-8 bytes that `pieces` spell; roles spell nothing."""
        spelled = self._bytes
        return b"".join([spelled[piece] for piece in pieces])

    def decode(self, pieces: Iterable[int]) -> str:
        """Return the text of `pieces`; half characters, which only a model can make, become U+FFFD."""
        return self.decode_bytes(pieces).decode("utf-8", "replace")

    def stream(self) -> StreamingDecoder:
        """Return a decoder that takes pieces one by one."""
        return StreamingDecoder(self)

    def _encode(self, text: str) -> list[int]:
        pieces: list[int] = self._processor.EncodeAsIds(text)
        if self.decode_bytes(pieces) != text.encode():
            return self._as_bytes(text)
        return pieces

    def _as_bytes(self, text: str) -> list[int]:
        return [self._byte_pieces[value] for value in text.encode()]

    def _spellings(self) -> list[bytes]:
        """Return the bytes that each piece stands for."""
        processor, pieces = self._processor, list(range(self.size))
        spelled = [name.replace(_MARK, " ").encode() for name in processor.IdToPiece(pieces)]
        for piece, is_control in enumerate(processor.IsControl(pieces)):
            if is_control or processor.IsUnknown(piece):
                spelled[piece] = b""
        for piece, is_byte in enumerate(processor.IsByte(pieces)):
            if is_byte:
                spelled[piece] = bytes([int(spelled[piece][3:5], 16)])
        return spelled


class StreamingDecoder:
    """Turns pieces into text as they come, never showing half a character."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: int) -> str:
        """Return the text that is complete once `piece` has come."""
        return self._decoder.decode(self._tokenizer.decode_bytes((piece,)))

    def finish(self) -> str:
        """Return what is left at the end: U+FFFD for half a character."""
        return self._decoder.decode(b"", final=True)


def vocabulary_for(size: int) -> int:
    """Return how many pieces suit a corpus of `size` bytes.

    On 1 MB of plays 1,024 pieces take 2.38 bits per byte after three minutes, and 4,096 take 2.44.
    """
    for vocabulary, bytes_needed in ((4096, 1_400_000), (2048, 1_100_000), (1024, 150_000)):
        if size >= bytes_needed:
            return vocabulary
    return 512


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Learn a tokenizer of at most `vocabulary` pieces from `texts`, or as many as their script needs.

    Raises NotesError where the texts hold too little.
    """
    lines = list(_training_lines(texts))
    if not lines:
        raise NotesError("There is no text to learn a tokenizer from.", "Name a folder with notes.")
    writer = io.BytesIO()
    size, coverage = _fitted(lines, vocabulary)
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
            max_sentence_length=2 * _TRAINING_LINE,
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
            "A tokenizer could not be learned from these notes.",
            "Add more text, or train from a saved model.",
        ) from error
    return Tokenizer(writer.getvalue())


def _fitted(lines: Iterable[str], vocabulary: int) -> tuple[int, float]:
    """Return how many pieces there are to be, and the share of all characters that are pieces of their own.

    In a script of thousands of characters that share is smaller, as pieces of several are worth more than
    rare ones, which are spelled in bytes; and where LEAST_COVERED takes more pieces, there are more.
    """
    counts = Counter(itertools.chain.from_iterable(lines))
    cumulative = list(itertools.accumulate(count for _, count in counts.most_common()))
    needed = bisect.bisect_left(cumulative, LEAST_COVERED * cumulative[-1]) + 2
    vocabulary = max(vocabulary, _FIXED_PIECES + needed * 3 // 2)
    room = (vocabulary - _FIXED_PIECES) * 2 // 3
    share = cumulative[min(room, len(cumulative)) - 1] / cumulative[-1]
    return vocabulary, min(COVERED, max(LEAST_COVERED, share - 1e-6))


def _training_lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines of `texts`, long ones cut, without what the trainer must not see."""
    for text in texts:
        for line in text.replace(_MARK, " ").replace("\0", "").split("\n"):
            for start in range(0, len(line), _TRAINING_LINE // 4):
                yield line[start : start + _TRAINING_LINE // 4]
