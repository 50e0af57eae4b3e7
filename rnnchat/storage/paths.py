"""The folders in use, and the paths that a person types."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import PathError, StorageError, from_os_error

MAXIMUM_NAME = 255
"""The name of a file has at most this many bytes on common file systems."""
MAXIMUM_PATH = 4095
"""A path has at most this many bytes on Linux."""
MAXIMUM_SHOWN = 80
"""A message repeats at most this many characters of what was typed."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
"""Matches the beginning of a URL."""
_FILE_ADDRESS = re.compile(r"file:(?://(?P<host>[^/]*))?(?P<path>/.*)", re.I | re.S)
"""Matches a ``file:`` URL."""
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
"""Matches one percent-encoded byte."""
_ESCAPED = re.compile(r"\\([\x00-\x2e\x3a-\x40\x5b-\x60\x7b-\x7f])")
"""A backslash before anything but a letter, digit or slash: terminals escape a dropped path in this way."""
_SEVERAL = re.compile(r"(?:/|~|file:).*?(?<!\\)\s(?:/\S|~/|file:/|['\"]/)", re.I | re.S)
"""Matches two or more paths that were dropped together."""
_QUOTES = {"'": "'", '"': '"', "‘": "’", "“": "”"}
"""The closing quotation mark for each opening one."""


@dataclass(frozen=True)
class Paths:
    """The three folders in which rnnchat keeps everything; it writes nowhere else."""

    data: Path
    """Saved models, chats, drafts and the bin for deleted models."""
    config: Path
    """Settings."""
    state: Path
    """Runs and the log of unexpected errors."""

    @classmethod
    def from_environment(cls) -> Paths:
        """Return the folders of this person, or those in ``RNNCHAT_HOME`` where it is set."""
        home = os.environ.get("RNNCHAT_HOME")
        if home:
            try:
                root = parse_argument(home)
            except PathError as error:
                raise PathError(
                    error.message, "The environment variable RNNCHAT_HOME has this value: set it to a folder."
                ) from None
            return cls.under(root)
        import platformdirs

        try:
            folders = (
                platformdirs.user_data_path("rnnchat", appauthor=False),
                platformdirs.user_config_path("rnnchat", appauthor=False),
                platformdirs.user_state_path("rnnchat", appauthor=False),
            )
        except RuntimeError:
            raise _without_home() from None
        if any(folder.parts[:1] == ("~",) for folder in folders):  # from older platformdirs
            raise _without_home()
        return cls(*map(_absolute, folders))

    @classmethod
    def under(cls, home: Path) -> Paths:
        """Return the three folders within the folder `home`."""
        return cls(home / "data", home / "config", home / "state")

    @property
    def models(self) -> Path:
        """The folder of saved models, which holds a folder for each model."""
        return self.data / "models"

    @property
    def bin(self) -> Path:
        """The folder of deleted models, which can be restored for some time."""
        return self.data / "bin"

    @property
    def runs(self) -> Path:
        """The folder of runs, which holds a folder for each run."""
        return self.state / "runs"

    @property
    def translation_runs(self) -> Path:
        """The folder of the trainings of translators, which holds a folder for each."""
        return self.state / "translation-runs"

    @property
    def indexes(self) -> Path:
        """The folder of the indexes of notes that were asked; they are built anew where they are missing."""
        return self.state / "indexes"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.json"

    @property
    def chats(self) -> Path:
        """The database of chats."""
        return self.data / "chats.sqlite3"

    @property
    def drafts(self) -> Path:
        """The database of drafts."""
        return self.data / "drafts.sqlite3"

    @property
    def writer_history(self) -> Path:
        """The database of words used in earlier drafts."""
        return self.data / "writer-history.sqlite3"

    @property
    def log(self) -> Path:
        """The log of unexpected errors, see `log.py`."""
        return self.state / "errors.log"


def parse_path(text: str) -> Path:
    """Return the absolute path that a person means by `text`, which was typed, pasted or dropped.

    Spaces around it, quotes, and the escapes that terminals and file managers write are removed; ``~`` and
    ``~user`` mean home folders. If there is a file of exactly the name that was typed, that file is
    meant. Raises PathError where `text` cannot be a path.
    """
    typed = text.strip()
    if not typed:
        raise PathError("No path is given.", "Type the path of a file or folder, such as ~/notes.")
    if _exists(typed):
        return _checked(typed)
    plain = _unquoted(typed)
    if plain == typed:
        if _SEVERAL.match(typed) or "\n" in typed:
            raise PathError("These are several paths.", "Enter one at a time.")
        plain = _ESCAPED.sub(r"\1", typed)
    if not plain.strip():
        raise PathError("No path is given.", "Type the path of a file or folder, such as ~/notes.")
    return parse_argument(plain)


def parse_argument(argument: str) -> Path:
    """Return the absolute path of an argument of the command line, which the shell has unquoted.

    ``~``, ``~user`` and ``file:///`` addresses are understood. Raises PathError where it cannot be a path.
    """
    if not argument:
        raise PathError("No path is given.", "Name a file or folder, such as ~/notes.")
    if _exists(argument):
        return _checked(argument)
    if argument.startswith("~"):
        return _checked(_with_home(argument))
    address = _FILE_ADDRESS.fullmatch(argument)
    if address is not None and (address["host"] is not None or not address["path"].startswith("//")):
        return _checked(_from_address(address))
    if _ADDRESS.match(argument):
        raise PathError(
            f"{_shortened(argument)} is an address, not a file.", "Name a file or folder on this computer."
        )
    return _checked(argument)


