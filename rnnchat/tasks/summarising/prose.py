"""The sentences of a note, with their lines: what a summary and a title are chosen from."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from rnnchat.tasks.asking.sentences import split_sentences
from rnnchat.tasks.summarising.line_kinds import LABELLED, is_ingredient, is_short_labelled_line

LONGEST_NOTE = 1_000_000
"""Only so many characters of a note are read."""
MOST_SENTENCES = 2_000
"""Only so many sentences of a note are read."""
_INDENTED_CODE = re.compile(
    r"(?<=\n\n)(?: {4}|\t)(?![ \t]*(?:[-*+]|\d+[.)])[ \t])[^\n]*(?:\n(?: {4}|\t)[^\n]*)*"
)
"""Matches lines that are code because they are indented after a blank line."""
_HEADING = re.compile(
    r"^[ \t]{0,3}(?P<marks>#{1,6}|={1,6}|\*{2,6})[ \t]+(?P<text>\S[^\n]{0,300}?)[ \t#=]*$"
    r"|^(?P<underlined>[^\n|>*+\-][^\n]{0,100})\n(?P<rule>=|-)(?P=rule){2,}[ \t]*$",
    re.M,
)
"""Matches a heading of Markdown or AsciiDoc, or one of Org below the first level: a single star is a list."""
_OVERLINED = re.compile(
    r"^(?P<rule>[=\-~^\"'#*+.:_`])(?P=rule){2,}[ \t]*\n[ \t]*(?P<text>\S[^\n]{0,200}?)[ \t]*"
    r"\n(?P=rule){3,}[ \t]*$",
    re.M,
)
"""Matches a heading of reStructuredText with a line above and below it."""
_ORG = re.compile(
    r"^(?:#\+[A-Za-z_]+:|\*{2,6}[ \t]+\S|:PROPERTIES:|\* (?:TODO|DONE) "
    r"|[ \t]*(?:DEADLINE|SCHEDULED|CLOSED): [<\[])",
    re.M,
)
"""Matches what only Org has: there, a single star begins a heading."""
_ORG_HEADING = re.compile(r"^\*[ \t]+(?P<text>\S[^\n]{0,300}?)[ \t]*$", re.M)
_ORG_TITLE = re.compile(r"^#\+title:[ \t]*(?P<title>\S[^\n]*?)[ \t]*$", re.M | re.I)
_ORG_CODE = re.compile(
    r"^[ \t]*#\+begin_(?P<kind>src|example)\b[^\n]*\n.*?(?:^[ \t]*#\+end_(?P=kind)[ \t]*$|\Z)",
    re.M | re.S | re.I,
)
_PROPERTY = re.compile(
    r"^[ \t]*(?:#\+[A-Za-z_]+:?(?:[ \t][^\n]*)?|:[A-Za-z][\w-]{0,30}:(?:[ \t][^\n]*)?"
    r"|(?:(?:DEADLINE|SCHEDULED|CLOSED):[ \t]*[<\[][^>\]\n]*[>\]][ \t]*)+"
    r"|\.\.[ \t]+[\w-]+::[^\n]*)$",
    re.M,
)
"""Matches a property or the dates of a task in Org, or a property or a directive of reStructuredText."""
_ORG_TASK = re.compile(r"(?:TODO|DONE|NEXT|WAITING|CANCELL?ED)[ \t]+(?:\[#[A-Z]\][ \t]+)?(?=\S)")
"""Matches the state and the priority that the heading of a task in Org begins with."""
_ORG_TAGS = re.compile(r"[ \t]+:[\w@:]+:$")
_SUBJECT = re.compile(r"^Subject:[ \t]*(?:(?:Re|Fwd?|Aw):[ \t]*)*(?P<title>\S[^\n]*?)[ \t]*$", re.M | re.I)
"""Matches the subject of a mail, without what says that it is an answer."""
_HEAD_LINE = re.compile(r"[A-Z][\w-]{1,20}:|[ \t]+\S")
"""Matches the beginning of a line in the head of a mail."""
_SUBJECT_LINES = 12
"""The subject of a mail is in one of so many lines at the beginning."""
_HEADER = re.compile(r"\A(?:[A-Z][\w-]{1,20}:[ \t]+\S[^\n]*\n){2,}(?=[ \t]*\n)")
"""Matches properties at the very beginning without a line around them, as MultiMarkdown has them."""
_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*(?P<quote>['\"]?)(?P<title>\S.*?)(?P=quote)[ \t]*$", re.M | re.I)
"""Matches the title in front matter."""
_FENCE = re.compile(
    r"^[ \t]{0,3}(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]{0,3}(?P=mark)[ \t]*$|\Z)", re.M | re.S
)
"""Matches a block of code, up to the end of the text where nothing closes it."""
_TABLE_OR_RULE = re.compile(r"^[ \t]*(?:\|[^\n]*|[-*_=][-*_= \t]{2,}|<!--.*?-->)[ \t]*$", re.M)
"""Matches a line of a table, a rule, and a comment."""
_NUMBER = re.compile(r"^(?P<space>[ \t]*)\d+[.)][ \t]", re.M)
"""Matches the number of a point of a list, whose full stop ends no sentence."""
_POINT = re.compile(r"[ \t]*[-*+][ \t]")
"""Matches the beginning of a point of a list; numbers were made to marks before."""
_ANEW = re.compile(r"[^\s\-*+>|a-z\d(]")
"""Matches the beginning of a line that is neither indented, nor a point of a list, nor goes on a sentence."""
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_IMAGE = re.compile(r"!\[[^\]]{0,500}\]\([^)]{0,500}\)|\{%[^\n]{0,300}?%\}|\{\{[^\n]{0,300}?\}\}")
_LINK = re.compile(r"\[(?P<text>[^\]]{0,500})\](?:\([^)]{0,500}\)|\[[^\]]{0,200}\])")
_FOOTNOTE = re.compile(r"\[\^[^\]]*\]:?")
_LIST_MARK = re.compile(r"^[\s>]*(?:(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?")
_TASK = re.compile(r"[\s>]*(?:[-*+]|\d+[.)])[ \t]+(?P<mark>\[[ xX]\])")
"""Matches the box of a task in a list."""
_CODE = re.compile(r"`[^`\n]+`")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|__)(?=\S)(?P<text>.+?)(?<=\S)\1(?![\w*])")


@dataclass(frozen=True)
class NoteSentence:
    """A sentence of a note's prose."""

    text: str
    """Its text in one line, without the mark of a list, the addresses of links, and emphasis."""
    line: int
    """The line of the note in which it begins, from 1."""
    mark: str = ""
    """The box of a task, "[ ]" or "[x]"; empty where it is none."""

    @property
    def shown(self) -> str:
        """Its text behind the box of a task."""
        return f"{self.mark} {self.text}" if self.mark else self.text

    @property
    def is_done(self) -> bool:
        """Whether it is a task that is done."""
        return self.mark == "[x]"


