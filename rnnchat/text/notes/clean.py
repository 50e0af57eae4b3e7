"""From a file's text to what is worth learning; and text made harmless to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from rnnchat.text.notes.page import Cut, Page, read_page, unify_breaks

MARKED_UP = frozenset((".html", ".htm", ".xhtml", ".xml"))
"""Files in which indentation says nothing, so that no code is told by it."""
AS_THEY_ARE = frozenset(
    (
        ".tex .bib .typ .csv .tsv .json .jsonl .yaml .yml .toml .ini .cfg .py .js .ts .rb .go .rs .c .h "
        ".cpp .java .sh .sql .lua .vim .el .lisp .hs .pl .php .css .r .jl .swift .kt .scala .ex .exs .clj"
    ).split()
)
"""Files whose brackets and braces are of their own language."""

# C0 but tab and newline, DEL, C1, and what turns the direction of writing around.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# A command that is never ended is no more than its first two characters: the text after it stays.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_BLANK_LINES = re.compile(r"\n{4,}")
_MOST_PASSES = 20


def sanitize(text: str) -> str:
    """Return `text` without escape sequences, control characters and changes of direction.

    What is left can be shown in a terminal and learned from; newlines and tabs stay, and every other
    line break becomes a newline.
    """
    text = _ESCAPE.sub("", unify_breaks(text))
    text = _CONTROL.sub("", text)
    return text.encode("utf-8", "replace").decode()


def clean(text: str) -> str:
    """Return the part of a note's `text` that is worth learning, composed (NFC) and harmless.

    Front matter, embedded data and markup are left out.
    """
    return clean_page(read_page(text)).text


def clean_page(page: Page, suffix: str = ".md") -> Page:
    """Return the part of a note that is worth learning, composed (NFC) and harmless, and what was left out.

    `suffix` is that of the file's name: in code, no markup is looked for.
    """
    # Their patterns take a while to compile, and much that needs `sanitize` cleans no note.
    from rnnchat.text.notes.formats.markup import without_markup

    if suffix.lower() in AS_THEY_ARE:
        return _clean(page, lambda page: page)
    if suffix.lower() in MARKED_UP:
        return _clean(page, lambda page: without_markup(page, lambda text: []))
    return _clean(page, without_markup)


def without_data(text: str) -> str:
    """Return `text` composed (NFC) and harmless, without front matter and embedded data."""
    return _clean(read_page(text), lambda page: page).text


def longest_line(text: str) -> int:
    """Return the number of characters of the longest line of `text`."""
    return max(map(len, text.split("\n")), default=0)


def _clean(page: Page, without_markup: Callable[[Page], Page]) -> Page:
    """Return what is left of a page once nothing more can be taken out of it."""
    from rnnchat.text.notes.formats.embedded import without_embedded

    page = page.with_text(sanitize(page.text))
    for _ in range(_MOST_PASSES):
        before = page.text
        page = page.with_text(unicodedata.normalize("NFC", page.text))
        page = without_markup(without_embedded(_without_front_matter(page)))
        page = _without_blanks(page)
        if page.text == before:
            break
    return page


def _without_front_matter(page: Page) -> Page:
    from rnnchat.text.notes.formats.front_matter import end_of_front_matter

    end = end_of_front_matter(page.text)
    return page.without([Cut(0, end, "front matter", "")]) if end else page


def _without_blanks(page: Page) -> Page:
    """Return a page without blanks at the ends of lines and without more than two blank lines in a row."""
    page = page.with_text("\n".join(line.rstrip() for line in page.text.split("\n")))
    cuts = [Cut(match.start() + 3, match.end(), "", "") for match in _BLANK_LINES.finditer(page.text)]
    start = len(page.text) - len(page.text.lstrip("\n"))
    if start:
        cuts = [Cut(0, start, "", ""), *(cut for cut in cuts if cut.start >= start)]
    page = page.without(cuts)
    text = page.text.rstrip("\n")
    if text and page.text != text + "\n":
        page = Page(text + "\n", [*page.numbers[: text.count("\n") + 1], page.numbers[-1]], page.removed)
    return page if text else Page("", page.numbers[:1], page.removed)
