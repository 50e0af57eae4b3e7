"""The words from which a wallet is restored (BIP-39 and alike): 12 to 25 of them, in a row or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rnnchat.notes.secrets.reading import Hit, Reading
from rnnchat.notes.secrets.values import is_function_word

_COUNTS = (12, 15, 18, 21, 24, 25)
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
def _bip39() -> frozenset[str]:
    """Return the 2,048 English words of BIP-39."""
    return frozenset(Path(__file__).with_name("bip39-english.txt").read_text(encoding="ascii").split())


def find(reading: Reading) -> Iterator[Hit]:
    """Yield the lines of every phrase that restores a wallet."""
    known = _bip39()
    if _has_run(reading.lower, known):
        yield from _known_words(reading, known)
    for number, match in reading.matches(_ROW):
        words = match.group().split()
        if len(words) in _COUNTS and _are_unrelated(words):
            yield Hit(number, number, "recovery phrase")
    yield from _labelled(reading)


def _has_run(text: str, known: frozenset[str]) -> bool:
    """Return whether 12 words of the list stand in a row somewhere; most texts are told by a few looks."""
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


def _known_words(reading: Reading, known: frozenset[str]) -> Iterator[Hit]:
    """Yield phrases of the words of the list, in a row or a list."""
    run: list[int] = []  # the line of each word of the list that is being read
    for number, line in enumerate(reading.lines):
        if not line.strip():
            if run and number - run[-1] > 2:
                yield from _listed(reading, run)
                run = []
            continue
        words = [word for word in (piece.strip(_AROUND).lower() for piece in line.split()) if word]
        trailing = 0
        for word in reversed(words):
            if word not in known:
                break
            trailing += 1
        if len(words) >= 12 and _is_row(words, known):
            yield Hit(number, number, "recovery phrase")
            run = []
        elif words and trailing == len(words):
            run += [number] * trailing
        else:
            yield from _listed(reading, run)
            run = [number] * trailing if trailing >= 3 else []
    yield from _listed(reading, run)


def _is_row(words: list[str], known: frozenset[str]) -> bool:
    """Return whether a line holds at least 12 words of the list in a row."""
    length = 0
    for word in words:
        length = length + 1 if word in known else 0
        if length >= 12:
            return True
    return False


def _are_unrelated(words: list[str]) -> bool:
    """Return whether words make no sentence: all short and lower-case, none that joins others, few twice."""
    return (
        all(_WORD.fullmatch(word) for word in words)
        and not any(is_function_word(word) for word in words)
        and len(set(words)) >= len(words) - 2
    )


def _listed(reading: Reading, run: list[int]) -> Iterator[Hit]:
    """Yield a run of words over several lines, when they are a list and no prose."""
    if len(run) < 12 or run[-1] == run[0]:
        return
    lines = [reading.lines[number] for number in range(run[0], run[-1] + 1)]
    if (
        len(run) in _COUNTS
        or _is_announced(reading, run[0])
        or all(re.match(r"\s*\d", line) for line in lines if line.strip())
    ):
        yield Hit(run[0], run[-1], "recovery phrase")


def _labelled(reading: Reading) -> Iterator[Hit]:
    """Yield phrases in words of any list behind a label, on its line, in the line below, or as a list."""
    for number in reading.lines_with(TRIGGERS):
        line = reading.lines[number]
        after = re.split(r"[:=：]", line, maxsplit=1)
        own = [word.strip(_AROUND).lower() for word in after[1].split()] if len(after) == 2 else []
        if len([word for word in own if word]) in _COUNTS and _are_unrelated([word for word in own if word]):
            yield Hit(number, number, "recovery phrase")
            continue
        words: list[str] = []
        last = below = number
        for below in range(number + 1, min(number + 40, len(reading.lines))):
            text = reading.lines[below]
            found = [word.strip(_AROUND).lower() for word in text.split()]
            found = [word for word in found if word]
            if not found and (text.strip() or not words):
                continue
            if not found or not all(_WORD.fullmatch(word) for word in found) or len(words) > 25:
                break
            words += found
            last = below
        if len(words) in _COUNTS and _are_unrelated(words):
            first = reading.next_written(number, 4) or number + 1
            yield Hit(first, last, "recovery phrase")


def _is_announced(reading: Reading, number: int) -> bool:
    near = reading.nearby(number)
    return any(label in near for label in TRIGGERS)
