"""Translates phrases: from the memory of pairs where it has them, and otherwise with a network."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from rnnchat.tasks.translation.capitals import sentence_case
from rnnchat.tasks.translation.confidence import quality_figures
from rnnchat.tasks.translation.copied_names import is_known
from rnnchat.tasks.translation.doubts import doubt_about
from rnnchat.tasks.translation.end_marks import EndMarks
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.number_style import NumberStyle
from rnnchat.tasks.translation.pairs import FEWEST_FOR_NETWORK
from rnnchat.tasks.translation.phrases import (
    PhraseError,
    PhrasePart,
    gap_after,
    phrase_parts,
    require_length,
    require_phrase,
)
from rnnchat.tasks.translation.placeholders import (
    NAME,
    MaskedSentence,
    common_parts,
    copied_parts,
    has_own_words,
    mask_pair,
    mask_sentence,
    without_placeholders,
)
from rnnchat.tasks.translation.protocols import PhraseDecoder
from rnnchat.tasks.translation.rare_names import rare_names
from rnnchat.tasks.translation.result import (
    FROM_MEMORY,
    FROM_NETWORK,
    FROM_TEXT,
    NetworkTranslation,
    Translation,
    joined,
    untranslated,
)
from rnnchat.tasks.translation.similarity import SAME_WORDS
from rnnchat.tasks.translation.source_language import SourceLanguage
from rnnchat.tasks.translation.substitution import substitute_numbers
from rnnchat.tasks.translation.words import words_of_letters
from rnnchat.text.notes.clean import sanitize
from rnnchat.text.scripts import script_of

NEAR = 0.6
"""A network may copy from pairs that are at least this similar to the text."""
NEAR_PAIRS = 4
"""A network may copy from at most this many pairs."""
_UNKNOWN_SHARE = 0.75
"""A text of which more words than this share are in no pair is in another language."""
_FEWEST_WORDS = 4
"""Shorter texts are never taken for another language: they may be names."""

_LEAST_LANGUAGE = 0.3
"""A text that is less probably in the language of the sources than this is said to look like another one."""
_MISSING_CONFIDENCE = 0.2
"""A translation without a number or a name of the text is at most this probable to be good."""
_PAIRS_READ = 5_000
"""The language, the numbers and the end marks of the translations are known by at most this many pairs."""


class Translator:
    """Translates with a memory and, where there is a `decoder`, a network.

    `language` is the name of the language that is translated from, for messages; it may be unknown.
    """

    def __init__(
        self, memory: TranslationMemory, decoder: PhraseDecoder | None = None, language: str = ""
    ) -> None:
        self.memory = memory
        self._decoder = decoder
        self._language = language or "the language that this model translates from"

    @property
    def has_network(self) -> bool:
        """Whether sentences that are not in the memory can be translated."""
        return self._decoder is not None

    def translate(self, text: str, on_text: Callable[[str], None] | None = None) -> Translation:
        """Return the translation of a phrase, or of a few sentences, which are translated one by one.

        `on_text` is called with the translation so far as words are added to it. Among others, a sentence
        that cannot be translated stays as it is, with a doubt. Raises PhraseError where the text is empty or
        too long, and where none of its sentences can be translated: they are too long, in a language that the
        pairs are not in, or not in the memory while there is no network.
        """
        text = without_placeholders(unicodedata.normalize("NFC", sanitize(text))).strip()
        require_length(text)
        parts = list(phrase_parts(text))
        whole = self._known(text)
        if whole is not None and not any(_loses_edge(part, whole) for part in parts):
            return whole
        before, found = "", []
        refused: list[PhraseError] = []
        for part in parts:
            before += (part.line_break or gap_after(before)) + part.mark
            try:
                found.append(self._translate_phrase(part.sentence, on_text and _prefixed(on_text, before)))
            except PhraseError as error:
                refused.append(error)
                found.append(untranslated(part.sentence, error))
            before += found[-1].text + part.tail
            if on_text is not None:
                on_text(before)
        if len(refused) == len(parts):
            raise refused[0]
        return replace(found[0], text=before) if len(found) == 1 else joined(before, found)

    def translate_with_network(
        self, phrase: str, on_text: Callable[[str], None] | None = None
    ) -> Translation:
        """Return the network's translation of a phrase, also where a pair has it."""
        decoded = self.decode(phrase, on_text)
        language = self._language_probability(phrase)
        confidence = decoded.mean_probability
        if decoded.figures is not None and self._decoder is not None and self._decoder.confidence is not None:
            confidence = language * self._decoder.confidence.quality.probability(decoded.figures)
        if decoded.missing:
            confidence = min(confidence, _MISSING_CONFIDENCE)
        doubt = self._doubt(phrase, decoded, language)
        return Translation(decoded.text, FROM_NETWORK, decoded.similarity, None, confidence, doubt=doubt)

    def decode(self, phrase: str, on_text: Callable[[str], None] | None = None) -> NetworkTranslation:
        """Return the network's translation of a phrase with the figures by which it is judged."""
        if self._decoder is None:
            raise PhraseError("This model has no network.", "Train one with more pairs.")
        near = self.memory.nearest(phrase, NEAR_PAIRS)
        similar = [pair for pair in near if pair.similarity >= NEAR]
        masked = MaskedSentence(phrase)
        rare: Mapping[str, str] = {}
        rules = self._decoder.copying
        if rules is not None:
            rare = rare_names(phrase, self.memory)
            is_name = rules.names.is_name(self.memory.knows, rare)
            masked = mask_sentence(phrase, is_name, rules.style).with_values(rare)
            similar = [
                replace(pair, target=mask_pair(pair.source, pair.target, is_name)[1]) for pair in similar
            ]
        decoded = self._decoder.decode(masked.text, similar, on_text and _filled(on_text, masked))
        best = near[0].similarity if near else 0.0
        figures = None
        if decoded.evidence is not None:
            figures = quality_figures(decoded.evidence, best, self.unknown_share(phrase))
        text = masked.fill(decoded.text).strip()
        if masked.values.get(decoded.text.strip()[:1]) in rare.values() and phrase[:1].isupper():
            text = text[:1].upper() + text[1:]
        return NetworkTranslation(
            text, tuple(masked.missing(decoded.text)), best, decoded.confidence, figures
        )

    def unknown_share(self, text: str) -> float:
        """Return the share of the words of a text that no pair has, without numbers and signs."""
        words = words_of_letters(text)
        return sum(not self.memory.knows(word) for word in words) / max(1, len(words))

    def language_figures(self, text: str) -> tuple[float, ...] | None:
        """Return the figures by which the language of a text is known; None where it has no words.

        Numbers, code and names that the pairs do not have are not counted, unless there are names alone.
        """
        words, names = self._words_and_names(text)
        words = words or names
        return self._source_language.figures(words) if words else None

    def _words_and_names(self, text: str) -> tuple[list[str], list[str]]:
        """Return the words of a text without what is copied, and those of names that no pair has."""
        parts = copied_parts(text, lambda word: not is_known(word, self.memory.knows))
        rest = text
        for part in reversed(parts):
            rest = rest[: part.start] + rest[part.end :]
        names = " ".join(part.text for part in parts if part.kind == NAME)
        return words_of_letters(rest), words_of_letters(names)

    @cached_property
    def _number_style(self) -> NumberStyle:
        """How the translations write numbers, as the network's training found it, or a part of the pairs."""
        if self._decoder is not None and self._decoder.copying is not None:
            return self._decoder.copying.style
        return NumberStyle.learned_from(
            (part.text, other.text)
            for source, target in self.memory.some_pairs(_PAIRS_READ)
            for part, other in common_parts(source, target, lambda word: False)
            if part.is_number
        )

    @cached_property
    def _end_marks(self) -> EndMarks:
        return EndMarks.learned_from(self.memory.some_pairs(_PAIRS_READ))

    @cached_property
    def _source_language(self) -> SourceLanguage:
        targets = Counter(
            word for _, target in self.memory.some_pairs(_PAIRS_READ) for word in words_of_letters(target)
        )
        sources = {word: count for word, count in self.memory.source_counts().items() if script_of(word[0])}
        return SourceLanguage(sources, targets)

    def _language_probability(self, phrase: str) -> float:
        """Return how probable it is that a phrase is in the language of the sources; 1 if that is unknown."""
        if self._decoder is None or self._decoder.confidence is None:
            return 1.0
        figures = self.language_figures(phrase)
        return 1.0 if figures is None else self._decoder.confidence.language.probability(figures)

    def _translate_phrase(self, phrase: str, on_text: Callable[[str], None] | None) -> Translation:
        require_phrase(phrase)
        known = self._known(phrase)
        if known is not None:
            return known
        self._require_known_words(phrase)
        if self._decoder is not None:
            calm = sentence_case(phrase, self.memory)
            decoded = self.translate_with_network(calm or phrase, on_text and _cased(on_text, calm))
            text = self._end_marks.adapt(decoded.text, phrase, phrase)
            if text:
                return replace(decoded, text=text if calm is None else text.upper())
            raise PhraseError("The network finds no translation of this phrase.", "Try other words.")
        # A pair that is only similar is no answer: another number or name would go unnoticed.
        nearest = next(iter(self.memory.nearest(phrase, least=NEAR)), None)
        if nearest is None:
            is_enough = len(self.memory) >= FEWEST_FOR_NETWORK
            hint = "Train it longer: --minutes 20." if is_enough else "Train a network with more of them."
            raise PhraseError(
                "No pair is similar to this phrase.",
                f"This model only looks phrases up in its pairs. {hint}",
            )
        raise PhraseError(
            "No pair has this phrase.",
            f"The most similar one, in line {nearest.line:,}: {nearest.source} – {nearest.target}"
            f" ({nearest.similarity:.0%} similar).",
        )

    def _doubt(self, phrase: str, decoded: NetworkTranslation, language: float) -> str:
        """Return what is probably wrong with the network's translation of a phrase; usually nothing."""
        words = words_of_letters(phrase)
        if language < _LEAST_LANGUAGE and (len(words) >= _FEWEST_WORDS or not self._is_in_script(words)):
            return f"this does not look like {self._language}"
        return doubt_about(phrase, decoded, self.memory.knows)

    def _is_in_script(self, words: Sequence[str]) -> bool:
        """Return whether a word is in a script of the pairs; True without words."""
        return not words or any(script_of(word[0]) in self.memory.scripts for word in words)

    def _known(self, text: str) -> Translation | None:
        """Return the translation of a text without the network, in capitals where the text is in capitals."""
        found = self._without_network(text)
        if found is None or found.source is None or found.similarity == 1:
            return found
        return found if sentence_case(text, self.memory) is None else replace(found, text=found.text.upper())

    def _without_network(self, text: str) -> Translation | None:
        """Return the translation of a text that is in the memory, or has no words; None for others."""
        pair = self.memory.same(text)
        if pair is not None and pair.similarity >= SAME_WORDS:
            is_same = pair.similarity == 1
            target = pair.target if is_same else self._end_marks.adapt(pair.target, pair.source, text)
            return Translation(target, FROM_MEMORY, pair.similarity, pair, pair.similarity)
        if not has_own_words(text):
            return Translation(text, FROM_TEXT, 0.0, None, 1.0)
        return self._with_other_numbers(text) if any(map(str.isdigit, text)) else None

    def _with_other_numbers(self, text: str) -> Translation | None:
        """Return the translation of a pair that differs in its numbers alone, with those of the text."""
        for pair in self.memory.nearest(text, NEAR_PAIRS):
            found = substitute_numbers(text, pair.source, pair.target, self._number_style)
            if found is not None:
                confidence = max(SAME_WORDS, pair.similarity)
                target = self._end_marks.adapt(found.text, pair.source, text)
                return Translation(
                    target, FROM_MEMORY, pair.similarity, pair, confidence, numbers=found.numbers
                )
        return None

    def _require_known_words(self, text: str) -> None:
        """Raise PhraseError where the script of a text, or hardly any word of it, is in the pairs."""
        hint = "Check that the text is in the language that the model translates from."
        words = words_of_letters(text)
        if not self._is_in_script(words):
            scripts = {script_of(word[0]) for word in words}
            raise PhraseError(f"The pairs have no text in this script ({', '.join(sorted(scripts))}).", hint)
        words, _ = self._words_and_names(text[:1].lower() + text[1:])  # the first word is no name
        unknown = sum(not self.memory.knows(word) for word in words)
        if len(words) >= _FEWEST_WORDS and unknown > _UNKNOWN_SHARE * len(words):
            raise PhraseError(
                f"{unknown:,} of the {len(words):,} words are in no pair: this may be another language.",
                hint,
            )


def _filled(on_text: Callable[[str], None], masked: MaskedSentence) -> Callable[[str], None]:
    return lambda text: on_text(masked.fill(text))


def _cased(on_text: Callable[[str], None], calm: str | None) -> Callable[[str], None]:
    """Return what shows a translation in capitals where the phrase was in capitals."""
    return on_text if calm is None else lambda text: on_text(text.upper())


def _prefixed(on_text: Callable[[str], None], before: str) -> Callable[[str], None]:
    return lambda text: on_text(before + text)


def _loses_edge(part: PhrasePart, whole: Translation) -> bool:
    """Return whether a pair for a whole text lacks the mark of a list, or the tags, of a part of it."""
    if whole.source is None:
        return False
    return part.mark not in whole.source.source or part.tail not in whole.source.source
