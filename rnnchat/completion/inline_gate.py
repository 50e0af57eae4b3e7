"""Which suggestion is shown unasked, and whether any is: it should be right when it is shown.

A logistic regression estimates how likely an offer, a word or a phrase, is right as a whole:
P = 1 / (1 + exp(-w·x)), where x (features,) describes the offer, its rivals and the place, and w (features,)
are weights. Of the offers that are likely enough, the one is shown that saves a writer the most seconds, by
the model of `rnnchat/evaluation/writing_time.py`; none is where no time is saved.

The weights were fitted by `python -m tests.benchmarks.fit_gate` to texts that the models have not read and
on which no suggestions are measured.

What the writer saw and did not accept is less likely to be meant: each time divides the odds of it, and of
what begins with it, by a constant. The other offers become likelier by as much.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnchat.completion.cursor import word_start
from rnnchat.completion.rejections import begins_with_any
from rnnchat.completion.search import CandidateWord
from rnnchat.completion.spelling import ends_unspaced

LEAST_OF_WORD = 0.5
"""A phrase is considered while it is at least this many times as likely as its first word."""
WORDS_CONSIDERED = 4
"""The offers begin with one of this many likeliest words, besides those that the writer ignored."""
_SMALLEST = 1e-4
"""Smaller probabilities count as this one."""
_NEARBY = 1500
"""A word is repeated where it stands in this many characters before the cursor."""

_WORD = re.compile(r"\w[\w'’]*")
"""Matches one word."""
_SENTENCE_END = re.compile(r"(?:[.!?:][\"'”’)]*|\A|\n)\s*\Z")
"""Matches the end of a sentence, or the beginning of a line, before the cursor."""


@dataclass(frozen=True)
class Offer:
    """A word that could be shown, or a phrase that begins with it."""

    text: str
    """The characters to be added."""
    probability: float
    """How likely all of it is to follow, by the predictor and the counts."""
    first: str
    """The characters to be added for the first word alone."""
    word: CandidateWord
    """The first word."""


class Place:
    """What the gate knows of the cursor's place: the text before it, and all words that may follow.

    `ranked` are the words, likeliest first; `pieces` (vocabulary,) are the probabilities of the next piece
    at the beginning of the run at the cursor.
    """

    def __init__(
        self, before: str, ranked: Sequence[tuple[str, CandidateWord]], pieces: NDArray[np.floating]
    ) -> None:
        start = word_start(before)
        self._partial = before[start:]
        near = before[max(0, start - _NEARBY) : start]
        self._words = _WORD.findall(near)
        self._known = set(self._words)
        self._pairs = set(zip(self._words, self._words[1:], strict=False))
        self._ranked = ranked
        probabilities = [word.probability for _, word in ranked]
        rest = max(0.0, 1 - sum(probabilities))
        self._shared = (
            float(-(pieces * np.log(np.maximum(pieces, _SMALLEST**2))).sum()),
            -sum(p * math.log(p) for p in [*probabilities, rest] if p > 0),
            min(len(self._partial), 8) / 4,
            float(bool(self._partial)),
            float(bool(_SENTENCE_END.search(before[:start][-40:]))),
            math.log(1 + min(len(before), 2000)) / 4,
        )

    def features(self, offer: Offer) -> NDArray[np.float64]:
        """Return what describes an offer here (len(FEATURES),)."""
        word = offer.word
        rivals = [other.probability for _, other in self._ranked if other is not word]
        whole = self._partial + offer.first
        spelled = whole.strip()
        probability = min(max(offer.probability, _SMALLEST), 1 - _SMALLEST)
        first = max(word.probability, _SMALLEST)
        searched = max(word.probability - word.counted, 0.0)
        return np.array(
            (
                1.0,
                math.log(probability / (1 - probability)),
                math.log(max(probability / first, _SMALLEST)),
                math.log(max(max(rivals, default=0.0), _SMALLEST) / first),
                word.counted / first,
                math.log(max(word.best, _SMALLEST**2) / max(searched, _SMALLEST)) / 4 if word.path else 0.0,
                float(spelled in self._known),
                float(bool(self._words) and (self._words[-1], spelled) in self._pairs),
                math.log(max(1, len(offer.first.strip()))),
                float(spelled[:1].isupper() and spelled not in self._known),
                float(offer.first[:1].isspace()),
                *self._shared,
            )
        )


FEATURES = (
    "bias",
    "log odds",
    "phrase to word",
    "rival to word",
    "counted share",
    "typed so far",
    "repeated",
    "repeated pair",
    "letters",
    "new name",
    "next word",
    "entropy of the piece",
    "entropy of the words",
    "typed letters",
    "within a word",
    "sentence begins",
    "text before",
)
"""What the features are, in order."""

WEIGHTS: dict[str, tuple[float, ...]] = {
    "without notes": (
        *(-0.689, 0.905, 0.0904, 0.0074, 0.337, 0.05, -0.135, 0.745, 0.151),
        *(-0.532, 0.0814, -0.126, -0.196, 0.19, 0.713, 0.612, 0.327),
    ),
    "with notes": (
        *(-0.736, 1.05, 0.571, -0.00465, 0.387, -0.0915, 0.0675, 0.69, 0.0533),
        *(-0.0181, 0.394, 0.0437, 0.0553, 0.0444, 0.322, 0.238, -0.145),
    ),
    "unspaced": (0.165, 0.749) + (0.0,) * 15,
}
"""The weights of the features: for models without and with notes, and for scripts without spaces.

