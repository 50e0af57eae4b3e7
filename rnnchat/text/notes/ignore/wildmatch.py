"""The patterns of ``.gitignore``, matched byte for byte as git's wildmatch.c does.

Patterns are not turned into regular expressions, as one with many stars could take exponential time: all
positions in the pattern that may match so far are tracked as the bits of an integer.
"""

from __future__ import annotations

SPECIAL = b"*?[\\"
"""The bytes that have a meaning in a pattern."""
_SLASH = ord("/")
_EVERY = frozenset(range(256))
_CLASSES = {
    b"alnum": frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    b"alpha": frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset((*range(32), 127)),
    b"digit": frozenset(b"0123456789"),
    b"graph": frozenset(range(33, 127)),
    b"lower": frozenset(b"abcdefghijklmnopqrstuvwxyz"),
    b"print": frozenset(range(32, 127)),
    b"punct": frozenset(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    b"space": frozenset(b" \t\n\r\v\f"),
    b"upper": frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    b"xdigit": frozenset(b"0123456789abcdefABCDEF"),
}


class Wildmatch:
    """A compiled pattern.

    With `is_path`, ``*``, ``?`` and classes match no slash, and ``**`` between slashes matches any folders.
    A pattern that is not well formed matches nothing.
    """

    def __init__(self, pattern: bytes, *, is_path: bool, ignore_case: bool = False) -> None:
        self._one: dict[int, frozenset[int]] = {}  # the bytes that a position matches once
        self._loops: dict[int, frozenset[int]] = {}  # the bytes that a star matches repeatedly
        self._skips: dict[int, int] = {}  # the position that is reached without a byte
        self._end = 0
        self._ignore_case = ignore_case
        self._masks: dict[int, tuple[int, int]] = {}
        self.is_valid = self._compile(pattern, is_path)
        self._skipping = sum(1 << place for place in self._skips)

    def matches(self, text: bytes) -> bool:
        """Return whether the pattern matches all of `text`."""
        if not self.is_valid or len(self._one) > len(text) + len(self._skips):
            return False
        places = self._closure(1)
        for byte in text:
            taken, kept = self._masks_of(byte)
            places = self._closure(((places & taken) << 1) | (places & kept))
            if not places:
                return False
        return bool(places >> self._end & 1)

    def _closure(self, places: int) -> int:
        """Add the positions that are reached without a byte."""
        if not places & self._skipping:
            return places
        for place, target in self._skips.items():  # in order, so that one pass is enough
            if places >> place & 1:
                places |= 1 << target | (1 << place + 1)
        return places

    def _masks_of(self, byte: int) -> tuple[int, int]:
        masks = self._masks.get(byte)
        if masks is None:
            same = {byte, *bytes([byte]).swapcase()} if self._ignore_case else {byte}
            masks = (_mask(self._one, same), _mask(self._loops, same))
            self._masks[byte] = masks
        return masks

    def _compile(self, pattern: bytes, is_path: bool) -> bool:
        place = 0
        no_slash = _EVERY - {_SLASH} if is_path else _EVERY
        while place < len(pattern):
            byte = pattern[place]
            if byte == ord("*"):
                place = self._add_stars(pattern, place, no_slash, is_path)
                continue
            if byte == ord("\\"):
                place += 1
                if place == len(pattern):
                    return False
                taken = frozenset((pattern[place],))
            elif byte == ord("?"):
                taken = no_slash
            elif byte == ord("["):
                found = _read_class(pattern, place + 1, self._ignore_case)
                if found is None:
                    return False
                taken, place = found[0] & no_slash, found[1]
            else:
                taken = frozenset((byte,))
            self._add(taken)
            place += 1
        return True

    def _add(self, taken: frozenset[int]) -> None:
        self._one[self._end] = taken
        self._end += 1

    def _add_stars(self, pattern: bytes, place: int, no_slash: frozenset[int], is_path: bool) -> int:
        """Add a run of stars that begins at `place`; return the offset after it."""
        end = place
        while end < len(pattern) and pattern[end] == ord("*"):
            end += 1
        follows = pattern[end : end + 1] in (b"", b"/") or pattern[end : end + 2] == b"\\/"
        any_folders = end - place > 1 and (place == 0 or pattern[place - 1] == _SLASH) and follows
        if is_path and any_folders and pattern[end : end + 1] == b"/":
            # Either nothing at all, or anything up to a slash.
            self._skips[self._end] = self._end + 3
            self._end += 1
            self._add_star(_EVERY)
            self._add(frozenset((_SLASH,)))
            return end + 1
        self._add_star(_EVERY if any_folders else no_slash)
        return end

    def _add_star(self, taken: frozenset[int]) -> None:
        self._loops[self._end] = taken
        self._skips[self._end] = self._end + 1
        self._end += 1


def _mask(places: dict[int, frozenset[int]], same: set[int]) -> int:
    mask = 0
    for place, taken in places.items():
        if not taken.isdisjoint(same):
            mask |= 1 << place
    return mask


def _read_class(pattern: bytes, place: int, ignore_case: bool) -> tuple[frozenset[int], int] | None:
    """Return the bytes that a class matches, and the offset of its ``]``; `place` is after its ``[``.

    None where it is not well formed.
    """
    negated = pattern[place : place + 1] in (b"!", b"^")
    place += negated
    taken: set[int] = set()
    before = 0  # what a range may begin with; 0 where it may not
    first = True
    while first or pattern[place : place + 1] != b"]":
        first = False
        if place >= len(pattern):
            return None
        byte = pattern[place]
        if byte == ord("\\"):
            place += 1
            if place >= len(pattern):
                return None
            before = pattern[place]
            taken.add(before)
        elif byte == ord("-") and before and pattern[place + 1 : place + 2] not in (b"", b"]"):
            place += 1 + (pattern[place + 1] == ord("\\"))
            if place >= len(pattern):
                return None
            taken.update(range(before, pattern[place] + 1))
            before = 0
        elif pattern[place : place + 2] == b"[:" and (end := _end_of_name(pattern, place)):
            named = _CLASSES.get(pattern[place + 2 : end - 1])
            if named is None:
                return None
            taken |= named
            before, place = 0, end
        else:
            taken.add(byte)
            before = byte
        place += 1
    if ignore_case:
        taken.update(bytes(taken).swapcase())
    return frozenset(_EVERY - taken if negated else taken), place


def _end_of_name(pattern: bytes, place: int) -> int:
    """Return the offset of the ``]`` of a named class such as ``[:alpha:]``; 0 where it is not one."""
    end = pattern.find(b"]", place + 2)
    return end if end > place + 2 and pattern[end - 1] == ord(":") else 0
