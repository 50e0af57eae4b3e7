"""Ranking: the probabilities of words from the search, the notes and the draft become one list.

It is a mixture. The draft's own words get DRAFT_SHARE of the probability, or NEXT_DRAFT_SHARE before the
first letter of a word. Words of earlier drafts get HISTORY_SHARE of what that leaves, counts of the notes'
words get COUNTED_SHARE of what is left then, and the search gets the rest. Where a line was broken within a
sentence, a second search continues that line. Words that the writer dismissed are left out; words that the
writer ignored keep little of their probability.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace

from rnnchat.completion.corrections import Correction, corrections
from rnnchat.completion.cursor import word_start
from rnnchat.completion.rejections import Rejections
from rnnchat.completion.search import BEST_WORDS, CandidateWord, Position, SearchResult, WordSearch
from rnnchat.completion.used_words import UsedWords
from rnnchat.completion.words import DraftWords, WordCounts, breaks_sentence, tokens_before_word

COUNTED_SHARE = 0.2
"""The share that the counts of the notes' words get of what the draft's words leave."""
DRAFT_SHARE = 0.15
"""The share of the probability that goes to words of the draft, within a word."""
NEXT_DRAFT_SHARE = 0.08
"""The same before the first letter of a word, where more words of the draft compete."""
HISTORY_SHARE = 0.08
"""The share that words of earlier drafts get of what the draft's words leave."""
REJECTED_FACTOR = 0.5
"""A word keeps this share of its probability for each time that it was dismissed in earlier drafts."""
MOST_COUNTED = 12
"""At most this many of the words that the notes count are considered."""
FEWEST_OCCURRENCES = 2
"""A word is offered in place of a misspelled one where the notes and the draft have it this often."""
FEWEST_OCCURRENCES_BEFORE = 1.5
"""A word that earlier drafts have is right where it counts this much; others may be mistakes."""
COMMON = 2e-5
"""What is at least this likely to be typed at a place is a common word or begins one, so it is no mistake."""
COMMON_AGAIN = 3e-3
"""The same for a word that the draft has already: there even a mistake is expected again."""
IGNORED_FACTOR = 0.02
"""A suggestion that the writer read and ignored keeps this share of its probability."""
BROKEN_LINE_SHARE = 0.7
"""The share of the probability of words that continue a broken line, if that was certain not to end there."""
_LAST_CHARACTERS = 200
"""The tokens before the cursor are looked for in this many characters."""
_SMALLEST_MASS = 1e-30
"""A mass below this one counts as this one, so that it can be divided by."""

Ranked = list[tuple[str, CandidateWord]]
"""Words by the characters to be added, likeliest first."""


