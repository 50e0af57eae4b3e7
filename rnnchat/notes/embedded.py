"""Data that stands in notes, such as pictures, keys' certificates and drawings: found, to be left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from rnnchat.notes.code_regions import find_code
from rnnchat.notes.page import GAP, Cut, Page, hide

LONG_RUN = 1_000
"""More characters than this without a blank are data, in a script that puts blanks between words."""
HUGE_LINE = 4_000_000
"""A line of more characters is looked at as a whole first: cleaning and screening it takes long."""

_NO_BLANK = re.compile(r"\S{200}")

LONG_LINE = 5_000
"""A line longer than this (in characters) is looked at: prose or data?"""

_DATA_URI = re.compile(
    r"(?<![\w.-])data:(?:(?P<type>[\w.+-]{1,60}/[\w.+-]{1,60})(?P<with>(?:;[\w.+-]{1,40}(?:=[\w.+-]{0,60})?){0,6})"
    r"|(?P<without>(?:;[\w.+-]{1,40}(?:=[\w.+-]{0,60})?){1,6})),(?P<blank>[ ]?)",
    re.I,
)
_BASE64_WRAPPED = re.compile(
    r"(?:[ \t]*\n?[ \t>]*[A-Za-z0-9+/_%-]{20,}(?:[ \t]*\n[ \t>]*[A-Za-z0-9+/_%-]{20,})*"
    r"(?:[ \t]*\n[ \t>]*[A-Za-z0-9+/_%-]{1,19})?|[A-Za-z0-9+/_%-]*)={0,2}\s*"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_%-]*={0,2}")
_BASE64_LINES = re.compile(r"(?:[ \t]*\n[ \t>]*[A-Za-z0-9+/_-]{60,}={0,2}(?=[ \t]*(?:\n|\Z)))+")
_BASE64_REST = re.compile(r"[ \t]*\n[ \t>]*(?P<token>[A-Za-z0-9+/_-]{2,}={0,2})[ \t]*(?=\n|\Z)")
_ENCODED = re.compile(r"""(?:[^\s()"<>\\`]|\([^\s()"<>]{0,80}\))+""")
_DRAWING = re.compile(r"<svg|%3csvg", re.I)
_DRAWING_END = re.compile(r"</svg\s*>|%3c(?:/|%2f)svg%3e", re.I)
_CLOSES = {"(": ")", '"': '"', "'": "'", "<": ">"}

_BASE64_BLOCK = re.compile(
    r"(?m:^)(?:[ \t>]*[A-Za-z0-9+/_-]{60,}={0,2}[ \t]*(?:\n|\Z)){2,}"
    r"(?:[ \t>]*(?P<rest>[A-Za-z0-9+/_-]{2,}={0,2})[ \t]*(?=\n|\Z))?"
)
_RUN_OF_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{120,}={0,2}")
_ARMOUR = re.compile(
    r"(?m:^)[ \t>]*-----BEGIN (?P<what>[A-Z0-9 ]{3,60})-----[ \t]*\n"
    r"(?:[ \t>]*(?:[A-Za-z-]{2,30}: [^\n]{0,200}|[A-Za-z0-9+/=_-]{0,100})[ \t]*\n){1,5000}?"
    r"[ \t>]*-----END (?P=what)-----[ \t]*\n?"
)
_HEX_DUMP = re.compile(
    r"(?m:^)(?:[ \t>]*(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]+"
    r"(?:(?:[0-9a-fA-F]{2}[ \t]+){8,32}|(?:[0-9a-fA-F]{4}[ \t]+){4,16})[^\n]{0,80}(?:\n|\Z)){2,}"
    r"(?:[ \t>]*(?:0x)?[0-9a-fA-F]{4,16}:?[ \t]+(?:[0-9a-fA-F]{2,4}[ \t]+){1,16}[^\n]{0,80}(?:\n|\Z))?"
)
_UUENCODED = re.compile(r"(?m:^)begin(?:-base64)? [0-7]{3,4} [^\n]{1,200}\n")
_DRAWING_NUMBERS = re.compile(r"(?<![\w.])(?:[MmLlHhVvCcSsQqTtAaZz](?:[\d.,+\- \t\n]|e-?\d)*){6,}")
_FIRST_STROKE = re.compile(r"(?<![A-Za-z])[MmLlHhVvCcSsQqTtAa][ \t\n,]*[-.\d]")
_LAST_STROKE = re.compile(r"\d(?:[ \t\n,]*[Zz](?![A-Za-z]))?(?=[^\d]*\Z)")
_COMPRESSED = re.compile(
    r"(?m:^)[ \t>]*```+[ \t]*compressed-json[ \t]*\n(?:[^`\n]*\n){1,20000}?[ \t>]*```+[ \t]*(?:\n|\Z)"
)
_ELEMENT = re.compile(r"<(?P<end>/?)(?P<name>svg|script|style|math)\b(?P<more>[^<>]{0,5000})>", re.I)
_TAG = re.compile(r"<[^<>]{0,5000}>")
_RUN = re.compile(rf"(?<![^\s()\[\]<>\"'|])[^\s()\[\]<>\"'|]{{{LONG_RUN},}}")
_RUN_WITH_MARKS = re.compile(rf"(?<!\S)\S{{{LONG_RUN},}}")
_WORD = re.compile(r"[^\W\d_]{2,}[,;:.!?]?")
_WORDS_IN_A_ROW = re.compile(r"(?<!\S)(?:[*_`~]{0,3}[^\W\d_]{1,20}[,.;:!?'’”\")*_`~]{0,4} +){4,200}")
_SO_FAR = 500
"""How much of a paragraph is looked at for a sentence, in characters."""
_SENTENCE = re.compile(r"\A[^<\n{}]*[^\W\d_]{2,}(?:[ ,;:]+[^\W\d_]+){2,}[.!?]")
_CODE_SIGNS = re.compile(r"[{}()=@]|//")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_IN_A_ROW = re.compile(r"\w+(?:['’]\w+)?(?:[,;:]? \w+(?:['’]\w+)?){3,}")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4,}"
)
"""Letters of scripts that put no blank between words."""
_CODE_MARKS = re.compile(r"[{}=<>]|[;(,][ \t]*$|^[ \t]*(?://|/?\*)|\)\(|=>|\w\(")

_WORD_LENGTH = 20
"""Base64 has one of its marks in 64 letters; paths and names have one after each word."""

_KINDS = {"svg": "drawing", "math": "formula in MathML", "script": "script", "style": "style sheet"}


def without_embedded(page: Page) -> Page:
    """Return `page` without embedded data; the prose around it stays."""
    for find in _FINDERS:
        page = page.without(find(page.text))
    return page


def without_data_uris(page: Page) -> Page:
    """Return `page` without data URIs, in which a secret's signs may stand by chance."""
    return page.without(_find_data_uris(page.text)) if ":" in page.text else page


