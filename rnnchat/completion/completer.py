"""Suggestions for a draft: how the word at the cursor is likely to continue, and which words follow it."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.choice import SINGLE_WORDS, choose, distinct_as_shown
from rnnchat.completion.corrections import Correction
from rnnchat.completion.cursor import split_run, word_start
from rnnchat.completion.draft_reader import DraftReader, PiecePath
from rnnchat.completion.exclusions import Exclusions
from rnnchat.completion.inline_gate import (
    LEAST_OF_WORD,
    THRESHOLD,
    WORDS_CONSIDERED,
    InlineGate,
    Offer,
    Place,
)
from rnnchat.completion.phrases import PhraseFinder
from rnnchat.completion.ranking import Ranked, Ranking
from rnnchat.completion.rejections import begins_with_any
from rnnchat.completion.search import (
    BATCH,
    CONTINUATION_STEPS,
    CandidateWord,
    WordSearch,
    one_by_one,
    word_end_shares,
)
from rnnchat.completion.spelling import Spelling, ends_unspaced
from rnnchat.completion.suppression import is_secret_value, is_unwanted, without_repetition
from rnnchat.completion.used_words import UsedWords
from rnnchat.completion.words import WordCounts
from rnnchat.lm.protocols import AnyLanguageModel, Learn, Steps
from rnnchat.lm.suffix_array import SuffixArray
from rnnchat.text.tokenizer import Tokenizer

CONTINUED_WORDS = 5
"""The words of one piece that may follow each of this many words are considered."""
LEAST_OF_LAST = 0.65
"""A phrase is looked for while it is at least this many times as likely as the last of the single words."""
LETTERS_AHEAD = 6
"""For at most this many of the likeliest next letters, the next answer is prepared."""
LETTERS_COVERED = 0.9
"""No further letters are prepared once those that are have this share of the probability."""
SHORTEST_ENDED = 3
"""A word that neither the notes nor the draft have may end after this many letters."""
SHOWN_FACTOR = 0.3
"""A word in the menu counts this much for the next letter: a writer who wants it takes it from there."""
LONGEST_READ_AHEAD = 9
"""At most this many pieces of a word are read before the writer chooses it."""
WITH_SIGNS = 8
"""What is read ahead is continued with likely signs for this many of the likeliest continuations."""
WORDS_READ_AHEAD = 3
"""This many of the likeliest words are read ahead."""
SHOWN_READ_AHEAD = 6
"""This many of the likeliest suggestions in the menu are read ahead."""
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
    replaces the predictor's `step` in the search. `notes` (pieces,) are what the predictor learned, and
    `memory` finds places in them. It must not be used by several threads at once.
    """

    def __init__(
        self,
        predictor: AnyLanguageModel,
        tokenizer: Tokenizer,
        learn: Learn | None = None,
        counts: Callable[[], WordCounts | None] = lambda: None,
        lookahead_steps: Steps | None = None,
        notes: NDArray[np.integer] = NO_NOTES,
        memory: SuffixArray | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._counts = counts
        spelling = Spelling(tokenizer)
        end_shares = word_end_shares(notes, spelling)
        steps, batch = lookahead_steps or one_by_one(predictor.step), BATCH if lookahead_steps else 1
        self._reader = DraftReader(predictor, tokenizer, spelling, learn)
        self._search, line_search = (WordSearch(steps, spelling, end_shares, batch) for _ in range(2))
        self._ranking = Ranking(self._search, line_search, counts)
        self._finder = PhraseFinder(memory, tokenizer)
        self._questions: tuple[str, dict[str, Callable[[str], Any]]] = "", {}
        """The last text before the cursor, and by name what answers each question there for another text."""
        self._last_query: tuple[str, bool] = "", False
        """The last text before the cursor, and whether something was allowed before the word."""
        self._ranked: Ranked | None = None
        """The words for that query; None where they are not known."""
        self._shown: list[str] = []
        """The menu's suggestions for it."""
        self._shown_inline = ""
        """The suggestion after the cursor for it; empty where there is none."""

    def suggest(self, before: str, count: int = 6, after: str = "") -> list[Suggestion]:
        """Return at most `count` suggestions between `before` and `after`, likeliest first.

        A word at the cursor is completed, or, where it may be complete, followed by another with the space
        between. A word after white space comes with its indentation or quotation mark, if it has one. Some
        suggestions are of several words, where these are worth more than one more single word. There are none
        where a password or the like is being typed.
        """
        self._note_question(before, "menu", lambda text: self.suggest(text, count, after))
        if is_secret_value(before):
            return []
        ranked = self._ranking.demote_ignored(before, self._rank(before))
        ranked = self._without_repetitions(before, after, ranked)
        phrases = self._phrases(before, ranked, count) if count > SINGLE_WORDS and ranked else {}
        words = [(text, word.probability) for text, word in ranked]
        if after:
            cut = {without_repetition(text, before, after): one for text, one in phrases.items()}
            known = {"", *dict(words)}
            phrases = {text: one for text, one in cut.items() if text not in known}
        excluded = Exclusions(before).exclude([*phrases, *(text for text, _ in words)])
        if excluded:
            words = [pair for pair in words if pair[0] not in excluded]
            phrases = {text: one for text, one in phrases.items() if text not in excluded}
        if word_start(before) == len(before):  # else a space tells the next word from more of this one
            words, phrases = distinct_as_shown(words), dict(distinct_as_shown([*phrases.items()]))
        chosen = choose(words, phrases, count)
        self._shown = [text for text, _ in chosen]
        return [Suggestion(*pair) for pair in chosen]

    def words(self, before: str, count: int) -> list[Suggestion]:
        """Return at most `count` single words after `before`, with nothing before them."""
        ranked = self._rank(before, allow_lead=False)
        return [Suggestion(text, word.probability) for text, word in ranked[:count]]

    def inline(self, before: str, after: str = "", threshold: float = THRESHOLD) -> Suggestion | None:
        """Return what to show unasked between `before` and `after`, of several words where that pays.

        Its probability is the gate's estimate that it is right as a whole. Return None where nothing is right
        with a probability of at least `threshold`, or less in scripts without spaces, or where nothing may be
        shown.
        """
        self._note_question(before, "inline", lambda text: self.inline(text, after, threshold))
        if is_unwanted(before, after):
            return None
        gate = InlineGate(has_notes=self._counts() is not None)
        ignored = self._ranking.ignored_at(before)
        place, words = self._place(before, after, WORDS_CONSIDERED + len(ignored))
        chosen = gate.choose(place, words, lambda word: self._longer_offers(before, word), threshold, ignored)
        if chosen is None:
            return None
        text = self._shown_inline = without_repetition(chosen[0].text, before, after)
        return Suggestion(text, chosen[1]) if text else None

    def offers(self, before: str) -> tuple[Place, list[Offer]]:
        """Return all that could be shown unasked after `before`, and the place; for fitting the gate."""
        place, words = self._place(before, "", WORDS_CONSIDERED)
        return place, [offer for word in words for offer in (word, *self._longer_offers(before, word))]

    def corrections(self, before: str) -> list[Correction]:
        """Return the words that may be meant by the one that `before` ends with, where that is misspelled."""
        if is_secret_value(before):
            return []
        self._rank(before)
        return self._ranking.corrections(before[word_start(before) :], split_run(before)[1])

    def is_known(self, word: str) -> bool:
        """Whether the draft up to the last question, the notes or an earlier draft have this word."""
        return self._ranking.is_known(word)

    def known_line(self, before: str) -> str:
        """Return the rest of the line where the notes leave little doubt of it; else nothing."""
        self._rank(before)
        return self._finder.line(split_run(before)[1], self._reader.pieces)

    def ignore(self, before: str, texts: Iterable[str]) -> None:
        """Record that the writer ignored `texts`, which were shown after `before`, and typed on.

        `suggest` then offers others while the same word is typed. `inline` shows one of them only where it is
        still likely enough, as one may well type along with its suggestion.
        """
        self._ranking.ignore(before, texts)

    def dismiss(self, before: str, text: str) -> None:
        """Do not suggest `text` after `before` again, nor its remaining part once some of it is typed."""
        self._clear_cache()
        self._ranking.dismiss(before, text)

    def use_history(self, words: UsedWords) -> None:
        """Consider the words that the writer used in earlier drafts from now on."""
        self._clear_cache()
        self._ranking.use_history(words)

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
        self._answer_after_letters(is_interrupted)
        paths = self._likely_paths()
        starts = self._reader.read_ahead(paths, is_interrupted)
        before, allow_lead = self._last_query
        if allow_lead and not is_interrupted():
            signs = self._read_signs_ahead(paths, is_interrupted)
            starts += [position for path in signs if (position := self._reader.ahead(path))]
            self._search.look_ahead(split_run(before)[1].encode(), starts, is_interrupted)
            self._answer_after_words(paths, " ", is_interrupted)
            self._answer_after_words(signs, "", is_interrupted)

    def _note_question(self, before: str, name: str, answer: Callable[[str], Any]) -> None:
        """Record that `answer` answers a question that was asked after `before`."""
        if self._questions[0] != before:
            self._questions = before, {}
            self._shown, self._shown_inline = [], ""
        self._questions[1][name] = answer

    @contextmanager
    def _answering_ahead(self) -> Iterator[None]:
        """Forget, at the end of a `with` statement, what was answered within it.

        What the search looked at for those answers is kept, so that a later answer need not look at it.
        """
        query, ranked, questions = self._last_query, self._ranked, self._questions
        shown, shown_inline = self._shown, self._shown_inline
        try:
            yield
        finally:
            self._last_query, self._ranked, self._questions = query, ranked, questions
            self._shown, self._shown_inline = shown, shown_inline
            assert self._reader.end is not None
            self._search.start(self._reader.end, keep=self._search.root is self._reader.end)

    def _answer_after_letters(self, is_interrupted: Callable[[], bool]) -> None:
        """Answer the last questions for the text with each of the likeliest next letters."""
        before, questions = self._last_query[0], self._questions
        shown = [*self._shown, *filter(None, [self._shown_inline])]
        head = split_run(before)[0]
        likely: defaultdict[str, float] = defaultdict(float)
        for text, word in self._ranked or []:
            likely[text[:1]] += word.probability * (SHOWN_FACTOR if text in shown else 1)
        with self._answering_ahead(), self._ranking.supposing_ignored(before, shown):
            letters = heapq.nlargest(LETTERS_AHEAD, likely, key=likely.__getitem__)
            left = sum(likely.values())
            least = (1 - LETTERS_COVERED) * left
            for letter in letters if questions[0] == before else []:
                if left <= least:
                    break
                left -= likely[letter]
                for answer in questions[1].values() if split_run(before + letter)[0] == head else []:
                    if not is_interrupted():
                        answer(before + letter)

    def _read_signs_ahead(
        self, paths: Sequence[PiecePath], is_interrupted: Callable[[], bool]
    ) -> list[PiecePath]:
        """Return some of the `paths` with the signs that are likely to follow them, as far as any are."""
        longer = [self._reader.read_signs_ahead(path, is_interrupted) for path in paths[:WITH_SIGNS]]
        return [path for path in longer if path not in paths]

    def _answer_after_words(
        self, paths: Sequence[PiecePath], end: str, is_interrupted: Callable[[], bool]
    ) -> None:
        """Answer the last questions for the text with each of `paths`, which were read ahead, and `end`."""
        before, questions = self._last_query[0], self._questions
        head = split_run(before)[0]
        with self._answering_ahead():
            for path in paths if questions[0] == before else []:
                text = head + self._tokenizer.decode(path) + end
                before_run = split_run(text)[0]
                beginnings = (path[:size] for size in range(len(path), 0, -1))
                read = next(
                    (one for one in beginnings if head + self._tokenizer.decode(one) == before_run), ()
                )
                position = self._reader.ahead(read)
                if position is None or not text.startswith(before):
                    continue
                self._search.start(position)
                with self._reader.supposing_read(before_run, read):
                    for answer in questions[1].values():
                        if not is_interrupted():
                            answer(text)

    def _clear_cache(self) -> None:
        self._last_query, self._ranked = ("", False), None
        self._shown, self._shown_inline = [], ""

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

    def _place(self, before: str, after: str, count: int) -> tuple[Place, list[Offer]]:
        """Return the cursor's place, and at most `count` single words that could be shown unasked there."""
        ranked = self._without_repetitions(before, after, self._rank(before))
        assert self._reader.end is not None
        words = [Offer(text, word.probability, text, word) for text, word in ranked[:count]]
        return Place(before, ranked, self._reader.end.probabilities), words

    def _longer_offers(self, before: str, offer: Offer) -> list[Offer]:
        """Return the phrases that begin with a word and are likely enough; in scripts without spaces, all."""
        least = 0.0 if ends_unspaced(offer.text) else LEAST_OF_WORD * offer.probability
        phrases = self._continuations(before, offer.text, offer.word, least)
        return [Offer(text, probability, offer.text, offer.word) for text, probability in phrases]

    def _without_repetitions(self, before: str, after: str, ranked: Ranked) -> Ranked:
        """Return the words without those that stand after the cursor already."""
        if not after:
            return ranked
        return [pair for pair in ranked if without_repetition(pair[0], before, after) == pair[0]]

    def _continuations(
        self, before: str, text: str, word: CandidateWord, least: float = 0.0
    ) -> list[tuple[str, float]]:
        """Return texts that begin with a word and continue after it, with their probabilities."""
        if not word.path:  # it was counted, not found by the search
            path = tuple(self._tokenizer.encode(split_run(before)[1] + text))
            word.path = path if len(path) <= CONTINUATION_STEPS else ()
        return self._search.continuations(text, word, least)

    def _phrases(self, before: str, ranked: Ranked, count: int) -> dict[str, float]:
        """Return what may follow of several words, with the probabilities."""
        least = ranked[count - 1][1].probability * LEAST_OF_LAST if len(ranked) >= count else 0.0
        phrases = dict(self._continuations(before, *ranked[0], least))
        for text, word in ranked[:CONTINUED_WORDS]:
            for phrase, probability in self._search.next_words(text, word):
                phrases[phrase] = max(probability, phrases.get(phrase, 0.0))
        words = {text: word.probability for text, word in ranked}
        typed = split_run(before)[1]
        for phrase, probability in self._finder.find(before, typed, self._reader.pieces, words).items():
            phrases[phrase] = max(probability, phrases.get(phrase, 0.0))
        rejected = self._ranking.rejected_at(before)
        return {phrase: one for phrase, one in phrases.items() if not begins_with_any(phrase, rejected)}

    def _likely_paths(self) -> list[PiecePath]:
        """Return the pieces of what is likely to be read next.

        These are the likeliest words, what was shown, and what is typed of a word where that may be complete.
        """
        before, allow_lead = self._last_query
        ranked = self._ranking.demote_ignored(before, self._ranked or [])
        run = split_run(before)[1]
        paths = [word.path for _, word in ranked[: WORDS_READ_AHEAD if allow_lead else 0]]
        shown = [self._shown_inline, *self._shown[:SHOWN_READ_AHEAD]]
        paths += [tuple(self._tokenizer.encode(run + text)) for text in shown if text]
        typed = before[word_start(before) :]
        if run and (not typed or len(typed) >= SHORTEST_ENDED or self._ranking.is_known(typed)):
            paths.append(tuple(self._tokenizer.encode(run)))
        return [path for path in dict.fromkeys(paths) if 0 < len(path) <= LONGEST_READ_AHEAD]
