"""Suggestions for a draft: how the word at the cursor, and the words after it, are likely to go on.

Three answers become one: what a search finds in the predictor's pieces, what the notes' whole words count,
and the words of the draft itself, the latest most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.cursor import cut, word_start
from rnnchat.completion.rejections import Rejections
from rnnchat.completion.search import CHOSEN, STEPS_ON, Found, Place, Search, Word, word_ends
from rnnchat.completion.spelling import Spelling
from rnnchat.completion.words import DraftWords, WordCounts, breaks_sentence, tokens_before_word
from rnnchat.lm.protocols import AnyLanguageModel, Learn, Lookahead, Step
from rnnchat.text.tokenizer import Tokenizer

CONTEXT = 1500
"""At least so many characters before the cursor are read, where there are as many; at most twice as many."""
FEW = 3
"""Of more suggestions than these, some may be of several words."""
LONGER = 2
"""So many may, at most."""
ANOTHER_WORD = 1.5
"""What a further word is worth, that then needs no key, where the first saves one."""
COUNTED = 0.3
"""The share of the probability that the counts of the notes' words have."""
OWN_WORDS = 0.15
"""The share that goes to words that stand in the draft already."""
THRESHOLD = 0.15
"""What is suggested unasked is at least so likely."""
READ_AHEAD = 3
"""So many pieces of a word are read before it is chosen, where there is time."""
WAYS_AHEAD = 2
"""So many of the likeliest words are."""
LEARNED_AT_ONCE = 8
"""So many pieces are learned before an answer, where there was no rest for it; more wait for one."""
PASSED = 0.02
"""What is left of a suggestion's probability where it was looked at and passed over."""
GOES_ON = 0.7
"""The share of the probability that goes to words that go on with a line that was broken in a sentence, if
nothing told that it would end there."""
MOST_COUNTED = 12
"""So many of the words that the notes count are considered."""

_LAST_TOKENS = 200
_TINY = 1e-30
NO_NOTES: NDArray[np.integer] = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Suggestion:
    """What may follow the cursor."""

    text: str
    """The characters to be added; the word's first ones are there already."""
    probability: float
    """How likely it is that the writer goes on so, given what was typed."""

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return {"text": self.text, "probability": round(self.probability, 4)}


