"""The settings of git that say what it ignores, read without running git."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from rnnchat.text.notes.ignore.wildmatch import Wildmatch

_MAXIMUM_BYTES = 2**20
"""How much of a settings file is read."""
_MAXIMUM_DEPTH = 10
"""How many includes are followed from one file to the next, as in git."""
_SECTION = re.compile(r'\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_SETTING = re.compile(r"([A-Za-z][\w-]*)\s*(?:=\s*(.*))?\Z")
_TRUE = ("true", "yes", "on")
_NUMBER = re.compile(r"[-+]?0*[1-9]\d*[kmg]?\Z", re.I)


def excludes_file(root: Path) -> Path | None:
    """Return the user's own ignore file, as the repository at `root` sees it.

    It is ``core.excludesFile`` of the settings of the repository, the user or the system, or of the files
    that those include; otherwise ``git/ignore`` in the user's configuration folder.
    """
    named = _setting("excludesfile", root)
    try:
        if named:
            path = Path(named).expanduser()
            return path if path.is_absolute() else root / path
        folder = _configuration()
        return None if folder is None else folder / "ignore"
    except RuntimeError:  # an unknown user after ~
        return None


def exclude_of(root: Path) -> Path | None:
    """Return the repository's ``info/exclude``, which has ignore rules, too."""
    git = _git_folder(root)
    return None if git is None else git / "info" / "exclude"


def ignores_case(root: Path) -> bool:
    """Return whether patterns ignore case in the repository at `root`."""
    return _is_true(_setting("ignorecase", root))


def _configuration() -> Path | None:
    """Return the folder of the user's git settings."""
    chosen = os.environ.get("XDG_CONFIG_HOME")
    try:
        return (Path(chosen) if chosen else Path.home() / ".config") / "git"
    except RuntimeError:
        return None


def _own_folder(root: Path) -> Path | None:
    """Return the folder that ``.git`` is, or that the file ``.git`` of a work tree names."""
    git = root / ".git"
    if git.is_dir():
        return git
    text = _text(git)
    if not text.startswith("gitdir:"):
        return None
    return root / text.removeprefix("gitdir:").strip()


def _git_folder(root: Path) -> Path | None:
    """Return the folder of a repository's settings, which all of its work trees share."""
    git = _own_folder(root)
    common = _text(git / "commondir").strip() if git is not None else ""
    return git / common if git is not None and common else git


def _setting(name: str, root: Path) -> str | None:
    """Return the value of ``core.NAME``, from the most specific file that sets it; None if none does."""
    files = [] if os.environ.get("GIT_CONFIG_NOSYSTEM") else [Path("/etc/gitconfig")]
    configuration = _configuration()
    if configuration is not None:
        files.append(configuration / "config")
    with contextlib.suppress(RuntimeError):
        files.append(Path.home() / ".gitconfig")
    found: dict[str, str] = {}
    for file in files:
        found |= _settings(file, root)
    git = _git_folder(root)
    if git is not None:
        found |= _settings(git / "config", root)
        own = _own_folder(root)
        if own is not None and _is_true(found.get("extensions.worktreeconfig")):
            found |= _settings(own / "config.worktree", root)
    return found.get(f"core.{name}")


def _is_true(value: str | None) -> bool:
    return value is not None and (value.lower() in _TRUE or bool(_NUMBER.match(value)))


def _settings(file: Path, root: Path, depth: int = 0) -> dict[str, str]:
    """Return the settings of a file and of the files it includes, for the repository at `root`."""
    values: dict[str, str] = {}
    section = named = ""
    text = _text(file).removeprefix("\udcef\udcbb\udcbf").removeprefix("\ufeff")
    for line in text.replace("\r\n", "\n").replace("\\\n", "").split("\n"):
        rest = line.strip()
        if rest.startswith("["):
            found = _SECTION.match(rest)
            section = found[1].lower() if found else ""
            named = re.sub(r"\\(.)", r"\1", found[2] or "") if found else ""
            rest = rest[found.end() :].strip() if found else ""
        setting = _SETTING.match(rest)
        if setting is None:
            continue
        # Without an equals sign the value is true; with nothing after that sign it is not.
        name, value = setting[1].lower(), "true" if setting[2] is None else _value(setting[2])
        values[f"{section}.{name}"] = value
        includes = section == "include" or (section == "includeif" and _applies(named, file, root))
        if includes and name == "path" and depth < _MAXIMUM_DEPTH:
            values |= _settings(_beside(value, file), root, depth + 1)
    return values


def _beside(named: str, file: Path) -> Path:
    """Return the path that the settings in `file` name."""
    try:
        return file.parent / Path(named).expanduser()
    except RuntimeError:  # an unknown user after ~
        return file.parent / named


def _applies(condition: str, file: Path, root: Path) -> bool:
    """Return whether a conditional include applies to the repository at `root`."""
    kind, _, pattern = condition.partition(":")
    git = _own_folder(root)
    if kind not in ("gitdir", "gitdir/i") or git is None or not pattern:
        return False
    if pattern.startswith(("~/", "./")):
        slash = "/" if pattern.endswith("/") else ""
        pattern = f"{_beside(pattern, file)}{slash}"
    elif not pattern.startswith("/"):
        pattern = f"**/{pattern}"
    pattern += "**" if pattern.endswith("/") else ""
    compiled = Wildmatch(os.fsencode(pattern), is_path=True, ignore_case=kind.endswith("/i"))
    return any(compiled.matches(os.fsencode(path)) for path in (git.absolute(), git.resolve()))


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
    """Return a small file's text; an empty string where it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return os.fsdecode(file.read(_MAXIMUM_BYTES))
    except (OSError, ValueError):
        return ""
