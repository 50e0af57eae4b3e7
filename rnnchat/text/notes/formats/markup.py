"""Markup that a program writes or reads: removed, so that it is never suggested."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from rnnchat.text.notes.formats.code_regions import find_code
from rnnchat.text.notes.formats.embedded_data import has_prose
from rnnchat.text.notes.formats.html_tags import find_tags, may_be_tag
from rnnchat.text.notes.formats.links import find_links, find_urls
from rnnchat.text.notes.formats.program_metadata import (
    find_attributes,
    find_block_marks,
    find_drawers,
    find_footer,
    find_imports,
    find_keywords,
)
from rnnchat.text.notes.tracked_text import BREAK, GAP, Edit, TrackedText, mask

_COMMENT_PARTS = re.compile(r"<!--|-->")
_ENTITY = re.compile(r"&(?:#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6})|[A-Za-z][A-Za-z0-9]{1,31});")
_SHORTCODE = re.compile(r"\{\{[<%](?:[^<>{}%]|[<>%](?!\}\})|[{}](?![{}])){0,3000}[%>]\}\}")
_LIQUID = re.compile(r"\{%(?:[^%{}\n]|\n(?!\s*\n)|%(?!\})|[{}](?!%)){0,1000}%\}")
_OUTPUT = re.compile(r"(?<![\\}^_{=])\{\{(?![{<%])(?P<inner>[^{}\n]{1,500})\}\}(?!\})")
_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
_CLOZE = re.compile(r"c\d{1,3}::(?P<text>.+?)(?:::.*)?")
_HIGHLIGHT = re.compile(
    r"(?m:^)(?P<indent>[ \t]*)"
    r"(?:\{\{[<%]\s*(?P<hugo>/?)highlight(?:\s+\"?(?P<language>[\w+#-]*)[^\n]{0,200}?)?\s*[%>]\}\}"
    r"|\{%-?\s*(?P<liquid>end)?highlight(?:\s+(?P<named>[\w+#-]+)[^\n%]{0,200})?\s*-?%\})[ \t]*(?=\n|\Z)"
)
_PERCENTS = re.compile(r"(?<![^\s(])%%|%%(?![^\s.,;:!?)])")
FindCode = Callable[[str], list[tuple[int, int]]]

_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_LARGEST_COMMENT = 5_000


def remove_markup(tracked: TrackedText, find_code: FindCode = find_code) -> TrackedText:
    """Return `tracked` without markup; Markdown, and everything inside code, stays as it is written."""
    tracked = _with_fences(tracked, find_code)
    shown = mask(tracked.text, find_code(tracked.text))
    for find in _FINDERS:
        edited = tracked.apply(find(tracked.text, shown))
        if edited is not tracked:
            tracked = edited
            shown = mask(tracked.text, find_code(tracked.text))
    return tracked


def _with_fences(tracked: TrackedText, find_code: FindCode) -> TrackedText:
    """Return `tracked` with Markdown fences in place of the tags around code in Hugo and Jekyll."""
    if "highlight" not in tracked.text:
        return tracked
    shown = mask(tracked.text, find_code(tracked.text))
    edits = []
    for match in _HIGHLIGHT.finditer(shown):
        closes = match["hugo"] == "/" or match["liquid"]
        language = "" if closes else (match["language"] or match["named"] or "")
        edits.append(Edit(*match.span(), "template tags", f"{match['indent']}```{language}"))
    return tracked.apply(edits) if len(edits) % 2 == 0 else tracked


def _find_comments(_: str, shown: str) -> Iterator[Edit]:
    opened = -1
    for match in _COMMENT_PARTS.finditer(shown):
        if match[0] == "<!--":
            opened = match.start()
        elif opened >= 0:
            yield from _comment(shown, opened, opened + len("<!--"), match.start(), match.end())
            opened = -1


def _comment(text: str, start: int, after: int, before: int, end: int) -> Iterator[Edit]:
    """Yield a comment, or only its two marks where there are paragraphs of prose between them."""
    if _PARAGRAPHS.search(text, after, before) and has_prose(text[after:before]):
        yield Edit(start, after, "comment")
        yield Edit(before, end, "comment")
    else:
        yield Edit(start, end, "comment")


def _find_percent_comments(_: str, shown: str) -> Iterator[Edit]:
    """Yield Obsidian's comments: within a line, or between two lines that hold nothing else."""
    opened: re.Match[str] | None = None
    for match in _PERCENTS.finditer(shown):
        if opened is None:
            if match.start() == 0 or shown[match.start() - 1] in " \t\n(":
                opened = match
            continue
        if match.start() - opened.end() > _LARGEST_COMMENT:
            opened = None
            continue
        between = shown[opened.end() : match.start()]
        starts_line = opened.start() == 0 or shown[opened.start() - 1] == "\n"
        in_lines = (
            starts_line
            and shown.startswith("\n", opened.end())
            and shown[match.start() - 1] == "\n"
            and shown[match.end() : match.end() + 1] in ("", "\n")
        )
        ends = match.end() == len(shown) or shown[match.end()] in " \t\n.,;:!?)"
        if ends and ("\n" not in between or in_lines) and between:
            yield from _comment(shown, *opened.span(), *match.span())
            opened = None
        elif match.start() == 0 or shown[match.start() - 1] in " \t\n(":
            opened = match


def _find_template_tags(text: str, shown: str) -> Iterator[Edit]:
    if "{{" not in shown and "{%" not in shown:
        return
    for pattern in (_SHORTCODE, _LIQUID):
        for match in pattern.finditer(shown):
            yield Edit(*match.span(), "template tags")
    for match in _OUTPUT.finditer(shown):
        if _COMMAND.search(shown[max(0, match.start() - 30) : match.start()]):
            continue
        cloze = _CLOZE.fullmatch(match["inner"])
        yield Edit(*match.span(), "template tags", _cloze(text, match, cloze) if cloze else GAP)


def _cloze(text: str, match: re.Match[str], cloze: re.Match[str]) -> str:
    start = match.start("inner")
    return text[start + cloze.start("text") : start + cloze.end("text")]


def _find_entities(_: str, shown: str) -> Iterator[Edit]:
    if "&" not in shown:
        return
    for match in _ENTITY.finditer(shown):
        meant = html.unescape(match[0])
        if meant == match[0] or len(meant) > 2:
            continue
        if meant == "\u00ad":
            yield Edit(*match.span(), "", "")
        elif meant == "<" and may_be_tag(shown, match.end()):
            continue  # `&lt;div&gt;` means the word, not the tag
        elif meant.isspace():
            yield Edit(*match.span(), "", " " if meant != "\n" else BREAK)
        elif meant.isprintable():
            yield Edit(*match.span(), "", meant)


def _tags(_: str, shown: str) -> Iterator[Edit]:
    return find_tags(shown)


_FINDERS: tuple[Callable[[str, str], Iterator[Edit]], ...] = (
    find_imports,
    find_footer,
    find_drawers,
    find_keywords,
    _find_comments,
    _find_percent_comments,
    _find_template_tags,
    _tags,
    find_links,
    find_urls,
    find_block_marks,
    find_attributes,
    _find_entities,
)
