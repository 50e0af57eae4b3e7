"""What git ignores: the ``.gitignore`` files of a repository and the user's own, read as git reads them."""

from __future__ import annotations

import os
import stat
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnchat.text.notes.ignore.wildmatch import SPECIAL, Wildmatch

NAME = ".gitignore"
GIT = ".git"
"""The folder or file that marks the root of a repository."""
MAXIMUM_BYTES = 16 * 2**20
"""The largest ignore file, in bytes, that is read."""
_SLASH = b"/"


class UnreadableRulesError(Exception):
    """An ignore file cannot be read; the message is the reason."""


class Rule:
    """One line of an ignore file."""

    def __init__(self, line: bytes, *, ignore_case: bool = False) -> None:
        self.is_negative = line.startswith(b"!")
        """Whether it includes again what an earlier line ignores."""
        pattern = line[1:] if self.is_negative else line
        self.is_for_folders = pattern.endswith(_SLASH)
        """Whether it matches only folders."""
        pattern = pattern[:-1] if self.is_for_folders else pattern
        self.is_for_names = _SLASH not in pattern
        """Whether it is compared with the name alone, in any folder."""
        # git compares the part before the first special byte literally, and the rest as a separate
        # pattern; so `a**/b` also matches `ax/y/b`.
        plain = next((place for place, byte in enumerate(pattern) if byte in SPECIAL), len(pattern))
        if not self.is_for_names and pattern.startswith(_SLASH):
            pattern, plain = pattern[1:], plain - 1
        self._fold = bytes.lower if ignore_case else bytes
        self.start = self._fold(pattern[:plain])
        self._ending: bytes | None = None
        self._rest: Wildmatch | None = None
        rest = pattern[plain:]
        is_ending = not plain and rest[:1] == b"*" and not any(byte in SPECIAL for byte in rest[1:])
        if self.is_for_names and is_ending:
            self._ending = self._fold(rest[1:])
        elif rest:
            self._rest = Wildmatch(rest, is_path=not self.is_for_names, ignore_case=ignore_case)

    @property
    def is_plain_name(self) -> bool:
        """Whether it matches one name and nothing else."""
        return self.is_for_names and self._rest is None and self._ending is None

    def matches(self, path: bytes, is_folder: bool) -> bool:
        """Return whether the line matches `path`, which is relative to the folder of its ignore file."""
        if self.is_for_folders and not is_folder:
            return False
        name = self._fold(path.rsplit(_SLASH, 1)[-1] if self.is_for_names else path)
        if self._ending is not None:
            return name.endswith(self._ending)
        if self._rest is None:
            return name == self.start
        return name.startswith(self.start) and self._rest.matches(name[len(self.start) :])


class Rules:
    """The lines of one ignore file; the last that matches decides."""

    def __init__(self, data: bytes, *, ignore_case: bool = False) -> None:
        self._fold = bytes.lower if ignore_case else bytes
        self._set([Rule(line, ignore_case=ignore_case) for line in _lines(data)])

    def _set(self, rules: list[Rule]) -> None:
        self._rules = rules
        # Plain names are looked up in a dictionary, so that thousands of them cost no time.
        self._names: dict[bytes, list[tuple[int, Rule]]] = {}
        self._others: list[tuple[int, Rule]] = []
        for number, rule in enumerate(rules):
            known = self._names.setdefault(rule.start, []) if rule.is_plain_name else self._others
            known.append((number, rule))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def decide(self, path: bytes, is_folder: bool) -> bool | None:
        """Return whether `path` is ignored; None where no line matches it."""
        best, decision = -1, None
        name = self._fold(path.rsplit(_SLASH, 1)[-1])
        for known in (self._names.get(name, ()), self._others):
            for number, rule in reversed(known):
                if number < best:
                    break
                if rule.matches(path, is_folder):
                    best, decision = number, not rule.is_negative
                    break
        return decision

    def without_rules_for(self, folders: list[bytes]) -> Rules:
        """Return the lines except those that ignore one of `folders`."""
        kept = Rules(b"")
        kept._fold = self._fold
        kept._set(
            [
                rule
                for rule in self._rules
                if rule.is_negative or not any(rule.matches(folder, True) for folder in folders)
            ]
        )
        return kept


