"""The few settings of git that say what it ignores, read without running git."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

_LARGEST = 2**20
_SECTION = re.compile(r"\[\s*([\w.-]+)\s*\]")
_SETTING = re.compile(r"([A-Za-z][\w-]*)\s*(?:=\s*(.*))?\Z")
_TRUE = ("", "true", "yes", "on", "1")


def excludes_file(root: Path) -> Path | None:
    """Return the person's own ignore file, in the repository at `root`.

    It is ``core.excludesFile`` of the repository's, the person's or the system's settings (files that those
    include are not read), else ``git/ignore`` in the person's configuration folder.
    """
    named = _setting("excludesfile", root)
    try:
        if named:
            path = Path(named).expanduser()
            return path if path.is_absolute() else root / path
        folder = _configuration()
        return None if folder is None else folder / "ignore"
    except RuntimeError:  # ~ of nobody
        return None


def exclude_of(root: Path) -> Path | None:
    """Return the repository's ``info/exclude``, which git ignores by as well."""
    git = _git_folder(root)
    return None if git is None else git / "info" / "exclude"


def ignores_case(root: Path) -> bool:
    """Return whether patterns match whatever the case in the repository at `root`."""
    return (_setting("ignorecase", root) or "false").lower() in _TRUE


def _configuration() -> Path | None:
    """Return the folder of git's settings of this person."""
    chosen = os.environ.get("XDG_CONFIG_HOME")
    try:
        return (Path(chosen) if chosen else Path.home() / ".config") / "git"
    except RuntimeError:
        return None


def _git_folder(root: Path) -> Path | None:
    """Return the folder of a repository's settings; the ``.git`` of a work tree is a file that names it."""
    git = root / ".git"
    if git.is_dir():
        return git
    text = _text(git)
    if not text.startswith("gitdir:"):
        return None
    git = root / text.removeprefix("gitdir:").strip()
    common = _text(git / "commondir").strip()
    return git / common if common else git


def _setting(name: str, root: Path) -> str | None:
    """Return the value of ``core.NAME``, the nearest to the repository; None where it is not set."""
    files = [] if os.environ.get("GIT_CONFIG_NOSYSTEM") else [Path("/etc/gitconfig")]
    configuration = _configuration()
    if configuration is not None:
        files.append(configuration / "config")
    with contextlib.suppress(RuntimeError):
        files.append(Path.home() / ".gitconfig")
    git = _git_folder(root)
    if git is not None:
        files.append(git / "config")
    value = None
    for file in files:
        found = _core(_text(file)).get(name)
        value = value if found is None else found
    return value


def _core(text: str) -> dict[str, str]:
    """Return the settings in the section ``core``."""
    values: dict[str, str] = {}
    is_core = False
    for line in text.removeprefix("\ufeff").replace("\\\n", "").splitlines():
        rest = line.strip()
        if rest.startswith("["):
            section = _SECTION.match(rest)
            is_core = section is not None and section.group(1).lower() == "core"
            rest = rest[section.end() :].strip() if section else ""
        setting = _SETTING.match(rest) if is_core else None
        if setting is not None:
            values[setting.group(1).lower()] = _value(setting.group(2) or "")
    return values


def _value(text: str) -> str:
    """Return a setting's value without quotes and the comment after it."""
    value = ""
    quoted = False
    place = 0
    while place < len(text):
        character = text[place]
        if character == "\\" and place + 1 < len(text):
            place += 1
            value += {"n": "\n", "t": "\t"}.get(text[place], text[place])
        elif character == '"':
            quoted = not quoted
        elif character in "#;" and not quoted:
            break
        else:
            value += character
        place += 1
    return value.strip()


def _text(path: Path) -> str:
    """Return a small file's text; nothing where it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return os.fsdecode(file.read(_LARGEST))
    except (OSError, ValueError):
        return ""