class Completer:
    """Completes one draft; what it has read of it is kept, so that a key costs a few steps.

    With `learn`, it learns from the draft as it is read, each part once; `counts` gives the words of the
    notes, which are counted when they are first needed. `ahead`, where given, looks further in the place of
    the predictor, from its states; `notes` are the pieces that it learned. Not for several threads at once.
    """

    def __init__(
        self,
        predictor: AnyLanguageModel,
        tokenizer: Tokenizer,
        learn: Learn | None = None,
        counts: Callable[[], WordCounts | None] = lambda: None,
        ahead: Step | None = None,
        notes: NDArray[np.integer] = NO_NOTES,
    ) -> None:
        self._predictor = predictor
        self._tokenizer = tokenizer
        self._learn = learn
        self._counts = counts
        self._lookahead = predictor if isinstance(predictor, Lookahead) else None
        self._spelling = Spelling(tokenizer)
        ends = word_ends(notes, self._spelling)
        self._search = Search(ahead or predictor.step, self._spelling, ends)
        self._unbroken = Search(ahead or predictor.step, self._spelling, ends)
        """Goes on with the line before the cursor's, where that was broken within a sentence."""
        self._newline = tokenizer.encode("\n")[-1]
        self._begin = 0
        """Where in the draft reading began."""
        self._head = ""
        """What was read, from the draft's beginning."""
        self._pieces: list[int] = []
        self._above: tuple[str, list[int]] = ("", [])
        """The lines above the last one that was read, and their pieces."""
        self._places: list[Place] = []
        """The place after each piece that was read."""
        self._learned = 0
        """So many characters of the draft were learned, or are waiting for it."""
        self._waiting: deque[tuple[int, Any]] = deque()
        """Pieces that were read and are not learned yet, each with the state before it."""
        self._expected: dict[tuple[int, ...], Place] = {}
        """Places to which the likeliest word leads, by the pieces after the last place."""
        self._ranking: tuple[tuple[str, bool], list[tuple[str, Word]]] = (("", False), [])
        """What was ranked last, and for which question."""
        self._own = DraftWords()
        self._refusals = Rejections()

    def suggest(self, before: str, count: int = 6) -> list[Suggestion]:
        """Return at most `count` ways in which `before` may go on, likeliest first.

        A word at the cursor is ended, or, where it may be whole, followed by another with what stands
        between; before a word, it comes with its indentation or quotation mark, if it has one. Some go on
        with the words after the likeliest, where that is worth more than one more single word.
        """
        ranked = self._not_passed(before, self._ranked(before))
        chosen = [(word.probability, text, word.probability) for text, word in ranked[:count]]
        if count > FEW and ranked:
            first, spare = chosen[:FEW], chosen[FEW:]
            known = {text for _, text, _ in chosen}
            least = spare[-1][0] / ANOTHER_WORD if len(chosen) == count else 0.0
            spare += [way for way in self._longer(before, *ranked[0], least) if way[1] not in known]
            chosen = first + sorted(spare, reverse=True)[: count - FEW]
        return sorted((Suggestion(text, likely) for _, text, likely in chosen), key=lambda s: -s.probability)

    def pass_over(self, before: str, texts: Iterable[str]) -> None:
        """Say that `texts` were looked at there and not taken, but typed past: they are hardly meant.

        So `suggest` has room for others while the same word is typed on. What stands `inline` is not
        touched, as one may well type along with it.
        """
        self._refusals.pass_over(before, texts)

    def words(self, before: str, count: int) -> list[Suggestion]:
        """Return single words alone, as they may follow white space or go on."""
        ranked = self._ranked(before, leads=False)
        return [Suggestion(text, word.probability) for text, word in ranked[:count]]

    def inline(self, before: str, threshold: float | None = None) -> Suggestion | None:
        """Return the one suggestion that is likely enough to be shown unasked, of several words if it can be.

        None where nothing reaches the threshold (THRESHOLD where none is given): then it is better to be
        quiet.
        """
        ranked = self._ranked(before)
        if not ranked or ranked[0][1].probability < (THRESHOLD if threshold is None else threshold):
            return None
        text, word = ranked[0]
        ways = [(text, word.probability), *self._chain(before, text, word)]
        return Suggestion(*max(ways, key=lambda way: way[1] * len(way[0])))

    def dismiss(self, before: str, text: str) -> None:
        """Do not suggest `text` at this place again, nor for what is typed of it meanwhile."""
        self._ranking = (("", False), [])
        self._refusals.dismiss(before, text)

    def prepare(self) -> None:
        """Count the notes' words now, which otherwise the first suggestion waits for."""
        self._counts()

    def rest(self, hurry: Callable[[], bool] = lambda: False, *, ahead: bool = True) -> None:
        """Do what no answer needs to wait for: learn what was read, and go where the text is likely to go.

        It is best called after each answer, and ends early where `hurry` says so. It changes how long later
        answers take, and after many words at once, such as a draft that was opened, what is learned by then;
        the first rest makes looking ahead much quicker, and a little less exact. Without `ahead`, it only
        learns.
        """
        while self._waiting and not hurry():
            self._settle(1)
        if not ahead or not self._places or hurry():
            return
        if self._lookahead is not None:
            self._lookahead.build_fast_path()
        ways = self._likely_ways()
        kept = {
            path: place for path, place in self._expected.items() if any(_leads(path, way) for way in ways)
        }
        if self._expected and not kept and self._lookahead is not None:
            self._lookahead.reuse_buffer(self._places[-1].state)
        self._expected = kept
        for way in ways:
            place = self._places[-1]
            for size in range(1, len(way) + 1):
                if hurry():
                    return
                path = way[:size]
                place = kept.get(path) or Place.known(*self._predictor.step(way[size - 1], place.state))
                kept[path] = place

    def _likely_ways(self) -> list[tuple[int, ...]]:
        """Return the pieces of what is likely to be read next: the likeliest words, and what is typed of one.

        The latter where it is known as a word itself, so that it may be over.
        """
        (before, leads), ranked = self._ranking
        ways = [word.path for _, word in self._not_passed(before, ranked)[: WAYS_AHEAD * leads]]
        run = cut(before)[1]
        typed = before[word_start(before) :]
        counts = self._counts()
        if run and (not typed or typed in self._own or (counts is not None and typed in counts)):
            ways.append(tuple(self._tokenizer.encode(run)))
        return [way for way in ways if 0 < len(way) <= READ_AHEAD]

    def begin(self) -> None:
        """Begin another draft; what was learned from the ones before stays."""
        self._head, self._begin, self._learned = "", 0, 0
        self._pieces, self._places = [], []
        self._expected, self._ranking = {}, (("", False), [])
        self._own = DraftWords()
        self._refusals = Rejections()

    def _ranked(self, before: str, *, leads: bool = True) -> list[tuple[str, Word]]:
        """Return the ways to go on by a word, the likeliest first."""
        if self._ranking[0] != (before, leads) or not self._places:
            head, typed = cut(before)
            self._read(head)
            chosen = CHOSEN + len(self._refusals.passed_at(before))
            words = _normalised(self._search.find(typed.encode(), leads=leads, chosen=chosen))
            self._go_on_with_line(head, typed, words)
            ranked = self._rank(before, words)
            self._ranking = (before, leads), ranked
        return self._ranking[1]

    def _chain(self, before: str, text: str, word: Word, least: float = 0.0) -> list[tuple[str, float]]:
        """Return how a word goes on with those after it, and how likely that is."""
        if not word.path:  # it was counted, not found: its pieces are looked up
            path = tuple(self._tokenizer.encode(cut(before)[1] + text))
            word.path = path if len(path) <= STEPS_ON else ()
        return self._search.go_on(text, word, least)

    def _longer(self, before: str, text: str, word: Word, least: float) -> list[tuple[float, str, float]]:
        """Return what is worth most of how a word goes on: its worth, the text, and its probability.

        That is, of what is at least as likely as `least`.
        """
        chain = self._chain(before, text, word, least)
        worth = [
            (likely * ANOTHER_WORD * further, longer, likely)
            for further, (longer, likely) in enumerate(chain, start=1)
        ]
        return sorted(worth, reverse=True)[:LONGER]

    # What was read

    def _read(self, head: str) -> None:
        """Bring the predictor to the end of `head`."""
        self._settle(LEARNED_AT_ONCE)
        if head == self._head and self._places:
            self._search.start(self._places[-1], again=True)
            return
        if not head.startswith(self._head[: self._begin]) or not (
            CONTEXT <= len(head) - self._begin <= 2 * CONTEXT
            or (len(head) <= 2 * CONTEXT and not self._begin)
        ):
            self._begin = _context_start(head)
            self._pieces, self._places = [], []
        roles = self._tokenizer.roles
        wanted = [roles.start, *self._encode(head[self._begin :])]
        same = 0
        for old, new in zip(self._pieces, wanted, strict=False):
            if old != new:
                break
            same += 1
        expected = self._expected if same == len(self._pieces) else {}
        self._expected = {}
        del self._pieces[same:], self._places[same:]
        if self._lookahead is not None and self._places and tuple(wanted[same : same + 1]) not in expected:
            self._lookahead.reuse_buffer(self._places[-1].state)
        offset = self._begin + len(self._tokenizer.decode(self._pieces))
        for count, piece in enumerate(wanted[same:], start=same + 1):
            offset += sum(byte & 0xC0 != 0x80 for byte in self._spelling.bytes[piece])  # characters
            place = expected.get((*self._pieces[same:], piece))
            self._go_on(piece, offset, place, is_asked=count == len(wanted))
        self._learned = max(self._learned, len(head))
        self._head = head
        self._search.start(self._places[-1])

    def _encode(self, text: str) -> list[int]:
        """Return the pieces of `text`; none goes beyond a line, so those above the last one stay."""
        above = text[: text.rfind("\n") + 1]
        if self._above[0] != above:
            self._above = above, self._tokenizer.encode(above)
        return [*self._above[1], *self._tokenizer.encode(text[len(above) :])]

    def _go_on(self, piece: int, offset: int, place: Place | None, *, is_asked: bool) -> None:
        """Read a piece that ends at `offset` of the draft; `place` is where it leads, if that is known.

        Unless it `is_asked` now what follows it, that is worked out when it is, which is seldom.
        """
        state = self._places[-1].state if self._places else self._predictor.start()
        if self._learn is not None and self._places and offset > self._learned:
            self._waiting.append((piece, state))
        if place is None and (is_asked or self._lookahead is None):
            place = Place.known(*self._predictor.step(piece, state))
        elif place is None:
            assert self._lookahead is not None
            after = self._lookahead.advance(piece, state)
            place = Place(after, lambda: self._predictor.step(piece, state)[0])
        self._pieces.append(piece)
        self._places.append(place)

    def _settle(self, most: int) -> None:
        """Learn `most` of what is waiting for it."""
        for _ in range(min(most, len(self._waiting))):
            piece, state = self._waiting.popleft()
            if self._learn is not None:
                self._learn(piece, state)

    # Ranking

    def _go_on_with_line(self, head: str, typed: str, words: dict[str, Word]) -> None:
        """Give words that go on with a line a share, where that was broken just before `typed`.

        Pieces at the beginning of a line are others than those after a space, and what is known of them is
        little.
        """
        if len(self._places) < 2 or self._pieces[-1] != self._newline or not breaks_sentence(head):
            return
        place = self._places[-2]
        self._unbroken.start(place, again=self._unbroken.root is place)
        share = GOES_ON * (1 - float(place.probabilities[self._newline]))
        for word in words.values():
            word.probability *= 1 - share
        for text, word in _normalised(self._unbroken.find(f" {typed}".encode(), leads=False)).items():
            words.setdefault(text, Word()).probability += share * word.probability

    def _rank(self, before: str, words: dict[str, Word]) -> list[tuple[str, Word]]:
        """Return the words found, the likeliest first, with those that notes and draft count."""
        start = word_start(before)
        partial = before[start:]
        self._own.read(before[:start])
        self._add_counted(before[:start], partial, words)
        dismissed = self._refusals.dismissed_at(before)
        words = {text: word for text, word in words.items() if text not in dismissed}
        return sorted(words.items(), key=lambda pair: -pair[1].probability)

    def _not_passed(self, before: str, ranked: list[tuple[str, Word]]) -> list[tuple[str, Word]]:
        """Return the words, those that were passed over much less likely, and all others a bit more."""
        passed = self._refusals.passed_at(before)
        if not passed:
            return ranked
        share = sum(word.probability for text, word in ranked if text in passed)
        more = 1 / (1 - (1 - PASSED) * min(share, 0.99))
        ranked = [
            (text, replace(word, probability=word.probability * more * (PASSED if text in passed else 1)))
            for text, word in ranked
        ]
        return sorted(ranked, key=lambda pair: -pair[1].probability)

    def _add_counted(self, before: str, partial: str, words: dict[str, Word]) -> None:
        """Give words that begin with `partial` the shares of notes and draft."""
        counts = self._counts()
        tokens = tokens_before_word(before[-_LAST_TOKENS:])
        own = self._own.likely(partial, tokens)
        noted = {} if counts is None else counts.likely(tokens, partial, MOST_COUNTED)
        of_own = OWN_WORDS if own else 0.0
        of_notes = COUNTED * (1 - of_own) if noted else 0.0
        within = {text: word for text, word in words.items() if text[0].isalnum() or text[0] in "'’_"}
        # What leads elsewhere keeps its probability; the rest is shared.
        rest = max(0.0, 1 - sum(word.probability for text, word in words.items() if text not in within))
        for word in within.values():
            word.probability *= 1 - of_own - of_notes
        for share, ways in ((of_own, own), (of_notes, noted)):
            for text, likely in ways.items():
                words.setdefault(text, Word()).probability += share * rest * likely


def _leads(path: tuple[int, ...], way: tuple[int, ...]) -> bool:
    return way[: len(path)] == path


def _normalised(found: Found) -> dict[str, Word]:
    """Return the words found, each with its share of all that agrees with what was typed."""
    mass = max(found.mass, sum(word.probability for word in found.words.values()), _TINY)
    for word in found.words.values():
        word.probability /= mass
    return found.words


def _context_start(head: str) -> int:
    """Return where to begin to read: CONTEXT characters back, at the beginning of a line if there is one."""
    if len(head) <= 2 * CONTEXT:
        return 0
    start = len(head) - CONTEXT - CONTEXT // 4
    line = head.find("\n", start, len(head) - CONTEXT)
    return start if line < 0 else line + 1