class Ranking:
    """Ranks the words that may come at the cursor of one draft.

    `search` starts at the cursor's run; `line_search` is one more, for broken lines. `counts` returns the
    words of the notes, if there are any; they are counted when they are first needed.
    """

    def __init__(
        self, search: WordSearch, line_search: WordSearch, counts: Callable[[], WordCounts | None]
    ) -> None:
        self._search = search
        self._line_search = line_search
        self._counts = counts
        self._used_words = UsedWords()
        self.begin()

    def use_history(self, words: UsedWords) -> None:
        """Consider the words that the writer used in earlier drafts from now on."""
        self._used_words = words

    def begin(self) -> None:
        """Begin another draft."""
        self._draft_words = DraftWords()
        self._rejections = Rejections()

    def dismiss(self, before: str, text: str) -> None:
        """Leave `text` out at this place from now on."""
        self._rejections.dismiss(before, text)

    def ignore(self, before: str, texts: Iterable[str]) -> None:
        """Make `texts` much less likely while the same word is typed."""
        self._rejections.ignore(before, texts)

    @contextmanager
    def supposing_ignored(self, before: str, texts: Iterable[str]) -> Iterator[None]:
        """Rank as if `texts` had been ignored after `before`, within a `with` statement."""
        rejections, self._rejections = self._rejections, copy(self._rejections)
        self._rejections.ignore(before, texts)
        try:
            yield
        finally:
            self._rejections = rejections

    def rejected_at(self, before: str) -> set[str]:
        """Return what was dismissed or ignored and could still be suggested after `before`."""
        return self._rejections.dismissed_at(before).union(self._rejections.ignored_at(before)) - {""}

    def ignored_at(self, before: str) -> Mapping[str, int]:
        """Return what was ignored and could still be suggested after `before`, and how often it was."""
        return self._rejections.ignored_at(before)

    def is_known(self, word: str) -> bool:
        """Whether the draft, the notes or an earlier draft have this word."""
        counts = self._counts()
        return (
            word in self._draft_words
            or word in self._used_words.weights
            or (counts is not None and word in counts)
        )

    def corrections(self, word: str, typed: str) -> list[Correction]:
        """Return the known words that may be meant by `word` at the cursor, where no known word begins so.

        `typed` is the run that ends with `word`; `rank` was called for it last.
        """
        counts = self._counts()
        if (
            self._draft_words.has_beginning(word)
            or (counts is not None and counts.has_beginning(word))
            or self._used_words.has_beginning(word, FEWEST_OCCURRENCES_BEFORE)
        ):
            return []
        found = [] if self._search.begins_piece(word) else corrections(word, self._frequency)
        if not found:
            return []
        least = COMMON_AGAIN if word in self._draft_words else COMMON
        # The search has looked at all these positions for `rank`, so that this takes no step.
        return [] if self._search.find(typed.encode(), allow_lead=True).mass >= least else found

    def _frequency(self, word: str) -> int:
        """Return how often the draft and the notes have a word; a single occurrence may be a mistake, too."""
        counts = self._counts()
        found = self._draft_words.frequency(word) + (0 if counts is None else counts.frequency(word))
        return found if found >= FEWEST_OCCURRENCES else 0

    def rank(
        self, before: str, typed: str, line: Position | None, newline: int, *, allow_lead: bool
    ) -> Ranked:
        """Return the words that may come after `before`, whose last run is `typed`, likeliest first.

        `line` is the position before the end of the line above, where the run is at the beginning of a
        line; `newline` is the piece that ends lines. With `allow_lead`, something may come before the word.
        """
        best = BEST_WORDS + len(self._rejections.ignored_at(before))
        words = _normalised(self._search.find(typed.encode(), allow_lead=allow_lead, best=best))
        if line is not None and breaks_sentence(before[: len(before) - len(typed)]):
            self._continue_line(line, 1 - float(line.probabilities[newline]), typed, words)
        start = word_start(before)
        self._draft_words.read(before[:start])
        self._add_counted(before[:start], before[start:], words)
        self._demote_rejected(before[start:], words)
        dismissed = self._rejections.dismissed_at(before)
        return _sorted((text, word) for text, word in words.items() if text not in dismissed)

    def demote_ignored(self, before: str, ranked: Ranked) -> Ranked:
        """Return the words with the ignored ones made much less likely, and all others slightly likelier."""
        ignored = self._rejections.ignored_at(before)
        if not ignored:
            return ranked
        share = sum(word.probability for text, word in ranked if text in ignored)
        factor = 1 / (1 - (1 - IGNORED_FACTOR) * min(share, 0.99))
        return _sorted(
            (
                text,
                replace(
                    word, probability=word.probability * factor * (IGNORED_FACTOR if text in ignored else 1)
                ),
            )
            for text, word in ranked
        )

    def _demote_rejected(self, partial: str, words: dict[str, CandidateWord]) -> None:
        """Make words less likely that the writer dismissed in earlier drafts."""
        rejected = self._used_words.rejected
        if rejected:
            for text, word in words.items():
                word.probability *= REJECTED_FACTOR ** rejected.get((partial + text).strip(), 0.0)

    def _continue_line(
        self, line: Position, unended: float, typed: str, words: dict[str, CandidateWord]
    ) -> None:
        """Give words that continue a broken line their share; `unended` is how likely that was not to end.

        The pieces at the beginning of a line differ from those after a space, and less is known of them.
        """
        self._line_search.start(line, keep=self._line_search.root is line)
        share = BROKEN_LINE_SHARE * unended
        for word in words.values():
            word.probability *= 1 - share
        for text, word in _normalised(self._line_search.find(f" {typed}".encode(), allow_lead=False)).items():
            words.setdefault(text, CandidateWord()).probability += share * word.probability

    def _add_counted(self, before: str, partial: str, words: dict[str, CandidateWord]) -> None:
        """Give words that begin with `partial` the shares of the notes and the draft."""
        counts = self._counts()
        tokens = tokens_before_word(before[-_LAST_CHARACTERS:])
        of_draft = self._draft_words.completions(partial, tokens)
        of_notes = {} if counts is None else counts.completions(tokens, partial, MOST_COUNTED)
        of_history = self._used_words.completions(partial, tokens[-1])
        draft_share = (DRAFT_SHARE if partial else NEXT_DRAFT_SHARE) if of_draft else 0.0
        history_share = HISTORY_SHARE * (1 - draft_share) if of_history else 0.0
        notes_share = COUNTED_SHARE * (1 - draft_share - history_share) if of_notes else 0.0
        within = {text: word for text, word in words.items() if text[0].isalnum() or text[0] in "'’_"}
        # What does not continue the word keeps its probability; the rest is shared.
        rest = max(0.0, 1 - sum(word.probability for text, word in words.items() if text not in within))
        for word in within.values():
            word.probability *= 1 - draft_share - history_share - notes_share
        shares = (draft_share, of_draft), (history_share, of_history), (notes_share, of_notes)
        for share, completions in shares:
            for text, probability in completions.items():
                word = words.setdefault(text, CandidateWord())
                word.probability += share * rest * probability
                word.counted += share * rest * probability


def _sorted(words: Iterable[tuple[str, CandidateWord]]) -> Ranked:
    return sorted(words, key=lambda pair: -pair[1].probability)


def _normalised(result: SearchResult) -> dict[str, CandidateWord]:
    """Return the words found, each with its share of all that agrees with what was typed."""
    mass = max(result.mass, sum(word.probability for word in result.words.values()), _SMALLEST_MASS)
    for word in result.words.values():
        word.probability /= mass
    return result.words
