"""BLEU and chrF: how much translations have in common with those that people made.

The figures are those of sacrebleu with its usual settings. Sources: Papineni et al. 2002 and Post 2018,
A Call for Clarity in Reporting BLEU Scores; Popović 2015, chrF: character n-gram F-score.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from rnnchat.text.scripts import CHINESE, JAPANESE, main_script

WORD_ORDER = 4
"""BLEU compares sequences of up to this many words."""
CHARACTER_ORDER = 6
"""chrF compares sequences of up to this many characters."""
RECALL_WEIGHT = 2.0
"""In chrF, recall counts this many times as much as precision."""
_RULES = (
    (re.compile(r"([{-~\[-` -&(-+:-@/])"), r" \1 "),
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
"""The rules of mteval-v13a that put punctuation between spaces."""
_CHINESE = re.compile(
    "([\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb"
    "\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef])"
)
"""Matches what is a word by itself in Chinese."""
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))


def is_by_character(references: Sequence[str]) -> bool:
    """Return whether texts are compared by character, as Chinese and Japanese have no spaces."""
    return main_script("".join(references[:200])) in (CHINESE, JAPANESE)


def bleu(
    translations: Sequence[str], references: Sequence[Sequence[str]], *, by_character: bool = False
) -> float:
    """Return the BLEU of `translations`, from 0 to 100, each with one or more `references`.

    Words are those of the tokenizer 13a or, `by_character`, zh.
    """
    tokens = _chinese_tokens if by_character else _tokens_13a
    right, total = [0] * WORD_ORDER, [0] * WORD_ORDER
    length = reference_length = 0
    for translation, expected in zip(translations, references, strict=True):
        words = tokens(translation)
        lists = [tokens(reference) for reference in expected]
        length += len(words)
        reference_length += min(map(len, lists), key=lambda size: (abs(size - len(words)), size))
        for order in range(1, WORD_ORDER + 1):
            found = _sequences(words, order)
            most: Counter[tuple[str, ...]] = Counter()
            for reference in lists:
                most |= _sequences(reference, order)
            right[order - 1] += (found & most).total()
            total[order - 1] += found.total()
    if not any(right):
        return 0.0
    return _brevity_penalty(length, reference_length) * math.exp(_mean_log_precision(right, total))


def chrf(translations: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return the chrF2 of `translations`, from 0 to 100; of several `references`, the best counts."""
    sums = [(0, 0, 0)] * CHARACTER_ORDER
    for translation, expected in zip(translations, references, strict=True):
        found = _characters(translation)
        counts = [_matches(found, _characters(reference)) for reference in expected]
        best = max(counts, key=_f_score)
        sums = [
            (own + more, reference + others, both + common)
            for (own, reference, both), (more, others, common) in zip(sums, best, strict=True)
        ]
    return _f_score(sums)


def _tokens_13a(text: str) -> list[str]:
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return _split(f" {text} ")


def _chinese_tokens(text: str) -> list[str]:
    return _split(_CHINESE.sub(r" \1 ", text.strip()))


def _split(text: str) -> list[str]:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.split()


def _sequences(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(order)), strict=False))


def _brevity_penalty(length: int, reference_length: int) -> float:
    return 1.0 if length >= reference_length else math.exp(1 - reference_length / length)


def _mean_log_precision(right: Sequence[int], total: Sequence[int]) -> float:
    """Return the mean of the logarithms of the precisions, which are in per cent.

    Lengths without matches count as a half match, a quarter and so on (NIST; Chen and Cherry 2014, method 3).
    """
    logs, smoothing = 0.0, 1.0
    for matched, count in zip(right, total, strict=True):
        if count == 0:
            return -math.inf
        if matched == 0:
            smoothing *= 2
        logs += math.log(100 * (matched or 1 / smoothing) / count)
    return logs / WORD_ORDER


def _characters(text: str) -> list[Counter[str]]:
    """Return the sequences of one to CHARACTER_ORDER characters of a text without spaces."""
    joined = "".join(text.split())
    return [
        Counter(joined[start : start + order] for start in range(len(joined) - order + 1))
        for order in range(1, CHARACTER_ORDER + 1)
    ]


def _matches(found: Sequence[Counter[str]], expected: Sequence[Counter[str]]) -> list[tuple[int, int, int]]:
    """Return for each length the number of sequences in both texts: found, expected, and common ones."""
    return [
        (own.total() if reference else 0, reference.total(), (own & reference).total())
        for own, reference in zip(found, expected, strict=True)
    ]


def _f_score(counts: Sequence[tuple[int, int, int]]) -> float:
    """Return the F-score, in per cent, of the mean precision and recall over the lengths of sequences."""
    used = [(own, reference, both) for own, reference, both in counts if own and reference]
    if not used:
        return 0.0
    precision = sum(both / own for own, _, both in used) / len(used)
    recall = sum(both / reference for _, reference, both in used) / len(used)
    factor = RECALL_WEIGHT**2
    if not precision + recall:
        return 0.0
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall)
