"""Translates phrases: from the memory of pairs where it has them, and otherwise with a network."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rnnchat.errors import RnnchatError
from rnnchat.tasks.asking.sentences import split_sentences
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.protocols import NearPair, PhraseDecoder
from rnnchat.tasks.translation.similarity import SAME_WORDS
from rnnchat.tasks.translation.words import is_spaceless, words_of
from rnnchat.text.notes.clean import sanitize
from rnnchat.text.scripts import script_of

FROM_MEMORY = "memory"
"""The origin of a translation that is a pair of the memory."""
FROM_NETWORK = "network"
"""The origin of a translation that a network made."""
NEAR = 0.6
"""A network may copy from pairs that are at least this similar to the text."""
NEAR_PAIRS = 4
"""A network may copy from at most this many pairs."""
LONGEST_PHRASE = 60
"""A sentence has at most this many words."""
LONGEST_SPACELESS_PHRASE = 100
"""A sentence in a script without spaces has at most this many characters."""
LONGEST_TEXT = 300
"""A text has at most this many words: what is longer is a document."""
_MAXIMUM_CHARACTERS = 20_000
"""A longer text is refused without counting its words."""
_UNKNOWN_SHARE = 0.75
"""A text of which more words than this share are in no pair is in another language."""
_FEWEST_WORDS = 4
"""Shorter texts are never taken for another language: they may be names."""

_NUMBER = re.compile(r"\d+")
_WIDE_ENDS = "。！？"
"""No space follows a sentence that ends with one of these."""


class PhraseError(RnnchatError):
    """A text cannot be translated."""


@dataclass(frozen=True)
class Translation:
    """A translation, and where it is from."""

    text: str
    origin: str
    """FROM_MEMORY or FROM_NETWORK; of several sentences, FROM_MEMORY if all are from there."""
    similarity: float
    """How similar the nearest source of the memory is, from 0 to 1; of several sentences, the least."""
    source: NearPair | None
    """The pair that the text is from; None where it is the network's, or of several sentences."""
    confidence: float
    """How probable the translation is, from 0 to 1; of several sentences, the least.

    Of a pair, it is its similarity.
    """
    parts: tuple[Translation, ...] = ()
    """The translation of each sentence, where there are several."""
    doubt: str = ""
    """What is probably wrong with the network's translation, in a few words; usually nothing."""

    def as_dict(self) -> dict[str, Any]:
        """Return the translation as it is printed for programs."""
        source = self.source
        values = {
            "text": self.text,
            "from": self.origin,
            "similarity": round(self.similarity, 4),
            "source": source and {"line": source.line, "text": source.source, "translation": source.target},
            "confidence": round(self.confidence, 4),
        }
        if self.doubt:
            values["doubt"] = self.doubt
        if self.parts:
            values["sentences"] = [part.as_dict() for part in self.parts]
        return values


