"""A translation memory: the pairs whose sources are the same as a text, or similar to it.

Each sentence is a row of word numbers. Sentences with the same words are found by a hash of the row. Similar
ones are found in two steps: the inverted list of words gives the sentences with the highest cosine of their
TF-IDF weights, and the best of these are compared word by word (`similarity.py`).
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.asking.postings import rarity
from rnnchat.tasks.translation.choice import one_pair_for_each_source
from rnnchat.tasks.translation.pairs import LONGEST_SENTENCE, MAXIMUM_PAIRS, SentencePair
from rnnchat.tasks.translation.protocols import NearPair
from rnnchat.tasks.translation.similarity import edit_similarities, similarity_of_same_words
from rnnchat.tasks.translation.words import without_accents, words_of
from rnnchat.text.scripts import script_of

CANDIDATES = 64
"""So many sentences are compared with a text word by word."""
RARE_WORD = 2.0
"""In the comparison, the rarest word counts this much more than the most frequent one, which counts 1."""
MAXIMUM_TEXT = 2**28
"""The texts of one language have at most this many bytes."""
_SCRIPT_SHARE = 0.01
"""A script that fewer words than this share are in is that of a few foreign names."""
_UNKNOWN = -1
"""The number of a word that no sentence has."""
_FILL = -2
"""The number in place of words after the end of a sentence."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""The odd number whose powers are the weights of places in a hash."""
_ARRAYS: Mapping[str, str] = {
    "sources": "u1",
    "targets": "u1",
    "vocabulary": "u1",
    "lines": "u4",
    "starts": "u4",
    "words": "u4",
}
"""The types of the arrays of a saved memory; texts are compressed with zlib, a line each."""


