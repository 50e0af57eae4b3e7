"""What is printed, made safe for a terminal: text loses what could steer it, JSON spells it as escapes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

# What JSON leaves as it is and a terminal may obey, or not show: DEL and C1, what turns the direction of
# writing around or takes no room, further ends of a line, halves of surrogates, and tags. C0 JSON escapes.
# The expressions are compiled when they are first needed, which is not when a command starts.
_IN_JSON = (
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SURROGATE = "[\ud800-\udfff]"
_LINE_ENDS = "[\u2028\u2029]"


def visible(text: str) -> str:
    """Return `text` as a terminal may show it.

    Escape sequences, control characters and changes of direction are left out. A byte of a name that is not
    UTF-8 is spelled, such as ``\\xe9``.
    """
    from rnnchat.text.notes.clean import sanitize

    return re.sub(_LINE_ENDS, "\n", sanitize(re.sub(_SURROGATE, _spell, text)))


def as_json_line(value: Mapping[str, Any], *, ascii_only: bool = False) -> str:
    """Return `value` as JSON in one line that a terminal may show, from which it can be read unchanged.

    What JSON has no number for (NaN, infinity) becomes null.
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
    """Return a half of a surrogate as the byte that it stands for in a name, else by its number."""
    code = ord(match.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _escape(match: re.Match[str]) -> str:
    """Return a character as JSON may spell it: one or two units of UTF-16."""
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