@dataclass(frozen=True)
class Ignores:
    """The ignore files that apply in a folder; a later one overrides those before it."""

    parts: tuple[bytes, ...] = ()
    """The folder's path, as names, relative to the folder of the first file."""
    files: tuple[tuple[int, Rules], ...] = ()
    """Each ignore file, with the number of `parts` that lead to its folder."""
    ignore_case: bool = False

    def entering(self, name: bytes) -> Ignores:
        """Return what applies in the subfolder `name`, without that folder's own file."""
        return Ignores((*self.parts, name), self.files, self.ignore_case)

    def reading(self, folder: Path) -> Ignores:
        """Return what applies with this folder's own file; `folder` is its path.

        Raises UnreadableRulesError where it has one that cannot be read.
        """
        data = _read(folder / NAME, follow=False)
        return self._adding(Rules(data, ignore_case=self.ignore_case)) if data else self

    def reading_repository(self, folder: Path) -> Ignores:
        """Return what applies in the root of a repository, `folder`, without its ``.gitignore``.

        These are the user's own ignore file and the repository's ``info/exclude``. Raises
        UnreadableRulesError.
        """
        from rnnchat.text.notes.ignore.gitconfig import exclude_of, excludes_file, ignores_case

        found = Ignores(self.parts, self.files, ignores_case(folder))
        for path in (excludes_file(folder), exclude_of(folder)):
            data = _read(path, follow=True) if path is not None else b""
            found = found._adding(Rules(data, ignore_case=found.ignore_case))
        return found

    def _adding(self, rules: Rules) -> Ignores:
        if not rules:
            return self
        return Ignores(self.parts, (*self.files, (len(self.parts), rules)), self.ignore_case)

    def ignores(self, name: bytes, is_folder: bool) -> bool:
        """Return whether the entry `name` of this folder is ignored."""
        path = b""
        depth = -1
        for above, rules in reversed(self.files):
            if above != depth:
                depth, path = above, _SLASH.join((*self.parts[above:], name))
            decision = rules.decide(path, is_folder)
            if decision is not None:
                return decision
        return False


def rules_above(folder: Path) -> Ignores:
    """Return the rules for `folder`, which the user named, from the repository that it is in.

    They are the user's own ignore file, the repository's ``info/exclude``, and the ``.gitignore`` files of
    the folders above it. A line that ignores `folder` itself or a folder above it does not apply, as the user
    named it all the same. Raises UnreadableRulesError.
    """
    root = repository_of(folder)
    if root is None:
        return Ignores()
    found = Ignores().reading_repository(root)
    parts = [os.fsencode(part) for part in folder.relative_to(root).parts]
    place = root
    for part in parts:
        found = found.reading(place).entering(part)
        place = place / os.fsdecode(part)
    files = tuple(
        (
            depth,
            rules.without_rules_for(
                [_SLASH.join(parts[depth:end]) for end in range(depth + 1, len(parts) + 1)]
            ),
        )
        for depth, rules in found.files
    )
    return Ignores(found.parts, files, found.ignore_case)


def repository_of(folder: Path) -> Path | None:
    """Return the root of the repository that `folder` is in; None where it is in none.

    A ``.git`` folder without a HEAD is not one for git, which looks further up; where there is no other, it
    counts.
    """
    likely = None
    for place in (folder, *folder.parents):
        try:
            mode = (place / GIT).stat().st_mode
            is_whole = stat.S_ISREG(mode) or (stat.S_ISDIR(mode) and os.path.lexists(place / GIT / "HEAD"))
        except (OSError, ValueError):
            continue
        if is_whole:
            return place
        if stat.S_ISDIR(mode):
            likely = place
    return likely


def _read(path: Path, *, follow: bool) -> bytes:
    """Return the contents of an ignore file, or nothing; git follows no symbolic link to a .gitignore."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    try:
        status = path.stat() if follow else path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return b""
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(MAXIMUM_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        if follow and not _can_reach(path):
            return b""  # as git does where it has no access to the folder
        raise UnreadableRulesError(f"cannot be read ({(error.strerror or 'error').lower()})") from None
    if len(data) > MAXIMUM_BYTES:
        raise UnreadableRulesError(f"is larger than {MAXIMUM_BYTES // 2**20} MB")
    return data


def _can_reach(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _lines(data: bytes) -> Iterator[bytes]:
    """Yield the patterns of an ignore file."""
    for line in data.removeprefix(BOM_UTF8).split(b"\n"):
        if line and not line.startswith(b"#"):
            pattern = line.removesuffix(b"\r").split(b"\0", 1)[0]
            pattern = _without_trailing_spaces(pattern)
            if pattern not in (b"", b"!"):
                yield pattern


def _without_trailing_spaces(line: bytes) -> bytes:
    """Return `line` without the spaces at its end, except one after a backslash."""
    kept = line.rstrip(b" ")
    if kept == line:
        return line
    escapes = len(kept) - len(kept.rstrip(b"\\"))
    return kept + b" " if escapes % 2 else kept
