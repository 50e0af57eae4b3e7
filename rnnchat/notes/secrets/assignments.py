"""Passwords, keys and numbers that stand behind a label: `password: …`, `API_KEY=…`, `le mot de passe est …`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnchat.notes.secrets import values
from rnnchat.notes.secrets.labels import Label, kind_of
from rnnchat.notes.secrets.reading import Hit, Reading

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
    r"[*_`\"')]{0,3}[ \t](?P<verb>is|was|ist|lautet|war|est|es|è|é|era|jest|to|auf|à|az|este|är|er"
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
_ENDS = re.compile(
    r"[ \t]*(?:$|[,;|/)\]}<>#(\\。，、；（]|//|--|[-–—] |\.(?:\s|$)|(?:user|login|email|pin|url"
    r"|username|and|und|et|y|e|i|и|or|oder)\b)"
)
_SENTENCE_ADJECTIVE = re.compile(r"(?:ed|ing|able|ible|ive|ous|ful|less|lich|haft|bar|isch|end|iert|ig)$")
_NETWORK = re.compile(r"\b(?:wi-?fi|wlan|ssid|wpa2?)\b", re.IGNORECASE)
_ARGUMENT = re.compile(r"\([ \t]*[\"'][\w.:-]*$")
_KEY = re.compile(r"[\w+/.~:!$%@*&^#-]+=*")
_NUMBER = re.compile(r"\d[\d -]{1,9}\d")
_ONLY_VALUE = re.compile(r"[ \t>*+#\-–•\d.)`\"'“„«|]{0,12}?(?P<value>[^\s`|]{3,300})[ \t`\"'”“»|*]*$")
_FENCE = re.compile(r"\s*(?:```\w*|~~~\w*|---+|\.\.\.)\s*$")


_MOST_IN_A_LINE = 200
"""More labels in one line are data, which would take long to read."""


@dataclass(frozen=True)
class _Value:
    text: str
    quoted: bool
    rest: str
    """What follows on the line."""
    before: str
    """What stands on the line before the label."""


def find(reading: Reading, labels: Sequence[Label]) -> Iterator[Hit]:
    """Yield the lines where a label is followed by what it announces."""
    found, seen = -1, 0
    for number, label in enumerate(labels):
        seen = seen + 1 if number and labels[number - 1].line == label.line else 0
        if label.line <= found or seen > _MOST_IN_A_LINE:
            continue
        line = _line_of_value(reading, label)
        if line is not None:
            found = line
            yield Hit(line, line, kind_of(label))


def _line_of_value(reading: Reading, label: Label) -> int | None:
    """Return the line that holds the value of a label, the label's own or one below; None where there is none."""
    text, end = reading.text, reading.end_of(label.line)
    tail = _TAIL.match(text, label.end, end)
    assert tail is not None
    if (
        text[label.end - 1] >= "\u3040"
    ):  # no blank stands between words here, so what follows is no part of the name
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
    judge = _Judge(reading, label, clear)
    if judge.stands_at(place, end):
        return label.line
    return judge.line_below(place, end)


