"""Passwords, keys and PINs after a label: `password: …`, `API_KEY=…`, `le mot de passe est …`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.assigned_value import AssignedValue, ValueClassifier
from rnnchat.text.notes.secrets.labels import Label, kind_of
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_TAIL = re.compile(r"[\w-]{0,60}")
_TAIL_ALLOWED = re.compile(
    r"(?:[_-]?(?:base|value|val|prod|production|dev|development|staging|stage|test|testing|live|main"
    r"|new|old|root|admin|user|db"
    r"|database|default|master|primary|secondary|text|string|str|code|key|secret|token|pass|word"
    r"|again|repeat|current|env|var|wifi|wlan"
    r"|\d{1,4}))*(?:s|es|n)?"
)
_TAIL_DENIED = re.compile(
    r"hash|digest|confirm|file|path|ur[li]|_?ids?$|name|type|field|len|count|policy|reset|expir"
    r"|manag|input|prompt|hint|size|limit"
    r"|iz(?:e|ing|ation)|less|protect|valid|check|rege|minim|maxim|encod|param|error|column|store"
    r"|gener|usage|_at$|age$|safe|schutz"
    r"|feld|länge|verwalt|datei|index|form|attempt|strength|version|algo|cipher|method|_on$|word[_-]?s"
)
_CLOSE = r"[\\\"'`*_\])”»』」]{0,6}"
_NOTE = r"(?:[ \t]{0,3}\([^()\n]{1,40}\)[*_`:]{0,3})?"
_DIRECT = re.compile(
    rf"{_CLOSE}{_NOTE}[ \t]{{0,20}}(?P<sign>:=|=>|->|→|:[ \t]*\w+[ \t]*=[ \t]*(?=[\"'`])|::?"
    rf"|=(?![=~>])|\||⇒|>(?=[^ >=])|,[ \t]*(?=[\"']))"
    r"[*_]{0,3}[ \t]{0,20}"
)
_ATTRIBUTE = re.compile(r"[\"'][ \t]{1,5}(?:value|content|default)[ \t]?=[ \t]?(?=[\"'])", re.IGNORECASE)
_IDEOGRAPHIC = re.compile(
    r"[」』\"'`*]{0,3}(?:是|为|為|は|が|를|는|은|이|의)?[ \t]{0,3}(?:是|为|為|は|:|=|「|『|\"|'"
    r"|`)?[ \t]{0,3}(?=[!-~])"
)
_PHRASE = re.compile(r"[ \t][^\n:=|?!;\"'`<>{}\[\]]{1,50}?[ \t]{0,3}[:=](?![=:/])[*_]{0,3}[ \t]{0,10}")
_PHRASE_DENIED = re.compile(
    r"\b(?:require|polic|manag|reset|hint|rule|field|length|prompt|error|must|should|will|can\b|does"
    r"|not?\b|contains?|needs?|file|using|like"
    r"|following|command|option|example|with\b.*\bfor\b|hash|store|length|when|if\b|because|how)"
)
_COPULA = re.compile(
    r"[*_`\"')]{0,3}[ \t](?P<verb>is|was|ist|lautet|war|c['’]est|est|es|è|é|era|jest|to|auf|à|az|este|är|er"
    r"|on|являе?тся|это|—|–|-|=|now|is now|->|→|~)"
    r"[ \t]*:?[ \t]+|['’]s[ \t]+"
)
_SPACE = re.compile(rf"{_CLOSE}[ \t]{{1,10}}")
_QUOTED = re.compile(
    r"\\?\"(?P<a>(?:[^\"\\\n]|\\[^\"\n]){1,300})\\?\"|\\?'(?P<b>[^'\n]{1,300}?)\\?'"
    r"|`(?P<c>[^`\n]{1,300})`|[“„](?P<d>[^”“\n]{1,300})[”“]"
    r"|[«‹][ \t]?(?P<e>[^»\n]{1,300}?)[ \t]?[»›]|[「『](?P<f>[^」』\n]{1,300})[」』]"
    r"|\*\*(?P<g>[^*\n]{1,300})\*\*"
)
_BARE = re.compile(r"[^\s|<]{1,400}|<[^<>\n]{0,60}>?")
_CUT = re.compile(
    r"[，。、；！？（）【】《》「」『』]|(?<=[!-~])[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|[\"'`](?=[,;)}\]]|$)|&(?=\w+=)"
)
_ARGUMENT = re.compile(r"\([ \t]*[\"'][\w.:-]*$")
_ONLY_VALUE = re.compile(
    r"(?:[ \t]{0,20}value:[ \t])?[ \t>*+#\-–•\d.)`\"'“„«|]{0,12}?(?P<value>[^\s`|]{3,300})[ \t`\"'”“»|*]*$"
)
_FENCE = re.compile(r"\s*(?:```\w*|~~~\w*|---+|\.\.\.)\s*$")

_MAXIMUM_LABELS_IN_A_LINE = 200
"""How many labels of one line are looked at; a line with more is data, which would take too long."""


def find(source: SearchableText, labels: Sequence[Label]) -> Iterator[Finding]:
    """Yield the lines where a label is followed by a secret, on the same line or on the next one."""
    found, seen = -1, 0
    for number, label in enumerate(labels):
        seen = seen + 1 if number and labels[number - 1].line == label.line else 0
        if label.line <= found or seen > _MAXIMUM_LABELS_IN_A_LINE:
            continue
        line = _line_of_value(source, label)
        if line is not None:
            found = line
            yield Finding(line, line, kind_of(label))


def _line_of_value(source: SearchableText, label: Label) -> int | None:
    """Return the line that holds the value of a label, its own or one below; None where there is none."""
    text, end = source.text, source.end_of(label.line)
    tail = _TAIL.match(text, label.end, end)
    assert tail is not None
    if (
        text[label.end - 1] >= "\u3040"
    ):  # there are no spaces between words here, so what follows is no part of the name
        tail = re.compile("").match(text, label.end)
        assert tail is not None
    rest_of_name = tail.group().lower().rstrip("_")
    clear = _TAIL_ALLOWED.fullmatch(rest_of_name) is not None
    if not clear and (label.family in ("plain key", "number") or _TAIL_DENIED.search(rest_of_name)):
        place = label.end if not text[label.end - 1].isascii() else None
        if place is None:
            return None
    else:
        place = label.end + len(rest_of_name) if text[label.end - 1].isascii() or clear else label.end
    if rest_of_name in ("s", "es", "n"):
        clear = False
    finder = _ValueFinder(source, label, clear)
    if finder.is_followed_by_secret(place, end):
        return label.line
    return finder.line_below(place, end)


@dataclass(frozen=True)
class _ValueFinder:
    """Finds the value that belongs to one label."""

    source: SearchableText
    label: Label
    clear: bool
    """Whether the name ends with the label, so that a plain word may be its value."""

    def is_followed_by_secret(self, place: int, end: int) -> bool:
        """Return whether a secret follows the label on its line."""
        text = self.source.text
        direct = self._direct(place, end) or _ATTRIBUTE.match(text, place, end)
        if direct:
            return direct.end() < end and self._is_secret(
                direct.end(), end, direct.groupdict().get("sign") or "="
            )
        if not self.label.word.isascii():
            own = _IDEOGRAPHIC.match(text, place, end)
            if own and own.end() > place and self._is_secret(own.end(), end, ":"):
                return True
        phrase = _PHRASE.match(text, place, end)
        if (
            phrase
            and phrase.end() < end
            and not _PHRASE_DENIED.search(phrase.group().lower())
            and self._is_secret(phrase.end(), end, "phrase")
        ):
            return True
        for number, copula in enumerate(_COPULA.finditer(text, place, min(end, place + 90))):
            if number == 4 or self._is_secret(copula.end(), end, f"verb {(copula['verb'] or 'is').lower()}"):
                return number < 4
        space = _SPACE.match(text, place, end)
        if space is not None and self._is_secret(space.end(), end, "space"):
            return True
        words = text[place : min(end, place + 100)].split()
        return (
            self.label.family == "password"
            and 1 < len(words) <= 6
            and place + 100 > end
            and (
                values.has_rare_sign(words[-1])
                or (not self.label.word.isascii() and values.is_strong(words[-1]))
            )
        )

    def _direct(self, place: int, end: int) -> re.Match[str] | None:
        text = self.source.text
        match = _DIRECT.match(text, place, end)
        if match is None or not match["sign"].startswith(","):
            return match
        start = max(self.source.starts[self.label.line], self.label.start - 60)
        return match if _ARGUMENT.search(text[start : self.label.start]) else None

    def line_below(self, place: int, end: int) -> int | None:
        """Return the next line, if it consists of the label's value and nothing else."""
        source, label = self.source, self.label
        start = source.starts[label.line]
        left = re.fullmatch(
            rf"{_CLOSE}{_NOTE}[ \t]*(?:(?:is|ist|lautet|est|es|è|é)[ \t]*)?"
            rf"(?P<sign>[:=]?)>?[|]?[*_\"'`]*[ \t]*",
            source.text[place:end],
        )
        before = source.text[start : label.start]
        if left is None or not self.clear or before.lstrip().startswith("|") or len(before.split()) > 5:
            return None
        below = source.next_nonblank_line(label.line)
        if below is not None and _FENCE.match(source.lines[below]):
            below = source.next_nonblank_line(below, 1)
        if below is None:
            return None
        only = _ONLY_VALUE.fullmatch(source.lines[below])
        if only is None or source.lines[below].lstrip().startswith(("|", "#", "$ ", "![", "http")):
            return None
        text = only["value"].rstrip("\"'”*,;")
        if values.is_placeholder(text) or values.is_code(text) or text.endswith((":", "?")):
            return None
        return below if self._is_alone(text, below, left["sign"] == ":") else None

    def _is_alone(self, text: str, below: int, colon: bool) -> bool:
        """Return whether the only text of a line is a secret of the kind that the label names."""
        lines = self.source.lines
        if self.label.family == "number":
            return re.fullmatch(r"\d{4,8}", text) is not None
        if self.label.family != "password":
            return values.is_random(text, 12 if self.label.family == "key" else 20)
        if values.is_mixed(text, 6):
            return True
        shown = (
            lines[below].strip().startswith(("`", "**", '"')) or _FENCE.match(lines[below - 1]) is not None
        )
        plain = values.is_word(text) or re.fullmatch(r"\d{4,12}", text) is not None
        return (colon or shown) and plain and not text.endswith(".")

    def _is_secret(self, place: int, end: int, sign: str) -> bool:
        value = self._value_at(place, end)
        if value is None:
            return False
        judge = ValueClassifier(self.source, self.label, self.clear)
        if self.label.family == "number":
            return judge.is_number(value, place, end, sign)
        if values.is_placeholder(value.text) or (not value.quoted and values.is_code(value.text)):
            return False
        if self.label.family == "password":
            return judge.is_password(value, sign)
        return judge.is_key(value, sign)

    def _value_at(self, place: int, end: int) -> AssignedValue | None:
        text = self.source.text
        before = text[self.source.starts[self.label.line] : self.label.start]
        quoted = _QUOTED.match(text, place, end)
        if quoted:
            inside = next(part for part in quoted.groups() if part is not None)
            return AssignedValue(
                inside.strip(), True, text[quoted.end() : min(end, quoted.end() + 80)], before
            )
        bare = _BARE.match(text, place, end)
        if bare is None:
            return None
        value = bare.group()
        cut = _CUT.search(value)
        value = (value[: cut.start()] if cut else value).lstrip("\"'`(“„«").rstrip(".,;:)]}\"'`*”»")
        if cut and not cut.group().isascii():
            return AssignedValue(value, False, "", before)
        after = place + len(bare.group()) if not cut else place + cut.start()
        last = bare.group()[len(bare.group().rstrip(".,;:)")) :] if not cut else ""
        return AssignedValue(value, False, last + text[after : min(end, after + 80)], before)
