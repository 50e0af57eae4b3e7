"""What note-taking programs write into notes for themselves: footers, drawers, properties, identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.formats.embedded_data import has_prose
from rnnchat.text.notes.tracked_text import Edit

_JOPLIN_LINE = re.compile(r"[a-z_]{2,40}:(?: .*)?")
_JOPLIN_ID = re.compile(r"(?:\A|\n)id: [0-9a-f]{32}[ \t]*\n")
_JOPLIN_END = re.compile(r"(?:\A|\n)type_: \d{1,2}\s*\Z")
_FOOTER_LIMIT = 8_000

_DRAWER = re.compile(
    r"(?i)(?m:^)[ \t]*:(?:PROPERTIES|LOGBOOK|RESULTS|CLOCK):[ \t]*\n"
    r"(?:(?![ \t]*:END:)[^\n]{0,500}\n){0,200}?[ \t]*:END:[ \t]*(?:\n|\Z)"
)
_DRAWER_LINE = re.compile(
    r"(?:[ \t]*(?::[\w+\-]+:|CLOCK:|- (?:State|Note|Refiled|Rescheduled)\b)[^\n]*|[ \t]*)"
)
_KEYWORD = re.compile(
    r"(?i)(?m:^)[ \t]*#\+(?:"
    r"startup|options|property|filetags|tags|title|subtitle|author|email|date|language|"
    r"description|keywords|setupfile|include|category|archive|columns|seq_todo|typ_todo|todo|priorities|link|"
    r"macro|bind|name|header|headers|plot|tblfm|call|results|constants|roam_\w+|export_\w+|hugo_\w+|html_?\w*|"
    r"latex_?\w*|attr_\w+|texinfo_?\w*|select_tags|exclude_tags|created|last_modified|bibliography|cite_export|"
    r"print_bibliography|draft|slug|layout|series|weight)(?:\[[^\]\n]*\])?:[^\n]*(?:\n|\Z)"
)
_PLANNING = re.compile(
    r"(?m:^)[ \t]*(?:(?:CLOSED|SCHEDULED|DEADLINE|CLOCK):[ \t]+[\[<][^\]>\n]{4,60}[\]>]"
    r"(?:--\[[^\]\n]{4,60}\])?(?:[ \t]*=>[ \t]*\d+:\d\d)?[ \t]*){1,3}(?:\n|\Z)"
)
_LOGSEQ = re.compile(
    r"(?m:^)[ \t]*(?:[-*][ \t]+)?(?:id|collapsed|created-at|updated-at|heading|background-color|"
    r"public|icon|alias|tags|type|title|template|template-including-parent|file|file-path|exclude-from-graph-view|"
    r"(?:card|hl|ls|logseq|query|deck)[-.][\w.\-]+)::[ \t][^\n]*(?:\n|\Z)"
)
_ADOC_ATTRIBUTE = re.compile(
    r"(?m:^):!?(?:toc|toclevels|toc-title|icons|source-highlighter|imagesdir|sectnums|sectanchors|doctype|"
    r"experimental|stem|idprefix|idseparator|docinfo|linkcss|stylesheet|nofooter|keywords|page-[\w-]+|"
    r"jbake-[\w-]+|uri-[\w-]+|hide-[\w-]+|revdate|revnumber)!?:[^\n]*(?:\n|\Z)"
)
_STATEMENT = (
    r"import[ \t]+(?:(?:type[ \t]+)?(?:[\w$*]+(?:[ \t]+as[ \t]+[\w$]+)?[ \t]*,?[ \t]*)?"
    r"(?:\{[^{}]{0,2000}\})?[ \t]*from[ \t]+)?(?:\"[^\"\n]{1,300}\"|'[^'\n]{1,300}')[ \t]*;?[ \t]*(?:\n|\Z)"
)
_IMPORT = re.compile(_STATEMENT)
_IMPORT_LINE = re.compile(rf"(?m:^){_STATEMENT}")
_EXPORT = re.compile(r"export[ \t]+(?:const|let|var|default|function)\b[^\n]*(?:\n|\Z)")
_EXPORT_END = re.compile(r"[ \t]*[}\])]+;?[ \t]*(?:\n|\Z)")

_BLOCK_MARK = re.compile(
    r"(?<=\S)[ \t]+\^(?=[a-z]*\d)[a-z0-9]{6}[ \t]*(?=\n|\Z)|(?m:^)\^[a-z0-9-]{4,40}[ \t]*(?=\n|\Z)"
)
_BLOCK_REFERENCE = re.compile(r"\(\([0-9a-f]{8}(?:-[0-9a-f]{4,12}){4}\)\)")
_NOTION_MARK = re.compile(r"(?<=[^\W\d])[ \t]+[0-9a-f]{32}(?=\.(?:md|csv|html)\b|[ \t]*(?:\n|\Z))")
_ATTRIBUTES = re.compile(
    r"\{:[ \t]?(?:[.#][\w-]|[\w-]{1,40}=[\"']|toc\b)[^{}\n]{0,300}\}"
    r"|(?<=[\])])\{[ \t]*(?:(?:width|height|alt|title|style|class|id|target|rel|align|fig-align|loading)"
    r"=(?:\"[^\"\n{}]{0,200}\"|[^\s{}\"]{1,200})[ \t]*){1,8}\}"
    r"|(?<=\S)[ \t]*\{[ \t]*[.#][\w\-:]+[ \t]*(?:[.#][\w\-:]+[ \t]*|[\w\-]+=\"?[^\s{}\"]+\"?[ \t]*){0,8}\}"
)
_TABLE_OF_CONTENTS = re.compile(r"(?i)(?m:^)[ \t]*(?:\[\[?_?toc_?\]\]?|\$\{toc\}|@\[toc\])[ \t]*(?=\n|\Z)")

# Each pattern, which is slow, with a text without which it cannot match.
_KEYWORDS = (
    ("#+", _KEYWORD),
    ("D: ", _PLANNING),
    ("E: ", _PLANNING),
    ("CLOCK: ", _PLANNING),
    (":: ", _LOGSEQ),
    ("\n:", _ADOC_ATTRIBUTE),
    ("]", _TABLE_OF_CONTENTS),
    ("${toc}", _TABLE_OF_CONTENTS),
)
_MARKS = (("^", _BLOCK_MARK), ("((", _BLOCK_REFERENCE), ("", _NOTION_MARK))


def find_imports(_: str, shown: str) -> Iterator[Edit]:
    """Yield the imports of an MDX page, and the exports at its head."""
    if "import" not in shown and "export" not in shown:
        return
    for match in _IMPORT_LINE.finditer(shown):
        yield Edit(*match.span(), "import or export")
    position = len(shown) - len(shown.lstrip())
    while True:
        found = _IMPORT.match(shown, position) or _EXPORT.match(shown, position)
        if found is None:
            return
        end = found.end()
        if found.re is _EXPORT and shown.count("{", *found.span()) > shown.count("}", *found.span()):
            lines = 0
            while end < len(shown) and lines < 100 and _EXPORT_END.match(shown, end) is None:
                stop = shown.find("\n", end)
                end = len(shown) if stop < 0 else stop + 1
                lines += 1
            last = _EXPORT_END.match(shown, end)
            if last is None or has_prose(shown[found.end() : end]):
                return
            end = last.end()
        yield Edit(position, end, "import or export")
        position = end
        while position < len(shown) and shown[position] in " \t\n":
            position += 1


def find_footer(text: str, _: str) -> Iterator[Edit]:
    """Yield the properties that Joplin writes at the end of an exported note."""
    if not _JOPLIN_END.search(text[-200:]):
        return
    start = len(text)
    tail = text[-_FOOTER_LIMIT:].rstrip()
    position = len(text) - len(text[-_FOOTER_LIMIT:])
    ends = position + len(tail)
    for line in reversed(tail.split("\n")):
        if not _JOPLIN_LINE.fullmatch(line):
            break
        start = ends - len(line)
        ends = start - 1
    found = _JOPLIN_ID.search("\n" + text[start:])
    if found is not None:
        yield Edit(start + found.start(), len(text), "properties")


def find_drawers(text: str, shown: str) -> Iterator[Edit]:
    """Yield the drawers of Org, such as :PROPERTIES: … :END:, that hold only properties."""
    if ":END:" not in text.upper():
        return
    for match in _DRAWER.finditer(shown):
        inner = match[0].strip("\n").split("\n")[1:-1]
        if all(_DRAWER_LINE.fullmatch(line) for line in inner):
            yield Edit(*match.span(), "properties")


def find_keywords(_: str, shown: str) -> Iterator[Edit]:
    """Yield the keywords of Org, the properties of Logseq and AsciiDoc, and marks for a table of contents."""
    for sign, pattern in _KEYWORDS:
        if sign in shown:
            for match in pattern.finditer(shown):
                yield Edit(*match.span(), "properties")


def find_block_marks(_: str, shown: str) -> Iterator[Edit]:
    """Yield the identifiers that programs give to paragraphs and pages."""
    for sign, pattern in _MARKS:
        if sign in shown:
            for match in pattern.finditer(shown):
                yield Edit(*match.span(), "identifier")


def find_attributes(_: str, shown: str) -> Iterator[Edit]:
    """Yield the attributes that Kramdown and Pandoc put after headings and paragraphs."""
    if "{" in shown:
        for match in _ATTRIBUTES.finditer(shown):
            yield Edit(*match.span(), "attributes")