def home_folder() -> Path:
    """Return the person's own folder; raise PathError where neither HOME nor the system knows it."""
    return _absolute(Path(_with_home("~")))


def start_folder() -> Path:
    """Return where choosing a file begins: the current folder, the home folder, or else the root."""
    for known in (Path.cwd, home_folder):
        with contextlib.suppress(OSError, PathError):
            return known()
    return Path("/")


def shortened_path(path: str, *, nearby: bool = False) -> str:
    """Return a path with ``~`` in place of the home folder.

    With `nearby`, a path below the current folder is relative to it.
    """
    if nearby:
        with contextlib.suppress(OSError, ValueError):
            return str(Path(path).relative_to(Path.cwd()))
    try:
        return f"~/{Path(path).relative_to(home_folder())}"
    except (PathError, ValueError):
        return path


def brief_path(path: str, most: int = 40) -> str:
    """Return a path for a list: its last folder and its name where the whole has more than `most` characters.

    Where these are still longer, the end of the name is cut off.
    """
    shown = shortened_path(path)
    if len(shown) > most:
        shown = "/".join(Path(path).parts[-2:])
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _without_home() -> PathError:
    return PathError("Your home folder is unknown.", "Set HOME or RNNCHAT_HOME, or give the full path.")


def _shortened(text: str) -> str:
    """Return `text` shortened for a message."""
    return text if len(text) <= MAXIMUM_SHOWN else f"{text[: MAXIMUM_SHOWN - 1]}…"


def _exists(text: str) -> bool:
    """Return whether there is a file of exactly this name; ``~`` alone always means the home folder."""
    try:
        return text.split("/", 1)[0] != "~" and os.path.lexists(text)
    except (OSError, ValueError):
        return False


def _unquoted(text: str) -> str:
    """Return `text` without the quotes around it."""
    if len(text) < 2 or _QUOTES.get(text[0]) != text[-1]:
        return text
    try:
        words = shlex.split(text) if text[0] in "'\"" else [text[1:-1]]
    except ValueError:
        words = [text[1:-1]]
    if len(words) > 1:
        raise PathError("These are several paths.", "Enter one at a time.")
    return "".join(words)


def _with_home(text: str) -> str:
    """Return `text` with its ``~`` or ``~user`` replaced by the home folder."""
    name, slash, rest = text[1:].partition("/")
    home = "" if name else os.environ.get("HOME", "")
    if not home:
        try:
            import pwd

            home = (pwd.getpwnam(name) if name else pwd.getpwuid(os.getuid())).pw_dir
        except (ImportError, KeyError, ValueError, OSError):
            pass
    if not home and name:
        raise PathError(
            f"There is no user called {_shortened(name)}.",
            f"Write ./{_shortened(text)} if the name of a file begins with ~.",
        )
    if not home:
        raise _without_home()
    return home.rstrip("/") + slash + rest or "/"


def _from_address(address: re.Match[str]) -> str:
    """Return the path of a ``file:///`` address."""
    host = (address["host"] or "").lower()
    if host not in ("", "localhost", os.uname().nodename.lower()):
        raise PathError(f"{_shortened(address[0])} is on another computer.", "Name a file on this one.")
    try:
        path = address["path"].encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return address["path"]
    return os.fsdecode(_PERCENT.sub(lambda found: bytes([int(found[1], 16)]), path))


def _checked(text: str) -> Path:
    """Return the absolute path `text`; raise PathError where no file system accepts it."""
    if "\0" in text:
        raise PathError("A path cannot contain a NUL character.", "Type the path again.")
    path = _absolute(Path(re.sub("^//+", "/", text)))
    try:
        longest, whole = max(len(os.fsencode(part)) for part in path.parts), len(os.fsencode(path))
    except UnicodeEncodeError:
        raise PathError(
            "The path has characters that cannot be in a file name on this computer.",
            "Type it again, or rename the file.",
        ) from None
    if longest > MAXIMUM_NAME:
        raise PathError(
            f"The name is too long: it has {longest:,} bytes; at most {MAXIMUM_NAME} are possible.",
            "Choose a shorter one.",
        )
    if whole > MAXIMUM_PATH:
        raise PathError(
            f"The path is too long: it has {whole:,} bytes; at most {MAXIMUM_PATH:,} are possible.",
            "Choose a folder that is nested less deeply.",
        )
    return path


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except OSError:
        raise PathError(
            "The current folder no longer exists.", "Go to another folder, and try again."
        ) from None


def make_private(folder: Path) -> Path:
    """Create `folder` and its missing parents, accessible to this person only (0700), and return it."""
    try:
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
    except (NotADirectoryError, FileExistsError) as error:
        raise StorageError(
            f"The folder {folder} cannot be created: a part of that path is a file.",
            "`rnnchat where` shows the folders in use; RNNCHAT_HOME sets another one.",
        ) from error
    except OSError as error:
        raise from_os_error(error, f"creating the folder {folder}") from error
    return folder


def shipped_models() -> Path:
    """Return the folder of the models that are shipped with rnnchat."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent / "models"
