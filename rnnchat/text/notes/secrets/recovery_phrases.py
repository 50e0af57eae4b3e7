"""Recovery phrases of crypto wallets: 12 to 25 words of BIP-39 or a similar list, in a row or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText
from rnnchat.text.notes.secrets.values import is_function_word

_COUNTS = (12, 15, 18, 21, 24, 25)
_LONGEST_RUN = 28
"""The longest run of words: a phrase of 25 words and a label of three."""
_AROUND = " \t.,;:()[]{}|`'\"*_>#-–•0123456789"
TRIGGERS = (
    "seed", "mnemonic", "recovery phrase", "recovery words", "secret phrase", "backup phrase",
    "backup words", "wallet", "passphrase",
    "wiederherstellung", "phrase de récupération", "phrase de secours", "frase semilla",
    "frase de recuperación", "frase segreta",
    "frase de recuperação", "recovery-phrase", "мнемони", "сид-фраза", "сид фраза", "seed-фраза",
    "助记词", "助記詞", "ニーモニック",
    "シードフレーズ", "リカバリーフレーズ", "니모닉", "시드", "24 words", "12 words", "24 wörter",
    "12 wörter", "metamask", "ledger", "trezor",
    "bip39", "bip-39", "electrum", "monero",
)  # fmt: skip
_MARK = re.compile(r"\d{1,2}[.):]?|[-*•|>]")
_ROW = re.compile(r"^[a-z]{3,8}(?: [a-z]{3,8}){11,24}$", re.MULTILINE)
_WORD = re.compile(r"[a-zà-öø-ÿа-яёіїєґ]{3,10}")


@cache
def _bip39() -> Mapping[str, int]:
    """Return the 2,048 English words of BIP-39, each with its number."""
    words = Path(__file__).with_name("bip39-english.txt").read_text(encoding="ascii").split()
    return {word: number for number, word in enumerate(words)}


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines of every phrase that restores a wallet."""
    known = _bip39()
    if _has_run(source.lower, known):
        yield from _known_words(source, known)
    for number, match in source.matches(_ROW):
        words = match.group().split()
        if len(words) in _COUNTS and _are_unrelated(words):
            yield Finding(number, number, "recovery phrase")
    yield from _labelled(source)


def _has_run(text: str, known: Mapping[str, int]) -> bool:
    """Return whether 12 words of the list occur in a row; in most texts, checking a few words is enough."""
    words = text.split()
    place = 11
    while place < len(words):
        first = place
        while first > place - 12 and (words[first].strip(_AROUND) in known or _MARK.fullmatch(words[first])):
            first -= 1
        if first == place - 12:
            return True
        place = first + 12
    return False


def _known_words(source: SearchableText, known: Mapping[str, int]) -> Iterator[Finding]:
    """Yield phrases of the words of the list, in a row or a list."""
    run: list[tuple[int, str]] = []  # each word of the list that is being read, with its line
    for number, line in enumerate(source.lines):
        if not line.strip():
            if run and number - run[-1][0] > 2:
                yield from _listed(source, run)
                run = []
            continue
        words = _words_of(line)
        trailing = 0
        for word in reversed(words):
            if word not in known:
                break
            trailing += 1
        if words and trailing == len(words):
            run += [(number, word) for word in words]
            continue
        yield from _listed(source, run)
        run = [(number, word) for word in words[-trailing:]] if trailing >= 3 else []
        if len(words) >= 12 and _holds_phrase(source, number, words, known):
            yield Finding(number, number, "recovery phrase")
    yield from _listed(source, run)


def _words_of(line: str) -> list[str]:
    return [word for word in (piece.strip(_AROUND).lower() for piece in line.split()) if word]


def _holds_phrase(
    source: SearchableText, number: int, words: Sequence[str], known: Mapping[str, int]
) -> bool:
    """Return whether a phrase occurs among the other words of a line."""
    return any(
        _is_phrase(row, announced=_is_announced(source, number), whole=False)
        for inside, found in groupby(words, known.__contains__)
        if inside
        for row in [list(found)]
        if len(row) >= 12
    )


def _is_phrase(words: Sequence[str], *, announced: bool, whole: bool) -> bool:
    """Return whether a run of words of the list is a phrase and no prose.

    A phrase has one of a few lengths, and hardly a word twice. Where the line has other words
    and no label announces the phrase, its checksum decides.
    """
    if not 12 <= len(words) <= _LONGEST_RUN or len(set(words)) < len(words) - 2:
        return False
    if announced or (whole and len(words) in _COUNTS):
        return True
    return any(
        _has_checksum(part)
        for count in _COUNTS
        if count <= len(words) and count % 3 == 0
        for part in (words[:count], words[-count:])
    )


def _has_checksum(words: Sequence[str]) -> bool:
    """Return whether the last bits of a phrase are the checksum of the others."""
    known = _bip39()
    number = 0
    for word in words:
        number = number << 11 | known[word]
    size = len(words) // 3
    entropy = (number >> size).to_bytes(size * 4, "big")
    return sha256(entropy).digest()[0] >> (8 - size) == number & ((1 << size) - 1)


def _are_unrelated(words: list[str]) -> bool:
    """Return whether words make no sentence: all short and lower-case, none that joins others, few twice."""
    return (
        all(_WORD.fullmatch(word) for word in words)
        and not any(is_function_word(word) for word in words)
        and len(set(words)) >= len(words) - 2
    )


def _listed(source: SearchableText, run: Sequence[tuple[int, str]]) -> Iterator[Finding]:
    """Yield the phrases in a run of words that fills whole lines, together or each line alone."""
    if len(run) < 12:
        return
    first, last = run[0][0], run[-1][0]
    below = [one for one in run if one[0] != first]  # the first line may be a title of words of the list
    for part in (run, below):
        if part and part[0][0] != last:
            announced = _is_announced(source, part[0][0])
            if _is_phrase([word for _, word in part], announced=announced, whole=True):
                yield Finding(part[0][0], last, "recovery phrase")
                return
    for number, found in groupby(run, lambda one: one[0]):
        words = [word for _, word in found]
        whole = len(words) == len(_words_of(source.lines[number]))
        if whole and _is_phrase(words, announced=_is_announced(source, number), whole=True):
            yield Finding(number, number, "recovery phrase")


def _labelled(source: SearchableText) -> Iterator[Finding]:
    """Yield phrases in words of any list behind a label, on its line, in the line below, or as a list."""
    for number in source.lines_with(TRIGGERS):
        line = source.lines[number]
        after = re.split(r"[:=：]", line, maxsplit=1)
        own = [word.strip(_AROUND).lower() for word in after[1].split()] if len(after) == 2 else []
        if len([word for word in own if word]) in _COUNTS and _are_unrelated([word for word in own if word]):
            yield Finding(number, number, "recovery phrase")
            continue
        words: list[str] = []
        last = below = number
        for below in range(number + 1, min(number + 40, len(source.lines))):
            text = source.lines[below]
            found = [word.strip(_AROUND).lower() for word in text.split()]
            found = [word for word in found if word]
            if not found and (text.strip() or not words):
                continue
            if not found or not all(_WORD.fullmatch(word) for word in found) or len(words) > 25:
                break
            words += found
            last = below
        if len(words) in _COUNTS and _are_unrelated(words):
            first = source.next_nonblank_line(number, 4) or number + 1
            yield Finding(first, last, "recovery phrase")


def _is_announced(source: SearchableText, number: int) -> bool:
    near = source.context_of(number)
    return any(label in near for label in TRIGGERS)
