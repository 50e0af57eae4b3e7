"""Suggestions for a draft: how the word at the cursor is likely to continue, and which words follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.cursor import split_run, word_start
from rnnchat.completion.draft_reader import DraftReader, PiecePath
from rnnchat.completion.ranking import Ranked, Ranking
from rnnchat.completion.search import (
    BATCH,
    CONTINUATION_STEPS,
    CandidateWord,
    WordSearch,
    one_by_one,
    word_end_shares,
)
from rnnchat.completion.spelling import Spelling
from rnnchat.completion.words import WordCounts
from rnnchat.lm.protocols import AnyLanguageModel, Learn, Steps
from rnnchat.text.tokenizer import Tokenizer

SINGLE_WORDS = 3
"""At least this many of the suggestions are single words, where there are as many."""
MOST_PHRASES = 2
"""At most this many suggestions are of several words."""
FURTHER_WORD_WORTH = 1.5
"""A phrase is worth its probability times this, times the number of words after its first one.

Each of those words saves more keys than the first.
"""
INLINE_THRESHOLD = 0.15
"""The inline suggestion has at least this probability."""
LONGEST_READ_AHEAD = 3
"""At most this many pieces of a word are read before the writer chooses it."""
WORDS_READ_AHEAD = 2
"""This many of the likeliest words are read ahead."""
NO_NOTES: NDArray[np.integer] = np.zeros(0, np.int64)
"""The pieces of a model that learned no notes."""


@dataclass(frozen=True)
class Suggestion:
    """What may follow the cursor."""

    text: str
    """The characters to be added; those of the word that are typed already are left out."""
    probability: float
    """How likely the writer continues so, given what was typed."""

    def as_dict(self) -> dict[str, Any]:
        """Return the suggestion as a JSON object."""
        return {"text": self.text, "probability": round(self.probability, 4)}


class Completer:
    """Completes one draft; it remembers what it has read, so that one more key costs a few steps.

    With `learn`, it learns from the draft as it is read, each part once. `counts` returns the words of the
    notes, if there are any; they are counted when they are first needed. `lookahead_steps`, where given,
    replaces the predictor's `step` in the search. `notes` (pieces,) are what the predictor learned. It must
    not be used by several threads at once.
    """

    def __init__(
        self,
        predictor: AnyLanguageModel,
        tokenizer: Tokenizer,
        learn: Learn | None = None,
        counts: Callable[[], WordCounts | None] = lambda: None,
        lookahead_steps: Steps | None = None,
        notes: NDArray[np.integer] = NO_NOTES,
    ) -> None:
        self._tokenizer = tokenizer
        self._counts = counts
        spelling = Spelling(tokenizer)
        end_shares = word_end_shares(notes, spelling)
        steps, batch = lookahead_steps or one_by_one(predictor.step), BATCH if lookahead_steps else 1
        self._reader = DraftReader(predictor, tokenizer, spelling, learn)
        self._search, line_search = (WordSearch(steps, spelling, end_shares, batch) for _ in range(2))
        self._ranking = Ranking(self._search, line_search, counts)
        self._clear_cache()

    def suggest(self, before: str, count: int = 6) -> list[Suggestion]:
        """Return at most `count` suggestions after `before`, likeliest first.

        A word at the cursor is completed, or, where it may be complete, followed by another with the space
        between. A word after white space comes with its indentation or quotation mark, if it has one. Some
        suggestions are of several words, where these are worth more than one more single word.
        """
        ranked = self._ranking.demote_ignored(before, self._rank(before))
        chosen = [(word.probability, text, word.probability) for text, word in ranked[:count]]
        if count > SINGLE_WORDS and ranked:
            first, others = chosen[:SINGLE_WORDS], chosen[SINGLE_WORDS:]
            known = {text for _, text, _ in chosen}
            least = others[-1][0] / FURTHER_WORD_WORTH if len(chosen) == count else 0.0
            others += [one for one in self._phrases(before, *ranked[0], least) if one[1] not in known]
            chosen = first + sorted(others, reverse=True)[: count - SINGLE_WORDS]
        suggestions = [Suggestion(text, probability) for _, text, probability in chosen]
        return sorted(suggestions, key=lambda suggestion: -suggestion.probability)

    def words(self, before: str, count: int) -> list[Suggestion]:
        """Return at most `count` single words after `before`, with nothing before them."""
        ranked = self._rank(before, allow_lead=False)
        return [Suggestion(text, word.probability) for text, word in ranked[:count]]

    def inline(self, before: str, threshold: float = INLINE_THRESHOLD) -> Suggestion | None:
        """Return the suggestion to show after the cursor, of several words if possible.

        Return None where no word has a probability of at least `threshold`.
        """
        ranked = self._rank(before)
        if not ranked or ranked[0][1].probability < threshold:
            return None
        text, word = ranked[0]
        choices = [(text, word.probability), *self._continuations(before, text, word)]
        return Suggestion(*max(choices, key=lambda choice: choice[1] * len(choice[0])))

    def ignore(self, before: str, texts: Iterable[str]) -> None:
        """Record that the writer ignored `texts`, which were shown after `before`, and typed on.

        `suggest` then offers others while the same word is typed. `inline` does not change, as one may well
        type along with its suggestion.
        """
        self._ranking.ignore(before, texts)

    def dismiss(self, before: str, text: str) -> None:
        """Do not suggest `text` after `before` again, nor its remaining part once some of it is typed."""
        self._clear_cache()
        self._ranking.dismiss(before, text)

    def prepare(self) -> None:
        """Count the notes' words now, which otherwise the first suggestion waits for."""
        self._counts()

    def begin(self) -> None:
        """Begin another draft; what was learned from earlier drafts stays."""
        self._reader.begin()
        self._ranking.begin()
        self._clear_cache()

    def work_while_idle(
        self, is_interrupted: Callable[[], bool] = lambda: False, *, ahead: bool = True
    ) -> None:
        """Learn what was read, and read ahead what is likely to come; no answer needs to wait for these.

        Call it after each answer; it ends early where `is_interrupted` returns true. It changes how long
        later answers take, and, after many words at once such as an opened draft, what they know. The first
        call makes looking ahead much quicker and a little less exact. Without `ahead`, it only learns.
        """
        while not is_interrupted() and self._reader.learn_waiting(1):
            pass
        if not ahead or self._reader.end is None or is_interrupted():
            return
        self._reader.prepare_reading_ahead()
        starts = self._reader.read_ahead(self._likely_paths(), is_interrupted)
        before, allow_lead = self._last_query
        if allow_lead and not is_interrupted():
            self._search.look_ahead(split_run(before)[1].encode(), starts, is_interrupted)

    def _clear_cache(self) -> None:
        self._last_query: tuple[str, bool] = "", False
        """The last text before the cursor, and whether something was allowed before the word."""
        self._ranked: Ranked | None = None
        """The words for that query; None where they are not known."""

    def _rank(self, before: str, *, allow_lead: bool = True) -> Ranked:
        """Return the words that may come after `before`, likeliest first."""
        if self._ranked is None or self._last_query != (before, allow_lead):
            head, typed = split_run(before)
            was_there = self._reader.read(head)
            assert self._reader.end is not None
            self._search.start(self._reader.end, keep=was_there)
            line, newline = self._reader.before_line_end, self._reader.newline
            self._ranked = self._ranking.rank(before, typed, line, newline, allow_lead=allow_lead)
            self._last_query = before, allow_lead
        return self._ranked

    def _continuations(
        self, before: str, text: str, word: CandidateWord, least: float = 0.0
    ) -> list[tuple[str, float]]:
        """Return texts that begin with a word and continue after it, with their probabilities."""
        if not word.path:  # it was counted, not found by the search
            path = tuple(self._tokenizer.encode(split_run(before)[1] + text))
            word.path = path if len(path) <= CONTINUATION_STEPS else ()
        return self._search.continuations(text, word, least)

    def _phrases(
        self, before: str, text: str, word: CandidateWord, least: float
    ) -> list[tuple[float, str, float]]:
        """Return the phrases that begin with a word and are worth most: worth, text, and probability.

        None of them is less likely than `least`.
        """
        continuations = self._continuations(before, text, word, least)
        worth = [
            (probability * FURTHER_WORD_WORTH * further, phrase, probability)
            for further, (phrase, probability) in enumerate(continuations, start=1)
        ]
        return sorted(worth, reverse=True)[:MOST_PHRASES]

    def _likely_paths(self) -> list[PiecePath]:
        """Return the pieces of what is likely to be read next.

        These are the likeliest words, and what is typed of one where that may be complete.
        """
        before, allow_lead = self._last_query
        ranked = self._ranking.demote_ignored(before, self._ranked or [])
        paths = [word.path for _, word in ranked[: WORDS_READ_AHEAD if allow_lead else 0]]
        run = split_run(before)[1]
        typed = before[word_start(before) :]
        if run and (not typed or self._ranking.is_known(typed)):
            paths.append(tuple(self._tokenizer.encode(run)))
        return [path for path in paths if 0 < len(path) <= LONGEST_READ_AHEAD]
