"""Which files under some paths are notes, and why the others are not."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from rnnchat.errors import NotesError, PathError
from rnnchat.library.paths import home_folder, parse_argument

MAXIMUM_BYTES = 64 * 2**20
"""A larger file is a data set, not a note."""

TEXT_SUFFIXES = frozenset(
    (
        ".md .markdown .mdown .mdx .qmd .rmd .txt .text .org .rst .adoc .asciidoc .tex .wiki .textile "
        ".norg .typ .vimwiki .zim .log .eml .mbox .srt .vtt .fountain .bib .csv .tsv .json .jsonl .yaml "
        ".yml .toml .ini .cfg .html .htm .xml .py .js .ts .rb .go .rs .c .h .cpp .java .sh .sql .lua "
        ".vim .el .lisp .hs .pl .php .css .r .jl .swift .kt .scala .ex .exs .clj"
    ).split()
)
PROSE_SUFFIXES = frozenset(
    (
        ".md .markdown .mdown .mdx .qmd .rmd .txt .text .org .rst .adoc .asciidoc .tex .wiki .textile "
        ".norg .typ .vimwiki .zim .eml .fountain"
    ).split()
)
"""What a folder is searched for; a file named by itself may be any text."""

DOCUMENT_SUFFIXES = frozenset((".doc .docx .odt .rtf .pdf .epub .pages .ppt .pptx .xls .xlsx .ods").split())
SECRET_SUFFIXES = frozenset((".pem .key .p12 .pfx .kdbx .gpg .asc .keychain .jks .ppk").split())
SECRET_NAMES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pgpass", ".htpasswd")
IGNORED_FOLDERS = frozenset(
    ("node_modules __pycache__ venv site-packages vendor target build dist Library AppData Trash").split()
)


@dataclass(frozen=True)
class Candidate:
    """A file that may be a note, with the name it has in the corpus and its size in bytes."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is not read, and why."""

    path: Path
    reason: str


def walk(paths: Iterable[Path]) -> Iterator[Candidate | Skipped]:
    """Yield every file under `paths` once, in a stable order, as a candidate or as skipped.

    Symbolic links are never followed, so loops cannot catch it and nothing outside is read.
    Raises NotesError for a path that does not exist, and for the home folder itself.
    """
    seen: set[tuple[int, int]] = set()
    for given in paths:
        path = parse_argument(str(given))
        try:
            status = path.stat()
        except FileNotFoundError:
            raise NotesError(f"There is nothing at {given}.", "Check the spelling of the path.") from None
        except OSError as error:
            raise NotesError(f"{given} cannot be read: {error.strerror}.", "Check its permissions.") from None
        # A link that the person names is meant; links found inside are not.
        path = path.resolve()
        if path in (_home(), Path(path.anchor)):
            raise NotesError(
                f"{given} holds far more than notes.",
                "Name the folder your notes are in, such as ~/notes or ~/Documents/journal.",
            )
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_folder(path, path, (), seen)
        else:
            yield _judge_file(path, path.name, status, seen, named=True)


def _home() -> Path | None:
    try:
        return home_folder().resolve()
    except (PathError, OSError, RuntimeError):
        return None  # it is nowhere


Ignores = tuple[tuple[Path, GitIgnoreSpec], ...]


def _walk_folder(
    folder: Path, root: Path, ignores: Ignores, seen: set[tuple[int, int]]
) -> Iterator[Candidate | Skipped]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(folder, f"folder cannot be read ({(error.strerror or 'error').lower()})")
        return
    own = _read_gitignore(folder)
    if own is not None:
        ignores = (*ignores, (folder, own))
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink():
            yield Skipped(path, "a link (links are not followed)")
        elif _is_ignored(path, entry.is_dir(follow_symlinks=False), ignores):
            yield Skipped(path, "ignored by .gitignore")
        elif entry.is_dir(follow_symlinks=False):
            if entry.name.startswith("."):
                yield Skipped(path, "hidden folder")
            elif entry.name in IGNORED_FOLDERS:
                yield Skipped(path, "folder of programs, not of notes")
            else:
                yield from _walk_folder(path, root, ignores, seen)
        else:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield Skipped(path, f"cannot be read ({(error.strerror or 'error').lower()})")
                continue
            yield _judge_file(path, path.relative_to(root).as_posix(), status, seen, named=False)


def _judge_file(
    path: Path, name: str, status: os.stat_result, seen: set[tuple[int, int]], named: bool
) -> Candidate | Skipped:
    reason = _reason_to_skip(path, status, named)
    if not reason and (status.st_dev, status.st_ino) in seen:
        reason = "the same file as one already read"
    if reason:
        return Skipped(path, reason)
    seen.add((status.st_dev, status.st_ino))
    return Candidate(path, name, status.st_size)


def _reason_to_skip(path: Path, status: os.stat_result, named: bool) -> str:
    """Return why the file at `path` is not a note, or nothing where it may be one."""
    suffix = path.suffix.lower()
    reason = ""
    if not stat.S_ISREG(status.st_mode):
        reason = "not a regular file (a pipe, socket or device)"
    elif path.name in SECRET_NAMES or suffix in SECRET_SUFFIXES or path.name.startswith(".env"):
        reason = "may hold keys or passwords"
    elif not named and path.name.startswith("."):
        reason = "hidden file"
    elif suffix in DOCUMENT_SUFFIXES:
        reason = f"a {suffix[1:]} document (export it as text or Markdown first)"
    elif not named and suffix and suffix not in PROSE_SUFFIXES:
        reason = (
            "not a notes format (name the file itself to read it)" if suffix in TEXT_SUFFIXES else "not text"
        )
    elif status.st_size == 0:
        reason = "empty"
    elif status.st_size > MAXIMUM_BYTES:
        reason = f"larger than {MAXIMUM_BYTES // 2**20} MB"
    return reason


def _read_gitignore(folder: Path) -> GitIgnoreSpec | None:
    path = folder / ".gitignore"
    if not path.is_file() or path.is_symlink():
        return None
    try:
        return GitIgnoreSpec.from_lines(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except (OSError, ValueError):
        return None


def _is_ignored(path: Path, is_folder: bool, ignores: Ignores) -> bool:
    """Tell whether the ignore files from the root down to `path` leave it out; the deepest decides."""
    ignored = False
    for folder, spec in ignores:
        name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        decision = spec.check_file(name).include
        if decision is not None:
            ignored = decision
    return ignored
