"""Where things are kept."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from rnnchat.errors import PathError, StorageError, from_os_error

LONGEST_NAME = 255
"""In bytes, what file systems take at most; some take less."""
LONGEST_PATH = 4095
"""In bytes."""
LONGEST_SHOWN = 80
"""In characters, of what is told again in a message."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE_ADDRESS = re.compile(r"file:(?://(?P<host>[^/]*))?(?P<path>/.*)", re.I | re.S)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_ESCAPED = re.compile(r"\\([\x00-\x2e\x3a-\x40\x5b-\x60\x7b-\x7f])")
"""A backslash before what is neither a letter, a figure nor a slash, as terminals write a dropped path."""
_SEVERAL = re.compile(r"(?:/|~|file:).*?(?<!\\)\s(?:/\S|~/|file:/|['\"]/)", re.I | re.S)
_QUOTES = {"'": "'", '"': '"', "‘": "’", "“": "”"}


@dataclass(frozen=True)
class Paths:
    """The three folders everything is kept in; nothing is written anywhere else."""

    data: Path
    """Saved models, chats, drafts and the bin for deleted models."""
    config: Path
    """Settings."""
    state: Path
    """Trainings under way and the log of errors."""

    @classmethod
    def from_environment(cls) -> Paths:
        """Return the folders of this person, or those in ``RNNCHAT_HOME`` where it is set."""
        home = os.environ.get("RNNCHAT_HOME")
        if home:
            try:
                root = parse_argument(home)
            except PathError as error:
                raise PathError(error.message, "It stands in RNNCHAT_HOME: set that to a folder.") from None
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
        if any(folder.parts[:1] == ("~",) for folder in folders):  # as earlier platformdirs answer then
            raise _without_home()
        return cls(*map(_absolute, folders))

    @classmethod
    def under(cls, home: Path) -> Paths:
        """Return the three folders within the folder `home`."""
        return cls(home / "data", home / "config", home / "state")

    @property
    def models(self) -> Path:
        """The folder of saved models, one folder a model."""
        return self.data / "models"

    @property
    def bin(self) -> Path:
        """The folder of deleted models, until they are restored or forgotten."""
        return self.data / "bin"

    @property
    def runs(self) -> Path:
        """The folder of trainings, one folder a run."""
        return self.state / "runs"

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
    def log(self) -> Path:
        """The log of unforeseen errors, without what was written or read."""
        return self.state / "errors.log"


def parse_path(text: str) -> Path:
    """Return the absolute path that a person means by `text`, typed, pasted or dropped.

    Taken off are blanks around it, quotes, and the backslashes and percent signs that terminals and file
    managers write; ``~`` and ``~user`` stand for home folders. What exists as it is typed is meant as it is
    typed. Raises PathError where it can be no path.
    """
    typed = text.strip()
    if not typed:
        raise PathError("No path is given.", "Type the path of a file or folder, such as ~/notes.")
    if _exists(typed):
        return _checked(typed)
    plain = _unquoted(typed)
    if plain == typed:
        if _SEVERAL.match(typed) or "\n" in typed:
            raise PathError("These are several paths.", "Give one after the other.")
        plain = _ESCAPED.sub(r"\1", typed)
    if not plain.strip():
        raise PathError("No path is given.", "Type the path of a file or folder, such as ~/notes.")
    return parse_argument(plain)


def parse_argument(argument: str) -> Path:
    """Return the absolute path that a word of the command line means, which its shell has unquoted already.

    ``~``, ``~user`` and ``file:///`` are understood, too. Raises PathError where it can be no path.
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
            f"{_cut(argument)} is an address, and no file.", "Name a file or folder on this computer."
        )
    return _checked(argument)


def home_folder() -> Path:
    """Return the person's own folder; raise PathError where neither HOME nor the system knows it."""
    return _absolute(Path(_with_home("~")))


def start_folder() -> Path:
    """Return where a choice of files begins: the folder one is in, the home folder, or the root of all."""
    for known in (Path.cwd, home_folder):
        with contextlib.suppress(OSError, PathError):
            return known()
    return Path("/")


def shortened_path(path: str, *, nearby: bool = False) -> str:
    """Return a path with ``~`` in the place of the person's own folder.

    What is `nearby`, below the folder one is in, is told from there.
    """
    if nearby:
        with contextlib.suppress(OSError, ValueError):
            return str(Path(path).relative_to(Path.cwd()))
    try:
        return f"~/{Path(path).relative_to(home_folder())}"
    except (PathError, ValueError):
        return path


def _without_home() -> PathError:
    return PathError("Your home folder is not known.", "Set HOME, or RNNCHAT_HOME, or name the path in full.")


def _cut(text: str) -> str:
    """Return `text` short enough to stand in a message."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _exists(text: str) -> bool:
    """Whether there is something of this very name; a lone ``~`` is the home folder whatever there is."""
    try:
        return text.split("/", 1)[0] != "~" and os.path.lexists(text)
    except (OSError, ValueError):
        return False


def _unquoted(text: str) -> str:
    """Return `text` without the quotes around it, if there are any."""
    if len(text) < 2 or _QUOTES.get(text[0]) != text[-1]:
        return text
    try:
        words = shlex.split(text) if text[0] in "'\"" else [text[1:-1]]
    except ValueError:
        words = [text[1:-1]]
    if len(words) > 1:
        raise PathError("These are several paths.", "Give one after the other.")
    return "".join(words)


def _with_home(text: str) -> str:
    """Return `text` with the folder that its ``~`` or ``~user`` stands for."""
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
            f"There is no user called {_cut(name)}.",
            f"A file whose name begins with ~ is written ./{_cut(text)}.",
        )
    if not home:
        raise _without_home()
    return home.rstrip("/") + slash + rest or "/"


def _from_address(address: re.Match[str]) -> str:
    """Return the path of a ``file:///`` address."""
    host = (address["host"] or "").lower()
    if host not in ("", "localhost", os.uname().nodename.lower()):
        raise PathError(f"{_cut(address[0])} is on another computer.", "Name a file or folder on this one.")
    try:
        path = address["path"].encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return address["path"]
    return os.fsdecode(_PERCENT.sub(lambda found: bytes([int(found[1], 16)]), path))


def _checked(text: str) -> Path:
    """Return the absolute path `text`; raise PathError where no file system takes it."""
    if "\0" in text:
        raise PathError("No path holds a NUL character.", "Type the path again.")
    path = _absolute(Path(re.sub("^//+", "/", text)))
    try:
        longest, whole = max(len(os.fsencode(part)) for part in path.parts), len(os.fsencode(path))
    except UnicodeEncodeError:
        raise PathError(
            "The path holds characters that no file's name can have here.",
            "Type it again, or rename the file.",
        ) from None
    if longest > LONGEST_NAME:
        raise PathError(
            f"The name is too long: it has {longest:,} bytes, and {LONGEST_NAME} are the most.",
            "Choose a shorter one.",
        )
    if whole > LONGEST_PATH:
        raise PathError(
            f"The path is too long: it has {whole:,} bytes, and {LONGEST_PATH:,} are the most.",
            "Choose a folder less deep.",
        )
    return path


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except OSError:
        raise PathError(
            "The folder you are in no longer exists.", "Go to another folder, and try again."
        ) from None


def make_private(folder: Path) -> Path:
    """Create `folder` and its missing parents, readable by nobody else (0700), and return it."""
    try:
        missing = [p for p in (folder, *folder.parents) if not p.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
    except (NotADirectoryError, FileExistsError) as error:
        raise StorageError(
            f"{folder} cannot be a folder: a part of that path is a file.",
            "`rnnchat where` shows the folders in use; RNNCHAT_HOME sets others.",
        ) from error
    except OSError as error:
        raise from_os_error(error, f"creating the folder {folder}") from error
    return folder


def shipped_models() -> Path:
    """Return the folder of the models that come with rnnchat."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent / "models"