class TranslationMemory:
    """Pairs that can be looked up by their sources; one for each source."""

    def __init__(
        self,
        sources: TextLines,
        targets: TextLines,
        lines: NDArray[np.unsignedinteger],
        vocabulary: Sequence[str],
        starts: NDArray[np.integer],
        words: NDArray[np.integer],
    ) -> None:
        """Make the lists that sentences are found by; row i has the words `starts[i]` to `starts[i + 1]`."""
        self._sources, self._targets, self._lines = sources, targets, lines
        self._vocabulary = tuple(vocabulary)
        self._numbers = {word: number for number, word in enumerate(vocabulary)}
        self._starts = np.asarray(starts, np.int64)
        self._words = np.asarray(words, np.int32)
        self._index_rows()

    @classmethod
    def build(cls, pairs: Sequence[SentencePair]) -> TranslationMemory:
        """Return the memory of `pairs`; of several translations of a sentence, one is chosen."""
        rows = one_pair_for_each_source(pairs)
        numbers: dict[str, int] = {}
        words: list[int] = []
        starts = [0]
        for row in rows:
            words += [numbers.setdefault(word, len(numbers)) for word in words_of(row.source)]
            starts.append(len(words))
        return cls(
            TextLines.of([row.source for row in rows]),
            TextLines.of([row.target for row in rows]),
            np.array([row.line for row in rows], np.uint32),
            tuple(numbers),
            np.array(starts),
            np.array(words, np.int64),
        )

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> TranslationMemory:
        """Return the memory that was saved as `tensors`; raise ModelError where they are damaged."""
        if tensors.keys() != _ARRAYS.keys() or any(
            array.dtype != _ARRAYS[name] or array.ndim != 1 for name, array in tensors.items()
        ):
            raise _damaged("it does not have the arrays of a translation memory")
        sources, targets, vocabulary = (
            TextLines.decompress(tensors[name].tobytes()) for name in ("sources", "targets", "vocabulary")
        )
        lines, starts, words = (tensors[name] for name in ("lines", "starts", "words"))
        rows = len(lines)
        if not 0 < rows <= MAXIMUM_PAIRS or not len(sources) == len(targets) == rows == len(starts) - 1:
            raise _damaged("the numbers of its sentences do not match")
        sizes = np.diff(starts.astype(np.int64))
        if starts[0] != 0 or sizes.min() < 0 or starts[-1] != len(words) or sizes.max() > LONGEST_SENTENCE:
            raise _damaged("its sentences have impossible lengths")
        spellings = vocabulary.all()
        if (len(words) and int(words.max()) >= len(spellings)) or not all(spellings):
            raise _damaged("it has words without a spelling")
        return cls(sources, targets, lines, spellings, starts, words)

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to save, by name."""
        texts = {
            "sources": self._sources,
            "targets": self._targets,
            "vocabulary": TextLines.of(self._vocabulary),
        }
        return {
            **{name: np.frombuffer(text.compress(), np.uint8) for name, text in texts.items()},
            "lines": self._lines.astype(np.uint32),
            "starts": self._starts.astype(np.uint32),
            "words": self._words.astype(np.uint32),
        }

    def __len__(self) -> int:
        """Return the number of different sources."""
        return len(self._lines)

    def first_source(self) -> str:
        """Return the source of the first pair."""
        return self._sources[0]

    def knows(self, word: str) -> bool:
        """Return whether a word is in any of the sources."""
        return word in self._numbers

    def source_counts(self) -> dict[str, int]:
        """Return how often each word is in the sources."""
        counts = np.diff(self._word_starts).tolist()
        return dict(zip(self._vocabulary, counts, strict=True))

    def pairs_with(self, word: str, most: int) -> list[tuple[str, str]]:
        """Return the sources and targets of at most `most` pairs whose source has a `word`, evenly chosen."""
        number = self._numbers.get(word)
        if number is None:
            return []
        rows = np.unique(self._rows_of_words[self._word_starts[number] : self._word_starts[number + 1]])
        chosen = rows[:: max(1, -(-len(rows) // most))].tolist()
        return [(self._sources[row], self._targets[row]) for row in chosen]

    def target_count(self, word: str, most: int) -> int:
        """Return how often a `word`, as it is written, is in the translations, up to `most`."""
        return self._targets.count_word(word, most)

    def some_pairs(self, most: int) -> list[tuple[str, str]]:
        """Return the sources and targets of at most `most` pairs, evenly chosen."""
        rows = range(0, len(self), max(1, -(-len(self) // most)))
        return [(self._sources[row], self._targets[row]) for row in rows]

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The scripts that the words of the sources are in, without those of a few words only."""
        counts = Counter(script for word in self._vocabulary if (script := script_of(word[0])))
        return frozenset(
            script for script, count in counts.items() if count >= _SCRIPT_SHARE * counts.total()
        )

    def same(self, text: str) -> NearPair | None:
        """Return the pair whose source has the same words as `text`, the most similar one; None without one.

        Sentences without words are the same only if they are written in the same way.
        """
        words = words_of(text)
        folded = [self._folded_numbers.get(without_accents(word), _UNKNOWN) for word in words]
        if _UNKNOWN in folded or len(words) > LONGEST_SENTENCE:
            return None
        query = np.array(folded, np.int32)
        wanted = _hashes(query, np.array([0, len(query)]))[0]
        first, last = (int(np.searchsorted(self._sorted_hashes, wanted, side)) for side in ("left", "right"))
        found = []
        for row in sorted(self._by_hash[first:last].tolist()):
            source = self._sources[row]
            if words and np.array_equal(self._folded[self._words[self._span(row)]], query):
                found.append((similarity_of_same_words(text, source), -row))
            elif not words and source == text.strip():
                found.append((1.0, -row))
        if not found:
            return None
        similarity, row = max(found)
        return self._pair(-row, similarity)

    def nearest(self, text: str, count: int = 1, least: float = 0.0) -> list[NearPair]:
        """Return the `count` pairs whose sources are the most similar to `text`, the most similar first.

        Only those of which the similarity is at least `least`. A pair with the same words is found by `same`
        alone.
        """
        words = words_of(text)[:LONGEST_SENTENCE]
        numbers = np.array([self._numbers.get(word, _UNKNOWN) for word in words], np.int32)
        rows, cosines = self._candidates(numbers)
        if not len(rows):
            return []
        sizes = np.minimum(np.diff(self._starts)[rows], LONGEST_SENTENCE)
        places = np.arange(int(sizes.max()))
        is_word = places < sizes[:, None]
        at = np.minimum(self._starts[rows, None] + places, len(self._words) - 1)
        table = np.where(is_word, self._words[at], _FILL)
        costs = 1 + RARE_WORD * self._weights / self._weights[_UNKNOWN]
        weights = np.where(is_word, costs[table], 0).astype(np.float32)
        found = edit_similarities(numbers, costs[numbers], table, weights)
        order = np.lexsort((rows, -cosines, -found))[:count]
        return [self._pair(int(rows[place]), float(found[place])) for place in order if found[place] >= least]

    def _index_rows(self) -> None:
        """Make the hash of each row, the inverted list of words, and their weights."""
        rows = len(self._lines)
        folded_numbers: dict[str, int] = {}
        folded = [
            folded_numbers.setdefault(without_accents(word), len(folded_numbers)) for word in self._vocabulary
        ]
        self._folded_numbers = folded_numbers
        self._folded = np.array(folded, np.int32)
        hashes = _hashes(self._folded[self._words] if len(self._words) else self._words, self._starts)
        self._by_hash = np.argsort(hashes, kind="stable")
        self._sorted_hashes = hashes[self._by_hash]
        compact = self._words.astype(np.uint16 if len(self._vocabulary) <= 2**16 else np.uint32)
        order = np.argsort(compact, kind="stable")
        row_of_each = np.repeat(np.arange(rows, dtype=np.int32), np.diff(self._starts))
        self._rows_of_words = row_of_each[order]
        frequencies = np.bincount(self._words, minlength=len(self._vocabulary))
        self._word_starts = np.concatenate(([0], np.cumsum(frequencies)))
        idf = rarity(frequencies, max(rows, 1) + int(frequencies.max(initial=0)))
        # The last weight is that of words that no sentence has (_UNKNOWN is -1).
        self._weights = np.append(idf, rarity(0, max(rows, 1))).astype(np.float32)
        squares = np.bincount(row_of_each, self._weights[self._words] ** 2, rows)
        self._lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)

    def _candidates(self, numbers: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the rows with the highest cosine to the words with these `numbers`, and the cosines."""
        known = np.unique(numbers[numbers != _UNKNOWN])
        if not len(known):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        spans = [slice(int(self._word_starts[word]), int(self._word_starts[word + 1])) for word in known]
        rows = np.concatenate([self._rows_of_words[span] for span in spans])
        weights = np.repeat(self._weights[known] ** 2, [span.stop - span.start for span in spans])
        length = np.sqrt((self._weights[numbers] ** 2).sum())
        cosines = (np.bincount(rows, weights, len(self)) / (self._lengths * length)).astype(np.float32)
        best = np.argpartition(-cosines, min(CANDIDATES, len(cosines) - 1))[:CANDIDATES]
        best = np.sort(best[cosines[best] > 0])
        return best, cosines[best]

    def _span(self, row: int) -> slice:
        return slice(int(self._starts[row]), int(self._starts[row + 1]))

    def _pair(self, row: int, similarity: float) -> NearPair:
        return NearPair(self._sources[row], self._targets[row], similarity, int(self._lines[row]))


class TextLines:
    """Many short texts in one block of bytes, decoded when they are asked for."""

    def __init__(self, data: bytes) -> None:
        """Find the lines in `data`, each of which ends with a newline."""
        self._data = data
        self._ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextLines:
        """Return the lines of `texts`, which hold no newline."""
        return cls("".join(f"{text}\n" for text in texts).encode("utf-8", "replace"))

    @classmethod
    def decompress(cls, compressed: bytes) -> TextLines:
        """Return the lines that `compress` saved; raise ModelError where they are damaged or too large."""
        reader = zlib.decompressobj()
        try:
            data = reader.decompress(compressed, MAXIMUM_TEXT)
            data.decode("utf-8")
        except (zlib.error, ValueError) as error:
            raise _damaged("its texts cannot be read") from error
        if not reader.eof or reader.unused_data or (data and not data.endswith(b"\n")):
            raise _damaged("its texts are incomplete or too long")
        return cls(data)

    def compress(self) -> bytes:
        """Return the lines in compressed form."""
        return zlib.compress(self._data, 6)

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        """Return one line."""
        begin = int(self._ends[number - 1]) + 1 if number else 0
        return self._data[begin : int(self._ends[number])].decode("utf-8")

    def count_word(self, word: str, most: int) -> int:
        """Return how often a word of letters, as it is written, is in the lines, up to `most`."""
        found, data = 0, self._data
        for match in re.finditer(re.escape(word.encode()), data):
            begin, end = match.span()
            found += not (_is_letter(data[begin - 1 : begin]) or _is_letter(data[end : end + 1]))
            if found >= most:
                break
        return found

    def all(self) -> list[str]:
        """Return all lines."""
        return self._data.decode("utf-8").split("\n")[:-1]


def _is_letter(byte: bytes) -> bool:
    """Return whether a byte of UTF-8 is a letter, or a part of any character beyond ASCII."""
    return byte.isalpha() or byte >= b"\x80"


def _hashes(numbers: NDArray[np.integer], starts: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Return a hash of each row of word numbers; equal rows have equal hashes."""
    sizes = np.diff(starts)
    places = np.arange(len(numbers)) - np.repeat(starts[:-1], sizes)
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.full(int(sizes.max(initial=0)) + 1, _MULTIPLIER), dtype=np.uint64)
        terms = (numbers.astype(np.uint64) + np.uint64(1)) * powers[places]
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)))
        hashes: NDArray[np.uint64] = sums[starts[1:]] - sums[starts[:-1]]
    return hashes


def _damaged(how: str) -> ModelError:
    return ModelError(f"The translation memory is damaged: {how}.")
