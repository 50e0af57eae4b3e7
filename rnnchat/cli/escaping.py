"""Make output safe for a terminal: text loses its control characters, JSON spells them as escapes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

# Characters that JSON leaves as they are and that a terminal may obey or not show: DEL and C1, changes of
# direction, characters without width, further line ends, lone surrogates, and tags. JSON itself escapes C0.
# The patterns are compiled when they are first needed, so that commands start fast.
_IN_JSON = (
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SURROGATE = "[\ud800-\udfff]"
"""Matches a half of a surrogate pair."""
_LINE_ENDS = "[\u2028\u2029]"
"""Matches the characters that Unicode calls line and paragraph separators."""


def escape_for_terminal(text: str) -> str:
    """Return `text` without anything that a terminal would obey.

    Escape sequences, control characters and changes of direction are removed. A byte of a file name that is
    not UTF-8 is spelled out, such as ``\\xe9``.
    """
    from rnnchat.text.notes.clean import sanitize

    return re.sub(_LINE_ENDS, "\n", sanitize(re.sub(_SURROGATE, _spell, text)))


def to_json_line(value: Mapping[str, Any], *, ascii_only: bool = False) -> str:
    """Return `value` as one line of JSON that is safe for a terminal and can be read back unchanged.

    Numbers that JSON does not have (NaN, infinity) become null.
    """
    text = json.dumps(_finite(value), ensure_ascii=ascii_only, allow_nan=False)
    return text if ascii_only and "\x7f" not in text else re.sub(_IN_JSON, _escape, text)


def _finite(value: Any) -> Any:
    """Return `value` with None in the place of numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value


def _spell(match: re.Match[str]) -> str:
    """Return a half of a surrogate as the byte that it represents in a name, else by its number."""
    code = ord(match.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _escape(match: re.Match[str]) -> str:
    """Return a character as JSON may spell it: one or two units of UTF-16."""
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