class Translator:
    """Translates with a memory and, where there is a `decoder`, a network."""

    def __init__(self, memory: TranslationMemory, decoder: PhraseDecoder | None = None) -> None:
        self.memory = memory
        self._decoder = decoder

    @property
    def has_network(self) -> bool:
        """Whether sentences that are not in the memory can be translated."""
        return self._decoder is not None

    def translate(self, text: str, on_text: Callable[[str], None] | None = None) -> Translation:
        """Return the translation of a phrase, or of a few sentences, which are translated one by one.

        `on_text` is called with the translation so far as words are added to it. Raises PhraseError where the
        text is empty, too long, or in a language that the pairs are not in, and where the memory does not
        have it and there is no network.
        """
        text = unicodedata.normalize("NFC", sanitize(text)).strip()
        _require_length(text)
        whole = self._from_memory(text)
        if whole is not None:
            return whole
        self._require_known_words(text)
        parts = list(_parts(text))
        for part in parts:
            _require_phrase(part.sentence)
        before, found = "", []
        for part in parts:
            before += part.line_break or _gap_after(before)
            show = None if on_text is None else _prefixed(on_text, before)
            found.append(self._translate_phrase(part.sentence, show))
            before += found[-1].text
            if on_text is not None:
                on_text(before)
        return found[0] if len(found) == 1 else _joined(before, found)

    def translate_with_network(
        self, phrase: str, on_text: Callable[[str], None] | None = None
    ) -> Translation:
        """Return the network's translation of a phrase, also where a pair has it."""
        if self._decoder is None:
            raise PhraseError("This model has no network.", "Train one with more pairs.")
        near = self.memory.nearest(phrase, NEAR_PAIRS)
        similar = [pair for pair in near if pair.similarity >= NEAR]
        decoded = self._decoder.decode(phrase, similar, on_text)
        best = near[0].similarity if near else 0.0
        doubt = self._doubt(phrase, decoded.text)
        return Translation(decoded.text.strip(), FROM_NETWORK, best, None, decoded.confidence, doubt=doubt)

    def _translate_phrase(self, phrase: str, on_text: Callable[[str], None] | None) -> Translation:
        known = self._from_memory(phrase)
        if known is not None:
            return known
        if self._decoder is not None:
            decoded = self.translate_with_network(phrase, on_text)
            if decoded.text:
                return decoded
            raise PhraseError("The network finds no translation of this phrase.", "Try other words.")
        # A pair that is only similar is no answer: another number or name would go unnoticed.
        nearest = next(iter(self.memory.nearest(phrase, least=NEAR)), None)
        if nearest is None:
            raise PhraseError(
                "No pair is similar to this phrase.",
                "This model only looks phrases up in its pairs. Train a network with more of them.",
            )
        raise PhraseError(
            f"No pair has this phrase: {phrase}",
            f"The most similar one, in line {nearest.line:,}: {nearest.source} – {nearest.target}"
            f" ({nearest.similarity:.0%} similar).",
        )

    def _doubt(self, phrase: str, translation: str) -> str:
        """Return what is probably wrong with the network's translation of a phrase; usually nothing."""
        if sorted(_NUMBER.findall(phrase)) != sorted(_NUMBER.findall(translation)):
            return "check the numbers"
        words = [word for word in words_of(phrase) if script_of(word[0])]
        unknown = next((word for word in words if not self.memory.knows(word)), "")
        return f"“{unknown}” is in no pair" if unknown else ""

    def _from_memory(self, text: str) -> Translation | None:
        pair = self.memory.same(text)
        if pair is None or pair.similarity < SAME_WORDS:
            return None
        return Translation(pair.target, FROM_MEMORY, pair.similarity, pair, pair.similarity)

    def _require_known_words(self, text: str) -> None:
        """Raise PhraseError where the script of a text, or hardly any word of it, is in the pairs."""
        hint = "Check that the text is in the language that the model translates from."
        words = [word for word in words_of(text) if script_of(word[0])]
        scripts = {script_of(word[0]) for word in words}
        if words and not scripts & self.memory.scripts:
            raise PhraseError(f"The pairs have no text in this script ({', '.join(sorted(scripts))}).", hint)
        unknown = sum(not self.memory.knows(word) for word in words)
        if len(words) >= _FEWEST_WORDS and unknown > _UNKNOWN_SHARE * len(words):
            raise PhraseError(
                f"{unknown:,} of the {len(words):,} words are in no pair: this may be another language.",
                hint,
            )


@dataclass(frozen=True)
class _Part:
    """A sentence of a text."""

    line_break: str
    """The line breaks before it, with the spaces around them; empty after another sentence in a line."""
    sentence: str


def _parts(text: str) -> Iterator[_Part]:
    """Yield the sentences of a text, split at line breaks and ends of sentences."""
    line_break = ""
    for piece in re.split(r"(\s*\n\s*)", text):
        if not piece.strip():
            line_break = piece
            continue
        for sentence in [one.text for one in split_sentences(piece)] or [piece.strip()]:
            yield _Part(line_break, sentence)
            line_break = ""


def _gap_after(text: str) -> str:
    """Return what separates a translation from the next sentence in its line."""
    return "" if not text or text[-1] in _WIDE_ENDS or is_spaceless(text[-1]) else " "


def _require_length(text: str) -> None:
    if not text:
        raise PhraseError("There is nothing to translate.", "Write a phrase.")
    length = len(words_of(text)) if len(text) <= _MAXIMUM_CHARACTERS else len(text.split())
    if length > LONGEST_TEXT or len(text) > _MAXIMUM_CHARACTERS:
        raise PhraseError(
            f"The text has {length:,} words: this translates phrases, not documents.",
            f"Give at most {LONGEST_TEXT} words, or one phrase a line on standard input.",
        )


def _require_phrase(sentence: str) -> None:
    words = words_of(sentence)
    spaceless = sum(map(is_spaceless, words))
    most = LONGEST_SPACELESS_PHRASE if spaceless > len(words) / 2 else LONGEST_PHRASE
    if len(words) > most:
        raise PhraseError(
            f"A sentence has {len(words):,} words: this translates phrases of at most {most}.",
            "Break it into shorter sentences.",
        )


def _prefixed(on_text: Callable[[str], None], before: str) -> Callable[[str], None]:
    return lambda text: on_text(before + text)


def _joined(text: str, parts: Sequence[Translation]) -> Translation:
    """Return the translation of several sentences."""
    origin = FROM_MEMORY if all(part.origin == FROM_MEMORY for part in parts) else FROM_NETWORK
    similarity = min(part.similarity for part in parts)
    confidence = min(part.confidence for part in parts)
    doubt = next((part.doubt for part in parts if part.doubt), "")
    return Translation(text, origin, similarity, None, confidence, tuple(parts), doubt)
