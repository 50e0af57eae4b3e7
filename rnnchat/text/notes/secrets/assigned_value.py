"""Decide whether the value after a label is a secret: a password, a key, or a PIN.

`assignments` finds the label and its value; the rules here look at the value, at the sign between them and at
the rest of the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.labels import Label
from rnnchat.text.notes.secrets.searchable_text import SearchableText

_ENDS = re.compile(
    r"[\"'`]?[ \t]*(?:$|[,;|/)\]}<>#(\\。，、；（]|//|--|[-–—] |\.(?:\s|$)|(?:user|login|email|pin|url"
    r"|username|and|und|et|y|e|i|и|or|oder)\b)"
)
_SENTENCE_ADJECTIVE = re.compile(r"(?:ed|ing|able|ible|ive|ous|ful|less|lich|haft|bar|isch|end|iert|ig|ée?)$")
_NUMBER = re.compile(r"\d[\d -]{1,9}\d")
_NETWORK = re.compile(r"\b(?:wi-?fi|wlan|ssid|wpa2?)\b", re.IGNORECASE)
_OTHER_TOKEN = re.compile(r"(?:next|page|continuation)[_ -]?$", re.IGNORECASE)
_OTHER_KEY = re.compile(
    r"(?:s3|object|public|cache|sort|host|primary|foreign|partition)[_ -]?$", re.IGNORECASE
)
_MESSAGE = re.compile(
    r"(?i)\b(?:password|passwor[dt]|kennwort|invalid|wrong|must|at least|minimum|maximum|characters?|chars?"
    r"|digits?|letters?|zeichen|ziffern|long|short|weak|strong|enter|please|bitte|choose|match|required?"
    r"|expired?|days?|hours?|minutes?|times?|attempts?|cannot|can|should|blank|empty|reset|change|same|ask"
    r"|see|stored?|caract[eè]r\w*|contraseña|senha|user\w*|email|your|ihre?|votre)\b"
)
_KEY = re.compile(r"[\w+/.~:!?$%@*&^#-]+=*")


@dataclass(frozen=True)
class AssignedValue:
    """The value after a label."""

    text: str
    quoted: bool
    rest: str
    """The rest of the line."""
    before: str
    """The part of the line before the label."""


@dataclass(frozen=True)
class ValueClassifier:
    """Decides about the values of one label."""

    source: SearchableText
    label: Label
    clear: bool
    """Whether the name ends with the label, so that a plain word may be its value."""

    def is_password(self, value: AssignedValue, sign: str) -> bool:  # noqa: PLR0911 - each is a rule
        """Return whether a value is a password; `sign` is what separates it from its label."""
        text, ends = value.text, _ENDS.match(value.rest) is not None
        close = _is_close(sign)
        if values.is_common_word(text) or (self.label.word == "pass" and not close and not self._is_option()):
            return False
        if value.quoted and " " in text:
            return (
                (close or sign in ("verb is", "verb ist", "verb est", "verb es"))
                and self.clear
                and (_is_phrase(text.split()) or (close and _is_saying(text)))
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

    def _is_plain_password(  # noqa: PLR0911
        self, value: AssignedValue, sign: str, ends: bool, close: bool
    ) -> bool:
        text = value.text
        words_before = len(value.before.split())
        if sign == "|":
            cells = [
                cell
                for cell in self.source.lines[self.label.line].strip().strip("|").split("|")
                if cell.strip()
            ]
            return len(cells) == 2 and bool(value.before.strip(" |*`")) is False
        if close:
            named = "_" in self.label.word or self.source.text[self.label.start].isupper()
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
        if sign in ("verb to", "verb auf", "verb à", "verb on", "verb er", "verb c'est", "verb c’est"):
            return value.quoted and len(text) >= 5
        if sign in ("verb -", "verb —", "verb –"):
            return (
                words_before <= 3 and ends and not value.rest.strip() and len(text) >= 6 and text[0].isalpha()
            )
        if value.quoted:
            return len(text) >= 5
        if self.label.word == "clave" and text.islower():
            return False  # the key to something, as often
        final = re.match(r"[ \t]*[.!)]?[ \t]*$", value.rest) is not None
        return final and len(text) >= 5 and not (text.islower() and _SENTENCE_ADJECTIVE.search(text))

    def _is_option(self) -> bool:
        text, start = self.source.text, self.label.start
        return (
            text[max(0, start - 2) : start] == "--"
            or re.search(r"--[\w-]{1,30}-$", text[max(0, start - 34) : start]) is not None
        )

    def is_key(self, value: AssignedValue, sign: str) -> bool:  # noqa: PLR0911
        """Return whether a value is a key or token; `sign` is what separates it from its label."""
        text = value.text
        if " " in text or "://" in text or not (value.quoted or _KEY.fullmatch(text)):
            return False
        if self.label.family == "plain key":
            return self._is_plain_key(value, sign)
        if sign == "space" or sign.startswith("verb to"):
            return values.is_random(text, 20 if values.is_hexadecimal(text) else 16)
        if self.label.word == "token" and _OTHER_TOKEN.search(value.before[-20:]):
            return False
        if "session" in self.label.word and values.is_uuid(text):
            return False
        if values.is_random(text, 8 if self.clear else 16):
            return not (sign == "phrase" and len(text) < 10)
        secret = re.search(r"secret|geheim|credential|sécr|секрет", self.label.word)
        if not (secret and _is_close(sign) and self.clear and not values.is_common_word(text)):
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

    def _is_plain_key(self, value: AssignedValue, sign: str) -> bool:
        """Return whether a value after a word such as `key`, which has other meanings, is a key."""
        name = self.source.text[self.label.start : self.label.end]
        if value.rest.strip(" .") == "" and _NETWORK.search(self.source.lines[self.label.line]):
            return _is_close(sign) and values.is_mixed(value.text, 8)
        if _OTHER_KEY.search(value.before[-20:]):
            return False
        before = value.before[-1:]
        named = name.isupper() or before in ("_", "-") or (before.isalpha() and before.islower())
        if values.is_hexadecimal(value.text) and not (named and name.isupper()):
            return False
        if sign == "phrase" and name.isascii() and name.lower() not in ("clave", "chave", "chiave", "llave"):
            return False
        return (
            sign not in ("space", ",")
            and not sign.startswith("verb")
            and values.is_random(value.text, 16 if named else 24)
        )

    def is_number(self, value: AssignedValue, place: int, end: int, sign: str) -> bool:
        """Return whether a value is a PIN or code of a few digits; `sign` is between it and its label."""
        label = self.label
        written = self.source.text[label.start : label.end]
        if re.fullmatch(r"[#*]?\d{3,8}[A-F]?[#*]?", value.text) is None:
            match = _NUMBER.match(self.source.text, place, end)
            digits = re.sub(r"\D", "", match.group()) if match else ""
            return (
                match is not None
                and 4 <= len(digits) <= 8
                and sign in (":", "=")
                and _ends_number(self.source.text[match.end() : end])
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
        and sum(values.is_common_word(word) or values.is_placeholder(word) for word in plain)
        <= len(plain) // 3
    )


def _is_saying(text: str) -> bool:
    """Return whether a quoted text is a passphrase that reads as a sentence: `my dog ate 7 shoes`."""
    words = text.split()
    return (
        4 <= len(words) <= 8
        and all(word.isalnum() for word in words)
        and (text.islower() or any(word.isdigit() for word in words))
        and not any(values.is_common_word(word) or values.is_placeholder(word) for word in words[1:])
        and _MESSAGE.search(text) is None
    )


def _is_close(sign: str) -> bool:
    """Return whether a separator between label and value is an assignment sign, not a word."""
    return sign in (":", "=>", "->", "→", "⇒", ">", ",", "::") or sign.endswith("=")


def _ends_line(value: AssignedValue) -> bool:
    return value.quoted or _ENDS.match(value.rest) is not None


def _ends_number(rest: str) -> bool:
    return (
        re.match(r"[ \t]*(?:$|[,;|)/.(#*!?\"'`<、。，]|[-–—] |and\b|und\b|et\b|y\b|for\b|für\b)", rest)
        is not None
    )
