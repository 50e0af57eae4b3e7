"""Front matter: the properties that programs keep at the head of a note, distinguished from prose."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_FENCE = re.compile(r"\s*(---|\+\+\+)[ \t]*\n")
_YAML_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_TOML_END = re.compile(r"\+\+\+[ \t]*")

_KEY = re.compile(
    r"""(?:(?P<quoted>"[^"\n]{1,80}"|'[^'\n]{1,80}')|(?P<plain>[^\s\-\[\]{}#&*!|>'"%@`,?:][^\n:#]{0,79}?))"""
    r"[ \t]*:(?:[ \t]+(?P<value>\S.*)?)?"
)
_IDENTIFIER = re.compile(r"[a-z_][\w.\-/]*")
_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_ITEM = re.compile(r"-(?:[ \t]+(?P<value>\S.*)?)?")
_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]{0,2}[ \t]*(?:#.*)?")
_SENTENCE_END = re.compile(r"[.!?…。！？]['\"”’)]*$")
_QUOTED_PARTS = re.compile(r""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_WORDS_OF_A_SENTENCE = 6
_LONG_WITHOUT_BLANKS = 15

_TOML_LINE = re.compile(
    r"""\[{1,2}[^\[\]\n]+\]{1,2}[ \t]*(?:#.*)?|(?:[\w.\-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=[ \t]*\S.*"""
)

KNOWN = frozenset(
    (
        "title subtitle author authors date dates lastmod modified updated created published draft tags "
        "tag categories category layout permalink slug description summary excerpt abstract keywords "
        "alias aliases image images cover thumbnail weight toc type lang language status id uid uuid guid "
        "url link source comments series topic topics theme class marp paginate math mathjax katex "
        "bibliography csl output documentclass geometry footer css cssclass cssclasses sidebar order "
        "parent redirect hidden kind project area due deadline priority rating isbn publisher year "
        "version license licence copyright canonical template name path menu time timezone location "
        "creator notebook stage level subject format fileclass publish publishdate expirydate "
        "last-modified edited started finished completed completion"
    ).split()
)
"""Common keys of front matter."""

# What some site generators read at the head of a page, without delimiters.
_HEADER_LINE = re.compile(r"(?P<key>[A-Za-z][A-Za-z _\-]{0,30}):[ \t]*(?P<value>\S.*)?")
_MACHINE_KEYS = frozenset(
    (
        "slug layout permalink category categories content-type wiki-format creation-date css template "
        "save_as html header latex input base header level"
    ).split()
)
_HEADER_KEYS = KNOWN | _MACHINE_KEYS


@dataclass(frozen=True)
class _Entry:
    key: str
    values: tuple[str, ...]

    @property
    def is_identifier(self) -> bool:
        return bool(_IDENTIFIER.fullmatch(self.key))

    @property
    def is_known(self) -> bool:
        words = re.split(r"[\s_.\-]+", self.key.casefold())
        return any(word in KNOWN for word in (self.key.casefold(), *words))

    @property
    def reads_as_prose(self) -> bool:
        return any(map(_reads_as_prose, self.values))

    @property
    def may_be_prose(self) -> bool:
        """Whether the key may begin a sentence: "Dear Anna: …"."""
        begins_one = any(letter.isspace() or letter.isupper() for letter in self.key.strip())
        return begins_one and not self.is_known

    @property
    def is_evident(self) -> bool:
        return self.is_known and (self.is_identifier or not self.reads_as_prose)


def end_of_front_matter(text: str) -> int:
    """Return the offset after the front matter at the head of `text`; 0 if there is none.

    It is YAML between lines of ---, TOML between lines of +++, a JSON object, or lines such as `Slug: x` up
    to a blank one. Text between two such lines that does not parse is prose.
    """
    fence = _FENCE.match(text)
    if fence is not None:
        if fence[1] == "---":
            return _end_of_fenced(text, fence.end(), _YAML_END, _YamlLines())
        return _end_of_fenced(text, fence.end(), _TOML_END, _TomlLines())
    start = len(text) - len(text.lstrip())
    if text.startswith("{", start):
        return _end_of_json(text, start)
    return _end_of_header(text, start)


def _end_of_fenced(text: str, start: int, closing: re.Pattern[str], judge: _YamlLines | _TomlLines) -> int:
    position = start
    while position < len(text):
        stop = text.find("\n", position)
        stop = len(text) if stop < 0 else stop
        line = text[position:stop]
        if closing.fullmatch(line) and not judge.is_open:
            return min(stop + 1, len(text)) if judge.is_front_matter() else 0
        if not judge.take(line):
            return 0
        position = stop + 1
    return 0


class _YamlLines:
    """Accepts the lines of a block one by one, as long as they parse as a YAML mapping."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._values: list[list[str]] = []
        self._headings = False
        self._depth = 0
        self._quote = ""
        self._in_block_scalar = False

    @property
    def is_open(self) -> bool:
        """Whether a bracket or a quotation mark is still open."""
        return bool(self._depth or self._quote)

    def take(self, line: str) -> bool:
        """Return whether `line` continues the mapping."""
        if self.is_open:
            self._follow(line)
            return not line.strip() or line[0] in " \t]}"
        if not line.strip():
            return True
        if line[0] in " \t":
            # What belongs to a key is indented; in a block scalar it may be anything.
            if self._keys and not self._in_block_scalar:
                self._take_value(line.strip())
            return bool(self._keys)
        self._in_block_scalar = False
        if line[0] == "#":
            self._headings = self._headings or bool(_HEADING.match(line))
            return True
        item = _ITEM.fullmatch(line)
        return self._take_pair(line) if item is None else self._take_item(item["value"] or "")

    def _take_item(self, value: str) -> bool:
        """Take an item of a list, which only a key without another value has."""
        if not self._keys or (self._values[-1] and not self._values[-1][0].startswith("- ")):
            return False
        self._take_value(f"- {value}")
        return True

    def _take_pair(self, line: str) -> bool:
        """Take a key, with or without its value; none is there twice."""
        pair = _KEY.fullmatch(line)
        if pair is None:
            return False
        key = (pair["quoted"] or pair["plain"]).strip("\"' \t")
        if key in self._keys:
            return False
        self._keys.append(key)
        self._values.append([])
        value = pair["value"]
        if value and _BLOCK_SCALAR.fullmatch(value):
            self._in_block_scalar = True
        elif value:
            self._take_value(value)
        return True

    def is_front_matter(self) -> bool:
        """Return whether the lines so far are properties and not a person's lines that have colons."""
        entries = [_Entry(key, tuple(values)) for key, values in zip(self._keys, self._values, strict=True)]
        if not entries:
            return False
        evident = any(entry.is_evident for entry in entries)
        if self._headings and not any(entry.is_evident and entry.is_identifier for entry in entries):
            return False
        doubtful = [entry for entry in entries if entry.may_be_prose]
        if doubtful:
            return evident and not any(entry.reads_as_prose for entry in doubtful)
        return evident or not any(entry.reads_as_prose for entry in entries)

    def _take_value(self, value: str) -> None:
        self._values[-1].append(value)
        content = re.sub(r"^(?:-[ \t]+|[^\s:'\"]+:[ \t]+)*", "", value)
        if content[:1] in "\"'" and content:
            if _QUOTED_PARTS.match(content) is None:
                self._quote = content[0]
        elif content[:1] in ("[", "{"):
            self._follow(content)

    def _follow(self, line: str) -> None:
        if self._quote:
            if self._quote in line:
                self._quote = ""
            return
        bare = _QUOTED_PARTS.sub("", line)
        self._depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
        self._depth = max(0, self._depth)


class _TomlLines:
    """Accepts the lines of a block one by one, as long as they parse as TOML."""

    def __init__(self) -> None:
        self._entries = 0
        self._depth = 0
        self._quote = ""

    @property
    def is_open(self) -> bool:
        """Whether an array or a multi-line string is still open."""
        return bool(self._depth or self._quote)

    def take(self, line: str) -> bool:
        """Return whether `line` continues the table."""
        if self._quote:
            if self._quote in line:
                self._quote = ""
            return True
        bare = line.strip()
        if self._depth:
            self._count(bare)
            return True
        if not bare or bare.startswith("#"):
            return True
        if _TOML_LINE.fullmatch(bare) is None:
            return False
        self._entries += 1
        if not bare.startswith("["):
            value = bare.partition("=")[2].strip()
            for quote in ('"""', "'''"):
                if value.startswith(quote):
                    self._quote = "" if quote in value[3:] else quote
                    return True
            self._count(value)
        return True

    def is_front_matter(self) -> bool:
        """Return whether there was any entry."""
        return self._entries > 0

    def _count(self, line: str) -> None:
        bare = _QUOTED_PARTS.sub("", line)
        self._depth = max(0, self._depth + bare.count("[") - bare.count("]"))


def _end_of_json(text: str, start: int) -> int:
    try:
        record, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return 0
    rest = text[end : end + 1]
    if not isinstance(record, dict) or rest not in ("", "\n") or not text[end:].strip():
        return 0
    entries = [_Entry(str(key), ()) for key in record]
    return end + 1 if any(entry.is_known for entry in entries) else 0


def _end_of_header(text: str, start: int) -> int:
    position = text.rfind("\n", 0, start) + 1
    keys: list[str] = []
    while position < len(text):
        stop = text.find("\n", position)
        stop = len(text) if stop < 0 else stop
        line = text[position:stop]
        if not line.strip():
            break
        pair = _HEADER_LINE.fullmatch(line)
        if pair is None or pair["key"].casefold() not in _HEADER_KEYS:
            return 0
        keys.append(pair["key"].casefold())
        position = stop + 1
    if len(keys) < 2 or not any(key in _MACHINE_KEYS for key in keys):
        return 0
    return min(position, len(text))


def _reads_as_prose(value: str) -> bool:
    """Return whether a value without quotation marks is a sentence, or long enough for one."""
    value = value.removeprefix("- ")
    if value[:1] in "\"'[{":
        return False
    words = value.split()
    if len(words) >= _WORDS_OF_A_SENTENCE:
        return True
    if _SENTENCE_END.search(value) and any(letter.isalpha() for letter in value):
        return True
    return len(value) > _LONG_WITHOUT_BLANKS and any("\u3040" <= letter <= "\uffdc" for letter in value)
