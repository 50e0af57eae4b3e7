"""Parts of a sentence that are copied into its translation: numbers, names, addresses, code and emoji.

Before a sentence is translated, each of them is replaced by a placeholder, which is a character of Unicode's
private use area and a piece of the tokenizer. The network moves the placeholders to their places in the
translation, where they are replaced by what they stand for (Luong et al. 2015, "Addressing the Rare Word
Problem in Neural Machine Translation", in a simpler form). In a pair that a network learns from, only what
stands in both sentences is replaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rnnchat.tasks.translation.number_style import AS_WRITTEN, SIGNS, NumberStyle, number_key

NUMBER_PLACEHOLDERS = tuple(map(chr, range(0xE000, 0xE008)))
"""They stand for the numbers of a sentence, in their order; further numbers stay as they are."""
COMPOUND_PLACEHOLDERS = tuple(map(chr, range(0xE008, 0xE00C)))
"""They stand for times, dates, telephone numbers and prices: other words stand beside these."""
COPY_PLACEHOLDERS = tuple(map(chr, range(0xE010, 0xE018)))
"""They stand for everything else that is copied, in the same way."""
PLACEHOLDERS = (*NUMBER_PLACEHOLDERS, *COMPOUND_PLACEHOLDERS, *COPY_PLACEHOLDERS)
"""All placeholders."""

_NUMBER = (
    rf"(?:[{SIGNS}][ \u00a0\u202f]?)?(?:(?<!\S)[-−+](?=\d))?"
    r"(?:\d\d(?:[ \u00a0\u202f.]\d\d){3,}(?!\d)"  # a telephone number
    r"|\d{1,2}[ \u00a0\u202f]?h[ \u00a0\u202f]?\d\d(?!\d)"  # 14 h 30
    r"|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)"  # 1 000
    r"|\d+(?:[.,:/’'-]\d+)*)"
    rf"(?:[ \u00a0\u202f]?[{SIGNS}%‰])?"
)
"""Matches a number, a time or a date with its sign, and that of a currency or a share."""
_ADDRESS = (
    r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]}»”'…]"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|(?<!\w)@\w+"
)
"""Matches addresses of the Web, of e-mail, and names that begin with @."""
TAG = r"</?[A-Za-z][^<>\n]{0,200}>"
"""Matches a tag of HTML or XML."""
_KEYS = r"\b(?:Ctrl|Control|Alt|AltGr|Shift|Cmd|Command|Option|Meta|Super|Win|Fn|Strg)(?: ?\+ ?\w+)+"
"""Matches keys that are pressed together, such as Ctrl+S."""
_CODE = (
    rf"`[^`\n]+`|{TAG}|{_KEYS}"
    r"|(?<!\S)(?:--[A-Za-z][\w-]+|-[a-z]\b)"  # an option of a command
    r"|(?<![\w/])~?(?:/[\w.-]*\w)+/?"  # a path
    r"|\b_*[^\W_]+(?:_+[^\W_]+)+(?:\(\))?|\b[A-Za-z_]\w*\(\)"  # snake_case, call()
    r"|\b[a-z]+[A-Z]\w*|\b[A-Z][a-z]+[A-Z]\w*"  # camelCase, PascalCase
    r"|\b[A-Za-z]+\d(?:[\w.]*\w)?\b|\b\d+(?!AM|PM)[A-Z]{1,3}\b"  # B12, mp3, 12B
    r"|\b[A-Za-z][\w-]+\.[a-z]{2,4}\b(?!\.)"  # notes.txt
)
"""Matches names of variables, files, options and keys, tags, and what stands between backticks."""
_EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf][\ufe0f\u200d\U0001f000-\U0001faff\u2600-\u27bf]*"
"""Matches emoji and other pictures in a row."""
WORD = r"[^\W\d_]+(?:[-'’](?!s\b)[^\W\d_]+)*"
"""Matches a word with its hyphens and apostrophes, but without an English 's."""
_PARTS = re.compile(
    f"(?P<address>{_ADDRESS})|(?P<code>{_CODE})|(?P<emoji>{_EMOJI})|(?P<number>{_NUMBER})|(?P<word>{WORD})"
)
_COMPOUND = re.compile(rf"\d[:/ -]|[{SIGNS}%‰]|\..*\.")
"""Is found in the keys of times, dates, telephone numbers, prices and shares."""
_IN_ORDER = tuple(range(len(NUMBER_PLACEHOLDERS)))
_ALL = re.compile(f"[{''.join(PLACEHOLDERS)}]")

IsName = Callable[[str], bool]
"""Takes a capitalised word, and returns whether it is a name that is copied."""


NUMBER, COMPOUND, NAME, OTHER = "number", "compound", "name", "other"
"""The kinds of what is copied: plain numbers; times, dates and the like; names; all the rest."""
_BY_KIND = {
    NUMBER: NUMBER_PLACEHOLDERS,
    COMPOUND: COMPOUND_PLACEHOLDERS,
    NAME: COPY_PLACEHOLDERS,
    OTHER: COPY_PLACEHOLDERS,
}
"""What stands for each kind."""