def _find_data_uris(text: str) -> Iterator[Cut]:
    line_ends, drawing_ends = _Ahead(text, re.compile("\n")), _Ahead(text, _DRAWING_END)
    position = 0
    for match in _DATA_URI.finditer(text):
        if match.start() < position:
            continue
        start = match.end()
        closing = _CLOSES.get(text[match.start() - 1 : match.start()], "") if match.start() else ""
        if match["blank"] and closing not in ("'", '"'):
            continue  # "data: a/b, and …" is a sentence
        parameters = (match["with"] or match["without"] or "").lower()
        if ";base64" in parameters:
            end = _end_of_base64(text, start, closing)
        elif _DRAWING.match(text, start) and (found := drawing_ends.after(start)) is not None:
            end = found.end()
            if text.find("\n\n", start, end) >= 0:
                end = _end_of_encoded(text, start, closing, line_ends)
        else:
            end = _end_of_encoded(text, start, closing, line_ends)
        if end > start:
            yield Cut(match.start(), end, "embedded data")
            position = end


class _Ahead:
    """The next place of a pattern, looked for once however often it is asked for, in order."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self._text = text
        self._pattern = pattern
        self._found = pattern.search(text)

    def after(self, position: int) -> re.Match[str] | None:
        """Return the first match that begins at `position` or later."""
        if self._found is not None and self._found.start() < position:
            self._found = self._pattern.search(self._text, position)
        return self._found


def _end_of_base64(text: str, start: int, closing: str) -> int:
    if closing:
        wrapped = _BASE64_WRAPPED.match(text, start)
        if wrapped is not None and text.startswith(closing, wrapped.end()):
            return wrapped.end()
    first = _BASE64.match(text, start)
    end = first.end() if first is not None else start
    lines = _BASE64_LINES.match(text, end)
    if lines is not None and end > start:
        end = lines.end()
        rest = _BASE64_REST.match(text, end)
        if rest is not None and _looks_encoded(rest["token"]):
            end = rest.end()
    return end


def _end_of_encoded(text: str, start: int, closing: str, line_ends: _Ahead) -> int:
    """Return the end of data that is not base64: its quotation mark, or where its signs end."""
    if closing and closing in "\"'":
        stop = line_ends.after(start)
        end = text.find(closing, start, stop.start() if stop is not None else len(text))
        if end > 0:
            return end
    match = _ENCODED.match(text, start)
    return match.end() if match is not None else start


def _find_compressed(text: str) -> Iterator[Cut]:
    if "compressed-json" in text:
        for match in _COMPRESSED.finditer(text):
            yield Cut(*match.span(), "drawing")


def _find_armour(text: str) -> Iterator[Cut]:
    if "-----BEGIN " in text:
        for match in _ARMOUR.finditer(text):
            yield Cut(*match.span(), "certificate or signature")


def _find_base64(text: str) -> Iterator[Cut]:
    for match in _BASE64_BLOCK.finditer(text):
        end = match.end()
        if match["rest"] and not _looks_encoded(match["rest"]):
            end = match.start("rest")
        if _looks_encoded(match[0][:2000]):
            yield Cut(match.start(), end, "encoded data")
    for match in _RUN_OF_BASE64.finditer(text):
        if _looks_encoded(match[0]):
            yield Cut(*match.span(), "encoded data")


def _find_hex_dumps(text: str) -> Iterator[Cut]:
    for match in _HEX_DUMP.finditer(text):
        if re.search("[a-f]", match[0], re.I):
            yield Cut(*match.span(), "hex dump")


def _find_uuencoded(text: str) -> Iterator[Cut]:
    if "begin" not in text:
        return
    for match in _UUENCODED.finditer(text):
        position = match.end()
        lines = 0
        while position < len(text):
            stop = text.find("\n", position)
            stop = len(text) if stop < 0 else stop
            line = text[position:stop].rstrip()
            position = min(stop + 1, len(text))
            if line in ("end", "===="):
                if lines:
                    yield Cut(match.start(), position, "encoded data")
                break
            if not (_BASE64.fullmatch(line) if "base64" in match[0][:12] else _is_uuencoded(line)):
                break
            lines += 1


def _is_uuencoded(line: str) -> bool:
    """Tell whether a line begins with the number of bytes that the rest of it holds."""
    if not line or not all(" " <= letter <= "`" for letter in line):
        return False
    size = (ord(line[0]) - 32) % 64
    wanted = -(-size // 3) * 4
    return wanted - 3 <= len(line) - 1 <= wanted + 1


def _find_elements(text: str) -> Iterator[Cut]:
    """Find drawings, scripts, style sheets and MathML, each with its contents, outside of code."""
    if "<" not in text:
        return
    opened: dict[str, re.Match[str]] = {}
    for match in _ELEMENT.finditer(hide(text, find_code(text))):
        name = match["name"].lower()
        if not match["end"]:
            if not match["more"].endswith("/"):
                opened[name] = match
            continue
        start = opened.pop(name, None)
        if start is not None and not _has_words(name, text[start.end() : match.start()]):
            yield Cut(start.start(), match.end(), _KINDS[name])


def _has_words(name: str, content: str) -> bool:
    """Tell whether a person's words stand in an element: in a drawing, a paragraph of words is one; in a
    script or a style sheet, words without any sign that code cannot do without.
    """
    paragraphs = _PARAGRAPHS.split(_TAG.sub("<", content))[1:]
    if any(_is_of_words(paragraph) for paragraph in paragraphs):
        return True
    if name in ("script", "style"):
        bare = _TAG.sub(" ", content)
        return has_prose(content) or (bool(_WORD.search(bare)) and not _CODE_SIGNS.search(bare))
    if name == "svg" and any(_SENTENCE.search(paragraph[:_SO_FAR]) for paragraph in paragraphs):
        return True
    return has_prose(content)


def _is_of_words(paragraph: str) -> bool:
    """Tell whether a paragraph has several words in a row, and nothing of markup or code."""
    beginning = paragraph[:_SO_FAR]
    if not (_IN_A_ROW.search(beginning) or _UNSPACED.search(beginning)):
        return False
    return not any(_CODE_MARKS.search(line) for line in beginning.strip().split("\n"))


def has_prose(content: str) -> bool:
    """Tell whether a person's sentence stands in `content`, as where what is around it was never closed."""
    for line in _TAG.sub("\n", content).split("\n"):
        if len(_WORD.findall(line)) >= 6 and not _CODE_MARKS.search(line):
            return True
    return False