In those, an offer is right where the text begins with it, whatever word that is the beginning of. So it is
right more often than its probability as a word says, and only that and a bias have weights there.
"""
THRESHOLD = 0.32
"""What is shown unasked is right with at least this probability, unless the writer chooses another."""
IGNORED_ODDS = 0.25
"""The odds of an offer are multiplied by this for each time that the writer saw it and typed on.

If writers accepted everything that is right, it would be 0. Some go on typing what they see, so that it stays
where it is very likely.
"""
MOST_IGNORED = 0.9
"""What the writer ignored makes the other offers at most 1 / (1 - MOST_IGNORED) times likelier."""
WITHOUT_NOTES_ODDS = 0.6
"""A model without notes shows an offer unasked where this share of its odds would be enough with notes.

It knows nothing of how the writer writes, so that what it is rather sure of is wrong more often.
"""
NOTHING_IGNORED: Mapping[str, int] = {}
"""No text was ignored."""
MOST_CERTAIN = 0.98
"""No offer becomes likelier than this because others were ignored."""
UNSPACED_ODDS = 3.0
"""In scripts without spaces, the odds of what is shown unasked can be this many times lower.

A character takes several keys there. Half of what the Chinese base then shows in texts that it has not read
is right; a model that learned notes is right more often.
"""
KEY_SECONDS = 0.25
"""The seconds that a key takes a writer."""
KEYS_OF_UNSPACED = 2
"""The keys, at least, that an input method needs for a character of a script without spaces."""
ACCEPT_SECONDS = 0.35
"""The seconds to read a suggestion that is right and to accept it."""
WRONG_SECONDS = 0.15
"""The seconds that reading a wrong suggestion takes."""


class InlineGate:
    """Chooses what is shown unasked by a model that learned notes, or by one that did not."""

    def __init__(self, *, has_notes: bool) -> None:
        self._spaced = np.array(WEIGHTS["with notes" if has_notes else "without notes"])
        self._unspaced = np.array(WEIGHTS["unspaced"])
        self._spaced_odds = 1.0 if has_notes else WITHOUT_NOTES_ODDS

    def probability(self, place: Place, offer: Offer) -> float:
        """Return how likely an offer is right as a whole, where the writer ignored nothing."""
        weights = self._unspaced if ends_unspaced(offer.text) else self._spaced
        return 1 / (1 + math.exp(-float(weights @ place.features(offer))))

    def least_probability(self, text: str, threshold: float) -> float:
        """Return how likely `text` must be to be right for `threshold`, which is for a model with notes.

        In scripts without spaces it is lower, and without notes it is higher.
        """
        return scale_odds(threshold, 1 / (UNSPACED_ODDS if ends_unspaced(text) else self._spaced_odds))

    def choose(
        self,
        place: Place,
        words: Sequence[Offer],
        phrases: Callable[[Offer], Iterable[Offer]],
        threshold: float,
        ignored: Mapping[str, int] = NOTHING_IGNORED,
    ) -> tuple[Offer, float] | None:
        """Return the offer that saves most time, with the probability that it is right.

        The offers are `words`, and the `phrases` that begin with those which are likely enough. `ignored` are
        texts that the writer did not accept here, and how often. Return None where no offer is likely enough
        to be right for `threshold`, or none saves time.
        """
        estimates = [(word, self.probability(place, word)) for word in words]
        lost = sum(
            estimate - after_ignoring(word.text, estimate, ignored)
            for word, estimate in estimates
            if not ends_unspaced(word.text)
        )

        def revise(offer: Offer, estimate: float) -> float:
            revised = after_ignoring(offer.text, estimate, ignored)
            if revised < estimate or ends_unspaced(offer.text):  # there, one offer is part of another
                return revised
            return min(estimate / (1 - min(lost, MOST_IGNORED)), max(estimate, MOST_CERTAIN))

        best: tuple[float, Offer, float] | None = None
        for word, estimate in estimates:
            if revise(word, estimate) < self.least_probability(word.text, threshold):
                continue
            longer = ((phrase, self.probability(place, phrase)) for phrase in phrases(word))
            for offer, probability in ((word, estimate), *longer):
                revised = revise(offer, probability)
                seconds = expected_seconds(offer.text, revised)
                is_likely = revised >= self.least_probability(offer.text, threshold)
                if is_likely and seconds > (best[0] if best else 0.0):
                    best = seconds, offer, revised
        return None if best is None else best[1:]


def after_ignoring(text: str, probability: float, ignored: Mapping[str, int]) -> float:
    """Return how likely `text` still is where the writer did not accept some texts, each so many times."""
    times = sum(count for other, count in ignored.items() if begins_with_any(text, (other,)))
    return scale_odds(probability, IGNORED_ODDS**times) if times else probability


def scale_odds(probability: float, factor: float) -> float:
    """Return the probability whose odds are `factor` times those of `probability`."""
    return probability * factor / (probability * factor + 1 - probability)


def expected_seconds(text: str, probability: float) -> float:
    """Return the seconds that an offer saves a writer on average, with the space after it."""
    keys = len(text) * KEYS_OF_UNSPACED if ends_unspaced(text) else len(text) + 1
    return probability * (KEY_SECONDS * keys - ACCEPT_SECONDS) - (1 - probability) * WRONG_SECONDS
