"""The choice among likely titles: a learned score of what is known of each title as a whole.

The beam search of `title_steps.py` looks at a title word by word. This looks at all of it: how much it has
in common with the other likely ones, how long it is, which of the note's telling words it has, and how many
of its words follow each other in the note. What it has in common with others is the risk of minimum
Bayes-risk decoding: S. Kumar and W. Byrne, Minimum Bayes-risk decoding for statistical machine translation,
HLT-NAACL 2004. The score is fitted listwise to the ROUGE of titles (`rnnchat/training/summarising/`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.summarising.title_steps import LONGEST, Floats, FoundTitle
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import KNOWN, TitleWords

FLATNESSES = (1.0, 2.0, 5.0)
"""The logarithms of the probabilities of titles are divided by these when titles are compared."""
TOP = (1, 3, 6)
"""It counts how many of so many most telling words of the note a title has."""
FEWEST_STYLED = 5
"""A person's titles have a style if there are so many of them."""
TITLE_FEATURES = 2 + len(FLATNESSES) + 1 + 20 + 3 + LONGEST
"""How many features a title has."""


def title_features(words: TitleWords, found: Sequence[FoundTitle], style: TitleStyle) -> Floats:
    """Return what is known of each title as a whole, (titles, features)."""
    logs = np.array([one.log_probability for one in found])
    alike = agreement(found)
    expected = np.column_stack([alike @ _shares(logs / flatness) for flatness in FLATNESSES])
    lengths = np.array([len(one.words) for one in found])
    order = np.argsort(-words.known[:, KNOWN["telling"]])
    rows = [[*_makeup(words, one.words, order), *_styled(words, one.words, style)] for one in found]
    columns = [
        logs / 5,
        logs / (lengths + 1),
        expected,
        expected[:, -1] - expected[:, -1].max(),
        np.array(rows),
        lengths[:, None] == np.arange(1, LONGEST + 1),
    ]
    return np.column_stack(columns).astype(np.float32)


def agreement(found: Sequence[FoundTitle]) -> NDArray[np.float64]:
    """Return how much each title has in common with each other one, (titles, titles).

    That is nearly the sum of ROUGE-1, ROUGE-2 and ROUGE-L.
    """
    ones = [Counter(one.words) for one in found]
    twos = [Counter(itertools.pairwise(one.words)) for one in found]
    result = np.zeros((len(found), len(found)))
    for first in range(len(found)):
        for second in range(first + 1):
            size = len(found[first].words) + len(found[second].words)
            shared = (ones[first] & ones[second]).total()
            pairs = (twos[first] & twos[second]).total()
            score = 1.9 * 2 * shared / size + 2 * pairs / max(1, size - 2)
            result[first, second] = result[second, first] = score
    return result


def _shares(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    powers: NDArray[np.float64] = np.exp(logs - logs.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares


def _makeup(words: TitleWords, title: Sequence[int], order: NDArray[np.int64]) -> list[float]:
    """Return of which words of the note a title is made; `order` has the most telling ones first."""
    known = words.known
    content = [word for word in title if not words.is_function[word]]
    follows = [bool(words.following[0, first, second]) for first, second in itertools.pairwise(title)]
    longest = max((len(list(run)) for is_copied, run in itertools.groupby(follows) if is_copied), default=0)
    telling = known[content, KNOWN["telling"]]
    names = ("rarity", "in_code", "is_code", "only_in_first")
    means = [float(known[content, KNOWN[name]].mean()) if content else 0.0 for name in names]
    return [
        sum(follows) / max(1, len(follows)),
        longest / 4,
        sum(follows) / 5,
        (len(follows) - sum(follows)) / 3,
        1 - len(content) / len(title),
        len(content) / 4,
        float(telling.mean()) if content else 0.0,
        float(telling.sum()) / 5,
        *means,
        *(len(set(title) & set(order[:few].tolist())) / few for few in TOP),
        float(words.ends_clause[title[-1]]),
        float(known[title[0], KNOWN["begins_clause"]] > 0),
        float(words.is_function[title[-1]]),
        float(words.is_function[title[0]]),
        float(len(set(title)) < len(title)),
    ]


def _styled(words: TitleWords, title: Sequence[int], style: TitleStyle) -> list[float]:
    """Return how much a title is like those of the person; zeros where these are too few."""
    if style.count < FEWEST_STYLED:
        return [0.0, 0.0, 0.0]
    keys = [words.keys[number] for number in title]
    pairs = [
        np.log((style.after.get(first, Counter())[second] + 0.2) / (style.words[first] + 2.0))
        for first, second in itertools.pairwise(keys)
    ]
    return [
        float(np.log((style.lengths[len(title)] + 0.5) / (style.count + 5.0))),
        float(np.mean(pairs)) if pairs else 0.0,
        float(np.log((style.first[keys[0]] + 0.2) / (style.count + 2.0))),
    ]