@dataclass(frozen=True)
class Prose:
    """What a summary of a note can be made of."""

    title: str
    """The title that the note has, in its front matter or as its first heading; empty where it has none."""
    sentences: tuple[NoteSentence, ...]
    """The sentences of its body in order, without headings, code and tables."""
    code: str
    """Its blocks of code, which show what its sentences are about."""


def read_prose(text: str) -> Prose:
    """Return the title, the sentences and the code of a note."""
    from rnnchat.text.notes.formats.front_matter import end_of_front_matter

    text = text[:LONGEST_NOTE].replace("\r\n", "\n").replace("\r", "\n")
    front = end_of_front_matter(text)
    title = _stated_title(text[:front])
    if not front:
        header = _HEADER.match(text)
        title = _stated_title(header.group()) if header is not None else ""
        title = title or _subject(text)
        front = header.end() if header is not None and title else 0
    code: list[str] = []

    def take_code(match: re.Match[str]) -> str:
        code.append(match.group().strip())
        return _blank(match)

    body = _blanked(text[:front]) + text[front:]
    if title and (subject := _SUBJECT.search(body)) is not None and plain(subject["title"]) == title:
        body = body[: subject.start()] + _blanked(subject.group()) + body[subject.end() :]
    body = _FENCE.sub(take_code, body)
    is_org = _ORG.search(body) is not None
    if is_org:
        body = _ORG_CODE.sub(take_code, body)
        stated = _ORG_TITLE.search(body)
        title = title or (stated["title"] if stated is not None else "")
    body = _PROPERTY.sub(_blank, body)
    body = _INDENTED_CODE.sub(take_code, body)
    body = _NUMBER.sub(lambda mark: f"{mark['space']}- ".ljust(len(mark.group())), body)
    headings = (_OVERLINED, *([_ORG_HEADING] if is_org else []), _HEADING)
    title = title or _first_heading(body, headings)
    for pattern in (*headings, _TABLE_OR_RULE, _IMAGE, _TAG):
        body = pattern.sub(_blank, body)
    starts = [0, *(at.end() for at in re.finditer("\n", body))]
    found: list[NoteSentence] = []
    for start, block in _blocks(body):
        for sentence in itertools.islice(split_sentences(block), MOST_SENTENCES - len(found)):
            shown = plain(sentence.text)
            if any(map(str.isalpha, shown)):
                task = _TASK.match(sentence.text)
                mark = task["mark"].lower() if task is not None else ""
                found.append(NoteSentence(shown, bisect.bisect_right(starts, start + sentence.start), mark))
    return Prose(title, tuple(found), "\n".join(code))


