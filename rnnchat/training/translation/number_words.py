"""Words for small numbers, by which pairs show how a number is translated.

Few pairs of sentences have digits, and many have words for numbers. Where one sentence says three and its
translation trois, both may be replaced by the same placeholder. Ordinal numbers and words for one are left
out: the first are no numbers that digits could stand for, and the second are often articles.
"""

from __future__ import annotations

import re

from rnnchat.tasks.translation.placeholders import NUMBER, CopiedPart

_WORDS = (
    # English, French, German, Spanish, Italian, Portuguese, Dutch, Swedish, Polish, Russian
    "two three four five six seven eight nine ten eleven twelve",
    "deux trois quatre cinq six sept huit neuf dix onze douze",
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "dois três quatro cinco seis sete oito nove dez onze doze",
    "twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "två tre fyra fem sex sju åtta nio tio elva tolv",
    "dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście",
    "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
)
"""The words from two to twelve."""
_MORE: dict[str, int] = {
    word: value
    for value, words in {
        2: "duas",
        13: "thirteen treize trece tredici dreizehn",
        14: "fourteen quatorze catorce vierzehn",
        15: "fifteen quinze quince fünfzehn",
        16: "sixteen seize sechzehn",
        20: "twenty vingt zwanzig veinte venti vinte twintig",
        30: "thirty trente dreißig treinta trenta trinta dertig",
        40: "forty quarante vierzig cuarenta quaranta quarenta veertig",
        50: "fifty cinquante fünfzig cincuenta cinquanta cinquenta vijftig",
    }.items()
    for word in words.split()
}
"""Further words."""
_CHINESE = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
"""The characters for numbers below ten in Chinese and Japanese."""
_FOUND = re.compile(
    "[一二两三四五六七八九十百千万点]+|[^\\W\\d_一二两三四五六七八九十百千万点]+(?:-[^\\W\\d_]+)*"
)


_AMBIGUOUS = frozenset("dos due elf once sei sex tio".split())
"""These are other words in another of the languages."""


def _table() -> dict[str, frozenset[int]]:
    values: dict[str, set[int]] = {word: {value} for word, value in _MORE.items()}
    for words in _WORDS:
        for value, word in enumerate(words.split(), 2):
            values.setdefault(word, set()).add(value)
    return {word: frozenset(numbers) for word, numbers in values.items() if word not in _AMBIGUOUS}


_VALUES = _table()


def number_words_in_both(source: str, target: str) -> list[tuple[CopiedPart, CopiedPart]]:
    """Return the words for the same number in both sentences, where each has one such word for it."""
    first, second = _words_by_value(source), _words_by_value(target)
    return [
        (first[value][0], second[value][0])
        for value in sorted(first.keys() & second.keys())
        if len(first[value]) == len(second[value]) == 1
    ]


def _words_by_value(text: str) -> dict[int, list[CopiedPart]]:
    found: dict[int, list[CopiedPart]] = {}
    for match in _FOUND.finditer(text):
        for value in _values(match[0].casefold()):
            part = CopiedPart(match.start(), match.end(), match[0], str(value), NUMBER)
            found.setdefault(value, []).append(part)
    return found


def _values(word: str) -> frozenset[int]:
    if word[0] in "一二两三四五六七八九十":
        value = _chinese(word)
        return frozenset() if value is None else frozenset((value,))
    return _VALUES.get(word, frozenset())


def _chinese(word: str) -> int | None:
    """Return the value of a Chinese number from 2 to 99; None for others."""
    tens, ten, ones = word.partition("十")
    if not ten:
        return _CHINESE.get(word)
    digits = {**_CHINESE, "": 0, "一": 1}
    first, second = digits.get(tens or "一"), digits.get(ones)
    return None if first is None or second is None else 10 * first + second
