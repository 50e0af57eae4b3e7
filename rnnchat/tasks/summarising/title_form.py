"""Which words of a note make a well-formed phrase: what may begin it, follow in it, and end it.

There is no parser. Words of grammar and marks show where phrases begin and end: a phrase begins after one of
them, and a word before a preposition or a mark can end one, but not the first of two nouns, nor the verb
before an article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.asking.terms import STOP_WORDS
from rnnchat.tasks.summarising.near_titles import NearTitles
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import MOST_SENTENCES, BodyWord, TitleWords, body_words

Flags = NDArray[np.bool_]

DETERMINERS = frozenset(
    "a an the this that these those my your his her its our their each every some any no another such".split()
)
"""A noun follows them, so that a word before one is no end of a phrase about that noun."""
_ADVERBS = frozenset(
    "today yesterday tomorrow tonight now then here there too also again instead already still just really"
    " very quite actually simply only even always never often soon later ago well maybe perhaps however"
    " therefore otherwise currently recently basically usually etc".split()
)
"""They say when or how, and can be left out of a title."""
_VERBS_BEFORE_NOUNS = frozenset(
    "use uses using used want wants need needs get gets via let's has have".split()
)
"""A phrase can begin after them."""
_AUXILIARIES = frozenset(
    "is are was were be been being am has have had do does did can could will would shall should may might"
    " must cannot isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't"
    " haven't hasn't hadn't i'm i've i'll i'd it's that's there's you're you'll we're we'll they're".split()
)
_PRONOUNS = frozenset(
    "i me you he him she it we us they them myself yourself itself ourselves themselves one ones something"
    " anything nothing everything".split()
)
_COORDINATORS = ("and", "or")
_CLAUSES = frozenset("but so because although though while that which who".split())
"""Another clause begins with these words."""
_REPORTING = frozenset(
    "that says said saying tells told thinks asks asked replies replied argues argued claims claimed"
    " believes".split()
)
"""A title does not go on after these words, nor end with one: a whole sentence follows them."""
_FINITE = (_AUXILIARIES | _PRONOUNS | _CLAUSES) - {"be", "been", "being", "do", "does", "did"}
"""A title does not run through these words: they make it a sentence."""
_FURTHER = frozenset(
    "without within across along among around behind beside besides beyond despite except inside near onto"
    " outside past per since throughout toward towards unless upon whether although though because so yet"
    " else rather than like between".split()
)
"""More prepositions and conjunctions than STOP_WORDS has."""
GRAMMAR = STOP_WORDS | DETERMINERS | _AUXILIARIES | _PRONOUNS | _FURTHER | _ADVERBS
"""Words of grammar: none of them ends a title."""
_BEGINNERS = frozenset("a an the how what why where when".split())
"""Words of grammar that may begin a title."""
_QUESTIONS = frozenset("how what why where when".split())
"""A title may begin with these words if a noun or a verb follows."""
_NO_QUESTION = DETERMINERS | _AUXILIARIES | _PRONOUNS
"""After these words, a clause that a question word begins has its verb where a title cannot reach it."""
_NOT_AFTER_ENDS = DETERMINERS | frozenset(
    "of up out off down back over away on me him her it us them myself".split()
)
"""Before these words of grammar a phrase does not end: they go on with a noun, or belong to a verb."""
_DROPPED = DETERMINERS | _ADVERBS
"""A title may leave these words out between two others."""
MOST_OPENING = 10
"""The beginning of a sentence that stands for a title has at most so many words."""
_OPENERS = frozenset("so and but then or also because".split())
"""A title does not begin with these words of a sentence."""


Place = tuple[int, int]
"""A word of a note: the number of its sentence, and its number there."""


@dataclass(frozen=True)
class TitleForm:
    """What may begin a title of one note, follow in it, and end it, by the numbers of the note's words.

    A title runs along a sentence of the note, where it may leave out articles and adverbs. It goes on
    elsewhere only between two words that follow each other in the person's titles.
    """

    numbers: dict[Place, int]
    """The number of the word at each place."""
    firsts: dict[int, frozenset[Place]]
    """The places at which each word may begin a title; none where only the person's titles have the word."""
    nexts: dict[Place, tuple[Place, ...]]
    """The places of the words that may follow the one at a place."""
    lasts: frozenset[Place]
    """The places at which a title may end."""
    own_joints: Flags
    """Whether the second word follows the first in the person's titles, (words, words)."""
    own_lasts: Flags
    """Whether the person's titles end with a word, (words,)."""
    is_grammar: Flags
    """Whether a word is one of grammar, (words,)."""
    opening: int
    """How many words the first clause of the note has."""
    _reached: dict[tuple[int, ...], frozenset[Place]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, words: TitleWords, sentences: Sequence[str], style: TitleStyle, near: NearTitles
    ) -> TitleForm:
        """Return the form of titles that are made of the words of a note's sentences."""
        known = {key: number for number, key in enumerate(words.keys)}
        numbers: dict[Place, int] = {}
        firsts: dict[int, set[Place]] = {known[key]: set() for key in words.keys if style.first[key] > 0}
        nexts: defaultdict[Place, list[Place]] = defaultdict(list)
        lasts: set[Place] = set()
        dropped = _DROPPED if style.count else _ADVERBS  # to leave out articles is a style of titles
        read = [found for one in sentences[:MOST_SENTENCES] if (found := body_words(one))]
        for row, sentence in enumerate(read):
            for at, word in enumerate(sentence):
                numbers[row, at] = known[word.key]
                if _may_begin(sentence, at) or style.first[word.key] > 0:
                    firsts.setdefault(known[word.key], set()).add((row, at))
                if _may_end(sentence, at):
                    lasts.add((row, at))
            for left, right in _joints(sentence, dropped):
                nexts[row, left].append((row, right))
        is_grammar = np.array([text.lower() in GRAMMAR for text in words.texts], bool)
        own_lasts = np.array([style.last[key] > 0 for key in words.keys], bool) & ~is_grammar
        return cls(
            numbers,
            {number: frozenset(places) for number, places in firsts.items()},
            {place: tuple(places) for place, places in nexts.items()},
            frozenset(lasts),
            _own_joints(known, style, near),
            own_lasts,
            is_grammar,
            _length_of_clause(read[0]) if read else 0,
        )

    def next_words(self, before: Sequence[int]) -> Flags:
        """Return which words may follow those before, (words,)."""
        if not before:
            found = np.zeros(len(self.own_lasts), bool)
            found[list(self.firsts)] = True
            return found
        follows: Flags = self.own_joints[before[-1]].copy()
        if self.is_grammar[before[-1]] and (len(before) == 1 or self.own_joints[before[-2], before[-1]]):
            follows[list(self.firsts)] = True  # "How to" goes on with any phrase of the note
        follows[
            [self.numbers[place] for reached in self.places(before) for place in self.nexts.get(reached, ())]
        ] = True
        return follows

    def may_end(self, title: Sequence[int]) -> bool:
        """Return whether a title may end with its last word."""
        return not self.lasts.isdisjoint(self.places(title)) or bool(self.own_lasts[title[-1]])

    def is_of_opening(self, title: Sequence[int]) -> bool:
        """Return whether a title can stand in the first clause of the note."""
        return any(row == 0 and at < self.opening for row, at in self.places(title))

    def places(self, title: Sequence[int]) -> frozenset[Place]:
        """Return the places of the note at which the last word of a title may stand."""
        if len(title) == 1:
            return self.firsts.get(title[0], frozenset())
        key = tuple(title)
        if key not in self._reached:
            last = title[-1]
            before = self.places(title[:-1])
            if not before and last in self.firsts:
                found = self.firsts[last]
            elif self.own_joints[title[-2], last]:
                found = frozenset(place for place, number in self.numbers.items() if number == last)
            else:
                found = frozenset(
                    place
                    for reached in before
                    for place in self.nexts.get(reached, ())
                    if self.numbers[place] == last
                )
            self._reached[key] = found
        return self._reached[key]


