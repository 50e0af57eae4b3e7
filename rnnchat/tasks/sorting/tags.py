"""The tags of a note: those in its front matter, and words such as #garden in its text."""

from __future__ import annotations

import re

from rnnchat.text.notes.formats.front_matter import end_of_front_matter

MAXIMUM_TAG = 60
"""A tag has at most this many characters."""
_INLINE = re.compile(r"(?<![\w#&/.])#(?=[\w/-]*[^\W\d_])[\w/-]+")
"""Matches #tag where it is not a heading, an anchor in an address, or a number such as #12."""
_CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|`[^`\n]*`", re.M | re.S)
"""Matches blocks and spans of code, where # begins a comment or a colour."""
_KEY = re.compile(r"(tags?|keywords|categor(?:y|ies))\s*[:=]\s*(.*)", re.I)
"""Matches a line of front matter that has tags."""
_ITEM = re.compile(r"\s*-\s+(.*)")
"""Matches an item of a list in front matter."""


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags of a note, given its whole text, in the order in which they come, each once."""
    end = end_of_front_matter(text)
    inline = [found[0][1:] for found in _INLINE.finditer(_CODE.sub(" ", text[end:]))]
    tags = [tag.strip("/-").lower() for tag in (*_front_matter_tags(text[:end]), *inline)]
    return tuple(dict.fromkeys(tag for tag in tags if 0 < len(tag) <= MAXIMUM_TAG and tag.isprintable()))


def without_tags(text: str) -> str:
    """Return a text without its inline tags, so that no label is among the words to learn from."""
    return _INLINE.sub(" ", text)


def _front_matter_tags(front_matter: str) -> list[str]:
    tags: list[str] = []
    in_list = False
    for line in front_matter.splitlines():
        pair, item = _KEY.fullmatch(line.strip()), _ITEM.fullmatch(line)
        if pair is not None and not line.startswith(" "):
            in_list = not pair[2].strip()
            tags += _values(pair[2])
        elif item is not None and in_list:
            tags += _values(item[1])
        elif line.strip():
            in_list = False
    return tags


def _values(text: str) -> list[str]:
    """Return the tags in ``[a, b]``, ``a, b`` or ``"a"``."""
    inside = text.strip().strip("[]")
    return [part.strip().strip("\"'").lstrip("#").strip() for part in inside.split(",") if part.strip()]