@dataclass(frozen=True)
class _Judge:
    """Reads the values that may belong to one label."""

    reading: Reading
    label: Label
    clear: bool
    """Whether the name ends with the label, so that a plain word may be its value."""

    def stands_at(self, place: int, end: int) -> bool:
        """Return whether the label's value stands behind it on its line."""
        text = self.reading.text
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
            and values.has_rare_sign(words[-1])
        )

    def _direct(self, place: int, end: int) -> re.Match[str] | None:
        text = self.reading.text
        match = _DIRECT.match(text, place, end)
        if match is None or not match["sign"].startswith(","):
            return match
        start = max(self.reading.starts[self.label.line], self.label.start - 60)
        return match if _ARGUMENT.search(text[start : self.label.start]) else None

    def line_below(self, place: int, end: int) -> int | None:
        """Return the line below the label's that is its value and nothing else."""
        reading, label = self.reading, self.label
        start = reading.starts[label.line]
        left = re.fullmatch(
            rf"{_CLOSE}{_NOTE}[ \t]*(?P<sign>[:=]?)>?[|]?[*_\"'`]*[ \t]*", reading.text[place:end]
        )
        before = reading.text[start : label.start]
        if left is None or not self.clear or before.lstrip().startswith("|") or len(before.split()) > 5:
            return None
        below = reading.next_written(label.line)
        if below is not None and _FENCE.match(reading.lines[below]):
            below = reading.next_written(below, 1)
        if below is None:
            return None
        only = _ONLY_VALUE.fullmatch(reading.lines[below])
        if only is None or reading.lines[below].lstrip().startswith(("|", "#", "$ ", "![", "http")):
            return None
        value = _Value(only["value"].rstrip("\"'”*,;"), False, "", before)
        if values.stands_for_secret(value.text) or values.is_code(value.text):
            return None
        if label.family == "password":
            mixed = values.is_mixed(value.text, 6)
            shown = reading.lines[below].strip().startswith(("`", "**", '"')) or bool(
                _FENCE.match(reading.lines[below - 1])
            )
            plain = (left["sign"] == ":" or shown) and (
                values.is_word(value.text) or re.fullmatch(r"\d{4,12}", value.text)
            )
            return below if mixed or (plain and not value.text.endswith((":", ".", "?"))) else None
        if label.family == "number":
            return below if re.fullmatch(r"\d{4,8}", value.text) else None
        shortest = 12 if label.family == "key" else 20
        return below if values.is_random(value.text, shortest) and not value.text.endswith(":") else None

    def _is_secret(self, place: int, end: int, sign: str) -> bool:
        value = self._value_at(place, end)
        if value is None:
            return False
        if self.label.family == "number":
            return self._is_number(value, place, end, sign)
        if values.stands_for_secret(value.text) or (not value.quoted and values.is_code(value.text)):
            return False
        if self.label.family == "password":
            return self._is_password(value, sign)
        return self._is_key(value, sign)

    def _value_at(self, place: int, end: int) -> _Value | None:
        text = self.reading.text
        before = text[self.reading.starts[self.label.line] : self.label.start]
        quoted = _QUOTED.match(text, place, end)
        if quoted:
            inside = next(part for part in quoted.groups() if part is not None)
            return _Value(inside.strip(), True, text[quoted.end() : min(end, quoted.end() + 80)], before)
        bare = _BARE.match(text, place, end)
        if bare is None:
            return None
        value = bare.group()
        cut = _CUT.search(value)
        value = (value[: cut.start()] if cut else value).lstrip("\"'`(“„«").rstrip(".,;:)]}\"'`*”»")
        if cut and not cut.group().isascii():
            return _Value(value, False, "", before)
        after = place + len(bare.group()) if not cut else place + cut.start()
        last = bare.group()[len(bare.group().rstrip(".,;:)")) :] if not cut else ""
        return _Value(value, False, last + text[after : min(end, after + 80)], before)

    def _is_password(self, value: _Value, sign: str) -> bool:
        text, ends = value.text, _ENDS.match(value.rest) is not None
        close = _is_close(sign)
        if values.is_ordinary(text) or (self.label.word == "pass" and not close and not self._is_option()):
            return False
        if value.quoted and " " in text:
            return (
                (close or sign in ("verb is", "verb ist", "verb est", "verb es"))
                and self.clear
                and _is_phrase(text.split())
            )
        if " " not in text and values.is_mixed(text, 5):
            if sign in ("space", "verb to", "verb on", "verb -", "verb er", "verb es"):
                return (
                    (ends or value.quoted)
                    and len(text) >= 6
                    and any(c.isdigit() for c in text)
                    and not values.is_code(text)
                )
            return (ends or len(text) >= 7 or value.quoted) and (self.clear or len(text) >= 8)
        if re.fullmatch(r"\d{4,16}", text):
            return ends and close and self.clear
        if not values.is_word(text) or not self.clear:
            return False
        return self._is_plain_password(value, sign, ends, close)

    def _is_plain_password(self, value: _Value, sign: str, ends: bool, close: bool) -> bool:
        text = value.text
        words_before = len(value.before.split())
        if sign == "|":
            cells = [
                cell
                for cell in self.reading.lines[self.label.line].strip().strip("|").split("|")
                if cell.strip()
            ]
            return len(cells) == 2 and bool(value.before.strip(" |*`")) is False
        if close:
            named = "_" in self.label.word or self.reading.text[self.label.start].isupper()
            if value.quoted:
                return len(text) >= 5
            if sign == "=" and named and len(text) >= 5:
                return True
            if not ends:
                words = [text, *value.rest.split()]
                return (
                    sign == ":"
                    and len(words) >= 4
                    and text.islower()
                    and value.rest.islower()
                    and _is_phrase(words)
                )
            return words_before <= 8 and len(text) >= 4
        if sign == "phrase":
            return ends and len(text) >= 6 and words_before <= 4 and not value.rest.strip(" .")
        if sign == "space":
            return self._is_option() and ends and len(text) >= 5
        if sign in ("verb to", "verb auf", "verb à", "verb on", "verb er"):
            return value.quoted and len(text) >= 5
        if sign in ("verb -", "verb —", "verb –"):
            return (
                words_before <= 3 and ends and not value.rest.strip() and len(text) >= 6 and text[0].isalpha()
            )
        if value.quoted:
            return len(text) >= 5
        final = re.match(r"[ \t]*[.!)]?[ \t]*$", value.rest) is not None
        return final and len(text) >= 5 and not (text.islower() and _SENTENCE_ADJECTIVE.search(text))

    def _is_option(self) -> bool:
        text, start = self.reading.text, self.label.start
        return (
            text[max(0, start - 2) : start] == "--"
            or re.search(r"--[\w-]{1,30}-$", text[max(0, start - 34) : start]) is not None
        )

    def _is_key(self, value: _Value, sign: str) -> bool:
        text = value.text
        if " " in text or "://" in text or not (value.quoted or _KEY.fullmatch(text)):
            return False
        plain = self.label.family == "plain key"
        name = self.reading.text[self.label.start : self.label.end]
        if plain and value.rest.strip(" .") == "" and _NETWORK.search(self.reading.lines[self.label.line]):
            return _is_close(sign) and values.is_mixed(text, 8)
        if plain:
            before = value.before[-1:]
            named = name.isupper() or before in ("_", "-") or (before.isalpha() and before.islower())
            if values.is_hexadecimal(text) and not (named and name.isupper()):
                return False
            if (
                sign == "phrase"
                and name.isascii()
                and name.lower() not in ("clave", "chave", "chiave", "llave")
            ):
                return False
            return (
                sign not in ("space", ",")
                and not sign.startswith("verb")
                and values.is_random(text, 16 if named else 24)
            )
        if sign == "space" or sign.startswith("verb to"):
            return values.is_random(text, 20 if values.is_hexadecimal(text) else 16)
        if "session" in self.label.word and values.is_uuid(text):
            return False
        if values.is_random(text, 8 if self.clear else 16):
            return not (sign == "phrase" and len(text) < 10)
        secret = re.search(r"secret|geheim|credential|sécr|секрет", self.label.word)
        if not (secret and _is_close(sign) and self.clear and not values.is_ordinary(text)):
            return False
        alone = (
            sign in (":", "=")
            and _ENDS.match(value.rest)
            and text.isalpha()
            and (sign == "=" or text[0].isupper())
        )
        return ((value.quoted or alone) and len(text) >= 8 and values.is_word(text)) or (
            values.is_mixed(text, 8) and _ends_line(value)
        )

    def _is_number(self, value: _Value, place: int, end: int, sign: str) -> bool:
        label = self.label
        written = self.reading.text[label.start : label.end]
        if re.fullmatch(r"[#*]?\d{3,8}[A-F]?[#*]?", value.text) is None:
            match = _NUMBER.match(self.reading.text, place, end)
            digits = re.sub(r"\D", "", match.group()) if match else ""
            return (
                match is not None
                and 4 <= len(digits) <= 8
                and sign in (":", "=")
                and _ends_number(self.reading.text[match.end() : end])
            )
        shortest = 3 if label.word.startswith(("cv", "security", "sicherheit")) or "code" in label.word else 4
        if len(value.text.strip("#*ABCDEF")) < shortest or not (value.quoted or _ends_number(value.rest)):
            return False
        if label.word in ("alarm", "garage", "lockbox", "keypad", "gate", "tresor", "haustür"):
            return sign in (":", "=") or (sign == "space" and label.word in ("lockbox", "keypad"))
        if label.word in ("cvv", "cvc", "cvv2", "cvc2"):
            return len(value.text) <= 4
        if label.word in ("tan", "pin", "pins", "otp", "combination") and not written[0].isupper():
            return label.word == "pin" and (
                sign in (":", "=") or sign in ("verb is", "verb ist", "verb est", "verb es", "verb to")
            )
        return (
            sign != "space"
            or written.isupper()
            or " " in label.word
            or not written.isascii()
            or len(label.word) > 5
        )


def _is_phrase(words: list[str]) -> bool:
    """Return whether words are a passphrase: a few plain words, and none that makes a sentence of them."""
    plain = [word.strip(".,") for word in words]
    return (
        2 <= len(plain) <= 10
        and sum(map(len, plain)) >= 10
        and all(word.isalnum() and 3 <= len(word) <= 14 for word in plain)
        and not any(values.is_function_word(word) for word in plain)
        and sum(values.is_ordinary(word) or values.stands_for_secret(word) for word in plain)
        <= len(plain) // 3
    )


def _is_close(sign: str) -> bool:
    """Return whether a sign between label and value is a sign of assignment, and no word."""
    return sign in (":", "=>", "->", "→", "⇒", ">", ",", "::") or sign.endswith("=")


def _ends_line(value: _Value) -> bool:
    return value.quoted or _ENDS.match(value.rest) is not None


def _ends_number(rest: str) -> bool:
    return (
        re.match(r"[ \t]*(?:$|[,;|)/.(#*!?\"'`<、。，]|[-–—] |and\b|und\b|et\b|y\b|for\b|für\b)", rest)
        is not None
    )