def _own_joints(known: dict[str, int], style: TitleStyle, near: NearTitles) -> Flags:
    """Return which words follow each other in the person's titles, (words, words)."""
    found = np.zeros((len(known), len(known)), bool)
    for after in (style.after, near.after):
        for first in after.keys() & known.keys():
            seconds = [known[key] for key, count in after[first].items() if count > 0 and key in known]
            found[known[first], seconds] = True
    return found


def _length_of_clause(words: Sequence[BodyWord]) -> int:
    """Return how many words stand before the first mark; a single word and its mark do not count."""
    return next((at for at in range(2, len(words)) if _is_break(words, at)), len(words))


def _joints(sentence: Sequence[BodyWord], dropped: Set[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of two words that may follow each other in a title, which may leave out `dropped`."""
    lower = [word.text.lower() for word in sentence]
    for left in range(len(sentence)):
        for right in range(left + 1, min(left + 4, len(sentence))):
            if _is_break(sentence, right) or lower[left] in _FINITE or lower[right] in _FINITE:
                break
            if lower[left] in _REPORTING:
                break
            if lower[left] in _COORDINATORS and lower[right] in DETERMINERS:
                break  # what follows is often another clause
            if all(word in dropped for word in lower[left + 1 : right]) and not (
                lower[left] in GRAMMAR and not DETERMINERS.isdisjoint(lower[left + 1 : right])
            ):
                yield left, right


def _is_break(sentence: Sequence[BodyWord], at: int) -> bool:
    """Return whether a mark stands between a word and the one before it, or there is none before."""
    return at == 0 or at == len(sentence) or sentence[at - 1].ends_clause or sentence[at].begins_clause


def _may_begin(sentence: Sequence[BodyWord], at: int) -> bool:
    word = sentence[at].text.lower()
    if sentence[at].in_unit:
        return False
    if word in GRAMMAR and word not in _BEGINNERS:
        return False
    if word in _QUESTIONS and (at + 1 == len(sentence) or sentence[at + 1].text.lower() in _NO_QUESTION):
        return False
    if _is_break(sentence, at):
        return True
    before = sentence[at - 1].text.lower()
    return before in GRAMMAR or before in _VERBS_BEFORE_NOUNS


def _may_end(sentence: Sequence[BodyWord], at: int) -> bool:
    word = sentence[at].text.lower()
    if word in GRAMMAR or word in _REPORTING or (at + 1 < len(sentence) and sentence[at + 1].in_unit):
        return False
    if _is_break(sentence, at + 1):
        return True
    after = sentence[at + 1].text.lower()
    return after in GRAMMAR and after not in _NOT_AFTER_ENDS


def opening_clause(sentence: str) -> str:
    """Return the first words of a sentence, up to the end of a phrase; nothing where there is none."""
    words = body_words(sentence)
    while words and words[0].text.lower() in _OPENERS:
        words = words[1:]
    size = min(_length_of_clause(words), MOST_OPENING)
    while size > 1 and not _may_end(words, size - 1):
        size -= 1
    shown = " ".join(word.text for word in words[:size])
    return shown[:1].upper() + shown[1:] if size > 1 or len(words) == 1 else ""