def _find_drawing_numbers(text: str) -> Iterator[Cut]:
    for match in _DRAWING_NUMBERS.finditer(text):
        first = _FIRST_STROKE.search(match[0])
        last = _LAST_STROKE.search(match[0], first.end() - 1) if first is not None else None
        if first is None or last is None:
            continue
        strokes = match[0][first.start() : last.end()]
        numbers = len(re.findall(r"[\d.]+", strokes))
        letters = len(re.findall("[A-Za-df-z]", strokes))
        # Cells of a table, such as A1 and C3, have one number to each letter.
        if len(strokes) < 80 or numbers * 2 < letters * 3 or re.search("[A-Ya-y]{2}", strokes):
            continue
        yield Cut(match.start() + first.start(), match.start() + last.end(), "drawing")


def _find_long_runs(text: str) -> Iterator[Cut]:
    for match in _RUN.finditer(text):
        if _is_plain(match[0]):
            yield Cut(*match.span(), "data without a blank")


def _find_long_runs_with_marks(text: str) -> Iterator[Cut]:
    for match in _RUN_WITH_MARKS.finditer(text):
        run = match[0]
        marks = sum(run.count(mark) for mark in "{}()[]<>=;:,\"'")
        if _is_plain(run) and marks * 12 >= len(run):
            yield Cut(*match.span(), "data without a blank")