@dataclass(frozen=True)
class CopiedPart:
    """A part of a sentence that is copied."""

    start: int
    end: int
    text: str
    key: str
    """What is the same for the same part in both languages: of a number, its value."""
    kind: str
    """NUMBER, COMPOUND, NAME or OTHER."""

    @property
    def is_number(self) -> bool:
        """Whether it is a number, a time or a date."""
        return self.kind in (NUMBER, COMPOUND)


@dataclass(frozen=True)
class MaskedSentence:
    """A sentence with placeholders, and what they stand for."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What each placeholder of the text stands for."""
    style: NumberStyle = AS_WRITTEN
    """How numbers are written in the translation."""

    def fill(self, translation: str) -> str:
        """Return a `translation` with what its placeholders stand for; nothing for those of other texts."""
        return _ALL.sub(lambda match: self._value(match[0]), translation)

    def with_values(self, written: Mapping[str, str]) -> MaskedSentence:
        """Return the sentence whose placeholders stand for what is `written` in place of some values."""
        values = {one: written.get(value, value) for one, value in self.values.items()}
        return replace(self, values=values)

    def missing(self, translation: str) -> list[str]:
        """Return what is not in a `translation` with placeholders, though it is to be copied."""
        return [value for placeholder, value in self.values.items() if placeholder not in translation]

    def _value(self, placeholder: str) -> str:
        value = self.values.get(placeholder, "")
        return value if placeholder in COPY_PLACEHOLDERS else self.style.apply(value)


def without_placeholders(text: str) -> str:
    """Return `text` without characters that are used as placeholders."""
    return _ALL.sub("", text)


def copied_parts(text: str, is_name: IsName) -> list[CopiedPart]:
    """Return the parts of `text` that are copied, in their order."""
    parts = []
    for match in _PARTS.finditer(text):
        found, kind = match[0], match.lastgroup
        if kind == "number":
            key = number_key(found)
            kind = COMPOUND if _COMPOUND.search(key) else NUMBER
            parts.append(CopiedPart(match.start(), match.end(), found, key, kind))
        elif kind != "word":
            parts.append(CopiedPart(match.start(), match.end(), found, found, OTHER))
        elif len(found) > 1 and found[0].isupper() and is_name(found):
            parts.append(CopiedPart(match.start(), match.end(), found, found, NAME))
    return parts


def mask_sentence(text: str, is_name: IsName, style: NumberStyle = AS_WRITTEN) -> MaskedSentence:
    """Return a sentence with a placeholder in place of each part that is copied."""
    used, values = _numbered(copied_parts(text, is_name))
    return MaskedSentence(_replaced(text, used), values, style)


def mask_pair(
    source: str,
    target: str,
    is_name: IsName,
    order: Sequence[int] = _IN_ORDER,
    more: Sequence[tuple[CopiedPart, CopiedPart]] = (),
) -> tuple[str, str]:
    """Return both sentences of a pair with placeholders for what stands in both.

    `order` are the numbers of the placeholders that are used, and `more` are other parts that are the same.
    """
    both = [*common_parts(source, target, is_name), *more]
    both.sort(key=lambda pair: pair[0].start)
    used, _ = _numbered([first for first, _ in both], order)
    names = dict(used)
    others = [(second, names[first]) for first, second in both if first in names]
    return _replaced(source, used), _replaced(target, others)


def common_parts(source: str, target: str, is_name: IsName) -> list[tuple[CopiedPart, CopiedPart]]:
    """Return the parts of a sentence that stand in its translation, too, with their places there."""
    found: list[tuple[CopiedPart, CopiedPart]] = []
    parts = copied_parts(source, is_name)
    left = copied_parts(target, lambda word: True) if parts else []
    for part in parts:
        same = next((one for one in left if (one.kind, one.key) == (part.kind, part.key)), None)
        if same is not None:
            left.remove(same)
            found.append((part, same))
    return found


def has_own_words(text: str) -> bool:
    """Return whether a text has a letter that is not part of an address or of code."""
    rest = text
    for part in reversed(copied_parts(text, lambda word: False)):
        rest = rest[: part.start] + rest[part.end :]
    return any(unicodedata.category(character)[0] == "L" for character in rest)


def _numbered(
    parts: Sequence[CopiedPart], order: Sequence[int] = _IN_ORDER
) -> tuple[list[tuple[CopiedPart, str]], dict[str, str]]:
    """Return a placeholder for each part, as long as there are some, and what each stands for."""
    waiting = {
        placeholders: [placeholders[place] for place in order if place < len(placeholders)]
        for placeholders in _BY_KIND.values()
    }
    used = [(part, waiting[_BY_KIND[part.kind]].pop(0)) for part in parts if waiting[_BY_KIND[part.kind]]]
    return used, {placeholder: part.text for part, placeholder in used}


def _replaced(text: str, used: Sequence[tuple[CopiedPart, str]]) -> str:
    for part, placeholder in sorted(used, key=lambda one: -one[0].start):
        text = text[: part.start] + placeholder + text[part.end :]
    return text