def _first_heading(body: str, headings: Sequence[re.Pattern[str]]) -> str:
    """Return the heading that a note begins with; nothing where it begins with something else."""
    for pattern in headings:
        heading = pattern.search(body)
        if heading is not None and not body[: heading.start()].strip():
            found = heading.groupdict()
            shown = plain(found["text"] or found["underlined"])
            return _ORG_TASK.sub("", _ORG_TAGS.sub("", shown), count=1) if pattern is _ORG_HEADING else shown
    return ""


def _subject(text: str) -> str:
    """Return the subject of a mail; nothing where a text begins with anything but the lines of its head."""
    for line in text[:10_000].split("\n", _SUBJECT_LINES)[:_SUBJECT_LINES]:
        subject = _SUBJECT.match(line)
        if subject is not None:
            return plain(subject["title"])
        if line.strip() and _HEAD_LINE.match(line) is None:
            break
    return ""


def _blocks(body: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a text that share no sentence, each with its first character.

    A line that is not indented ends the point of a list before it, unless it goes on with a small letter.
    So it ends a line with a label, such as "Present: Ines". Such a line begins a part, and so does each of
    several ingredients.
    """
    begin = place = 0
    in_point = is_whole = False
    before = ""
    for line in body.split("\n"):
        is_item = is_ingredient(line) and (not before.strip() or is_ingredient(before))
        is_new = _ANEW.match(line) is not None and (in_point or is_whole)
        if is_new or is_item or LABELLED.match(line):
            yield begin, body[begin:place]
            begin = place
        is_whole = is_item or is_short_labelled_line(line)
        before = line
        in_point = _POINT.match(line) is not None or (
            in_point and line[:1] in (" ", "\t") and bool(line.strip())
        )
        place += len(line) + 1
    yield begin, body[begin:]


def plain(text: str) -> str:
    """Return a text in one line, without the mark of a list, the addresses of links, and emphasis."""
    text = unescape(_without_wiki_links(_LIST_MARK.sub("", text, count=1)))
    text = _FOOTNOTE.sub("", _LINK.sub(lambda link: link["text"], _IMAGE.sub("", text)))
    return " ".join(_EMPHASIS.sub(lambda marked: marked["text"], text).split())


def _without_wiki_links(text: str) -> str:
    """Return a text with what wiki links show in place of them; code stays as it is."""
    if "[[" not in text:
        return text
    from rnnchat.text.notes.formats.links import find_links
    from rnnchat.text.notes.tracked_text import GAP

    shown = _CODE.sub(lambda code: "\x01" * len(code.group()), text)
    edits = sorted(find_links(text, shown), key=lambda edit: edit.start, reverse=True)
    for edit in edits:
        if edit.kind == "wiki link":
            text = f"{text[: edit.start]}{edit.replacement.strip(GAP)}{text[edit.end :]}"
    return text


def _stated_title(front: str) -> str:
    """Return the title in a note's front matter; nothing where there is none."""
    stated = re.search(
        r"^title[ \t]*[:=][ \t]*(?P<quote>['\"]?)(?P<title>\S.*?)(?P=quote)[ \t]*$", front, re.M | re.I
    )
    return stated["title"] if stated is not None else ""


def _blank(match: re.Match[str]) -> str:
    return _blanked(match.group())


def _blanked(text: str) -> str:
    """Return as many blank lines, and the same number of characters, as `text` has."""
    return re.sub(r"[^\n]", " ", text)