def _is_plain(run: str) -> bool:
    """Tell whether a run is of ASCII: scripts without blanks between words are not."""
    return len(run.encode("ascii", "ignore")) * 10 >= len(run) * 9


def _find_long_lines(text: str) -> Iterator[Cut]:
    if len(text) <= LONG_LINE:
        return
    position = 0
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        if len(line) > LONG_LINE and not _is_prose(line):
            yield Cut(start, min(position, len(text)), "a long line of data", GAP)


def is_huge_data(line: str) -> bool:
    """Tell whether a line is so long, and so surely data as a whole, that it need not be cleaned.

    Where a part of it could be cut out, such as a picture, the rest may be prose.
    """
    if len(line) <= HUGE_LINE or "<" in line or "data:" in line or _NO_BLANK.search(line):
        return False
    return not _is_prose(line)


def _is_prose(line: str) -> bool:
    """Tell by its letters and blanks whether a long line is a person's: novels have a paragraph in one."""
    letters = sum(map(str.isalpha, line))
    if not line.isascii():  # vowels of many scripts are marks
        letters += sum(unicodedata.category(letter)[0] == "M" for letter in line if letter >= "\u0300")
    blanks = line.count(" ") + line.count("\u3000") + line.count("\t") + line.count("\u00a0")
    marks = sum(line.count(mark) for mark in '{}[]<>=;\\|"_')
    solid = len(line) - blanks
    if solid < 2 * blanks:  # words of prose have more letters than one
        return False
    words = sum(len(run[0]) for run in _WORDS_IN_A_ROW.finditer(line))
    if words * 5 >= len(line) * 2 and not line.lstrip().startswith(("{", "[")):
        return True  # with formulas or emphasis between the words
    if not solid or letters * 20 < solid * 11 or marks * 10 > solid:
        return False
    if not line.isascii() and sum(letter >= "\u0e00" for letter in line) * 10 >= solid * 3:
        return True
    return blanks * 20 >= len(line)


def _looks_encoded(run: str) -> bool:
    """Tell whether a run of letters and digits is data, rather than a path or words in a row."""
    if run.rstrip().endswith("="):
        return True
    capitals = sum("A" <= letter <= "Z" for letter in run)
    digits = sum(letter.isdigit() for letter in run)
    if len(run) < 60:
        return capitals > 0 and digits > 0
    if len(run) < _WORD_LENGTH * sum(run.count(mark) for mark in "/-_"):
        return False
    return digits > 0 or capitals * 8 > len(run)


_FINDERS: tuple[Callable[[str], Iterator[Cut]], ...] = (
    _find_data_uris,
    _find_compressed,
    _find_armour,
    _find_uuencoded,
    _find_base64,
    _find_hex_dumps,
    _find_elements,
    _find_drawing_numbers,
    _find_long_runs,
    _find_long_runs_with_marks,
    _find_long_lines,
)
