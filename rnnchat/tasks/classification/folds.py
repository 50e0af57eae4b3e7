"""Splits of examples into folds, so that copies and near copies of a text are never in two of them.

Near copies are found with MinHash signatures of the words and pairs of words in a text.

Sources: Broder, On the Resemblance and Containment of Documents, 1997; for the bands, Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, section 3.4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnchat.tasks.classification.features import Counts, Hashes

NEAR_COPY = 0.8
"""Two texts are near copies if they share this part of all words and pairs of words of both."""
_BANDS, _ROWS = 12, 4
"""Texts are compared if the minima of all rows of one of the bands are equal."""


def stratified_folds(
    targets: NDArray[np.bool_], groups: NDArray[np.integer], folds: int, seed: int = 0
) -> NDArray[np.int64]:
    """Return the fold of each example (examples,), with about as many of each label in each fold.

    Examples of the same group are in the same fold. `targets` is (examples, labels).
    """
    random = np.random.default_rng(seed)
    members: dict[int, list[int]] = defaultdict(list)
    for example in random.permutation(len(groups)).tolist():
        members[int(groups[example])].append(example)
    per_label = np.zeros((folds, targets.shape[1]))
    sizes = np.zeros(folds)
    result = np.zeros(len(groups), np.int64)
    for examples in sorted(members.values(), key=len, reverse=True):
        own = targets[examples].sum(0)
        fewest = per_label[:, own > 0].sum(1) if own.any() else np.zeros(folds)
        fold = int(np.lexsort((sizes, fewest))[0])
        result[examples] = fold
        per_label[fold] += own
        sizes[fold] += len(examples)
    return result


def copy_groups(counts: Sequence[Counts]) -> NDArray[np.int64]:
    """Return a number for each text (texts,), which is the same for copies and near copies."""
    parents = list(range(len(counts)))
    for band in _bands([words for (words, _), *_ in counts]):
        for texts in band.values():
            first = texts[0]
            for other in texts[1:]:
                if _resemblance(counts[first][0][0], counts[other][0][0]) >= NEAR_COPY:
                    parents[_root(parents, other)] = _root(parents, first)
    return np.array([_root(parents, text) for text in range(len(counts))], np.int64)


def _bands(texts: Sequence[Hashes]) -> list[dict[bytes, list[int]]]:
    """Return, for each band, the texts whose minima are equal in it; texts without words are in none."""
    random = np.random.default_rng(0)
    factors = random.integers(2**62, 2**63, (_BANDS * _ROWS, 1), np.uint64) | np.uint64(1)
    bands: list[dict[bytes, list[int]]] = [defaultdict(list) for _ in range(_BANDS)]
    for number, hashes in enumerate(texts):
        if len(hashes):
            minima = (hashes[None, :] * factors).min(1).reshape(_BANDS, _ROWS)
            for band, row in zip(bands, minima, strict=True):
                band[row.tobytes()].append(number)
    return [{key: members for key, members in band.items() if len(members) > 1} for band in bands]


def _resemblance(first: Hashes, second: Hashes) -> float:
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / (len(first) + len(second) - shared)


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number
