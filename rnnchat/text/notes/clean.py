"""From a file's text to the part that is worth learning; `sanitize` makes any text safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from rnnchat.text.notes.tracked_text import Edit, TrackedText, track_lines, unify_breaks

HTML_SUFFIXES = frozenset((".html", ".htm", ".xhtml", ".xml"))
"""Files in which indentation means nothing, so an indented line is not code."""
CODE_SUFFIXES = frozenset(
    (
        ".tex .bib .typ .csv .tsv .json .jsonl .yaml .yml .toml .ini .cfg .py .js .ts .rb .go .rs .c .h "
        ".cpp .java .sh .sql .lua .vim .el .lisp .hs .pl .php .css .r .jl .swift .kt .scala .ex .exs .clj"
    ).split()
)
"""Source code and data: brackets and braces belong to the language, so no markup is removed."""

# C0 except tab and newline, DEL, C1, and the characters that change the direction of writing.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# An escape sequence that is never terminated counts as its first two characters: the text after it stays.
# The last two forms begin with a character of C1 in place of ESC and another one.
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]*[0-~])"
    r"|\x9b[0-?]+[ -/]*[@-~]"
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
)
_BLANK_LINES = re.compile(r"\n{4,}")
_MAXIMUM_PASSES = 20
"""How often the rules run over a note, as what one removes may let another match."""


def sanitize(text: str) -> str:
    """Return `text` without escape sequences, control characters and changes of direction.

    What is left can be shown in a terminal and learned from; newlines and tabs stay, and every other
    line break becomes a newline.
    """
    text = _ESCAPE.sub("", unify_breaks(text))
    text = _CONTROL.sub("", text)
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """Return the part of a note's `text` that is worth learning, in NFC and safe to show.

    Front matter, embedded data and markup are removed.
    """
    return clean_tracked(track_lines(text)).text


def clean_tracked(tracked: TrackedText, suffix: str = ".md") -> TrackedText:
    """Return the part of a note that is worth learning, in NFC and safe to show, and what was removed.

    `suffix` is that of the file's name: in source code, no markup is looked for.
    """
    # The patterns take a while to compile, and most callers of `sanitize` clean no note.
    from rnnchat.text.notes.formats.markup import remove_markup

    if suffix.lower() in CODE_SUFFIXES:
        return _clean(tracked, lambda tracked: tracked)
    if suffix.lower() in HTML_SUFFIXES:
        return _clean(tracked, lambda tracked: remove_markup(tracked, lambda text: []))
    return _clean(tracked, remove_markup)


def clean_keeping_markup(text: str) -> str:
    """Return `text` in NFC and safe to show, without front matter and embedded data; markup stays."""
    return _clean(track_lines(text), lambda tracked: tracked).text


def longest_line(text: str) -> int:
    """Return the number of characters of the longest line of `text`."""
    return max(map(len, text.split("\n")), default=0)


def _clean(tracked: TrackedText, remove_markup: Callable[[TrackedText], TrackedText]) -> TrackedText:
    """Return what is left of a text once another pass would remove nothing more."""
    from rnnchat.text.notes.formats.embedded_data import remove_embedded_data

    tracked = tracked.with_text(sanitize(tracked.text))
    for _ in range(_MAXIMUM_PASSES):
        before = tracked.text
        tracked = tracked.with_text(unicodedata.normalize("NFC", tracked.text))
        tracked = remove_markup(remove_embedded_data(_remove_front_matter(tracked)))
        tracked = _remove_extra_blanks(tracked)
        if tracked.text == before:
            break
    return tracked


def _remove_front_matter(tracked: TrackedText) -> TrackedText:
    from rnnchat.text.notes.formats.front_matter import end_of_front_matter

    end = end_of_front_matter(tracked.text)
    return tracked.apply([Edit(0, end, "front matter", "")]) if end else tracked


def _remove_extra_blanks(tracked: TrackedText) -> TrackedText:
    """Return a text without blanks at the ends of lines and without more than two blank lines in a row."""
    tracked = tracked.with_text("\n".join(line.rstrip() for line in tracked.text.split("\n")))
    edits = [Edit(match.start() + 3, match.end(), "", "") for match in _BLANK_LINES.finditer(tracked.text)]
    start = len(tracked.text) - len(tracked.text.lstrip("\n"))
    if start:
        edits = [Edit(0, start, "", ""), *(edit for edit in edits if edit.start >= start)]
    tracked = tracked.apply(edits)
    text = tracked.text.rstrip("\n")
    if text and tracked.text != text + "\n":
        numbers = [*tracked.line_numbers[: text.count("\n") + 1], tracked.line_numbers[-1]]
        tracked = TrackedText(text + "\n", numbers, tracked.removed)
    return tracked if text else TrackedText("", tracked.line_numbers[:1], tracked.removed)
