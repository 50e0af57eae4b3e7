"""The library: the saved models on this machine.

A model is a folder ``models/NAME`` with one folder a version, ``v0001`` and on; the highest is the one
in use. A version is written whole beside the others and renamed into place, so that what is there is
complete. The version before stays for going back.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnchat.errors import ModelError, from_os_error
from rnnchat.library.atomic import remove_unfinished, sha256, sync_folder, write_folder
from rnnchat.library.card import Card
from rnnchat.library.paths import Paths, make_private, shipped_models

if TYPE_CHECKING:  # NumPy takes a tenth of a second that the app's first picture does not have
    import numpy as np
    from numpy.typing import NDArray

CARD = "card.json"
NETWORK = "network.safetensors"
TOKENIZER = "tokenizer.model"
MEMORY = "memory.safetensors"
"""The notes as pieces, sorted for looking up; the model that comes with rnnchat has none."""
MIXTURE = "mixture.safetensors"
"""How network and memory are mixed; a model that has a memory has this too."""
GROUND = "base.safetensors"
"""The network of the base that a model's own was trained from, as it was: it speaks along in the mixture."""
OPTIONAL = (MEMORY, MIXTURE, GROUND)
FINISHED = "finished.json"
"""What tells that a run has made its model; an unfinished run is a person's to resume or discard."""
BASE = "base"
"""The name of the model that comes with rnnchat."""

KEPT_VERSIONS = 2
BIN_DAYS = 30
"""How long a deleted model can be restored."""

_VERSION = re.compile(r"v(\d{4,})\Z")
_NAME = re.compile(r"\w(?:[\w .-]{0,62}\w)?\Z")


@dataclass(frozen=True)
class Entry:
    """A model as the library lists it."""

    name: str
    folder: Path
    card: Card | None
    """None where the model is damaged; ``problem`` then says how."""
    size: int
    """Bytes on disk of the version in use."""
    shipped: bool = False
    problem: str = ""
    versions: int = 1


@dataclass(frozen=True)
class SavedModel:
    """A model read from disk, checked against its card."""

    card: Card
    weights: dict[str, NDArray[np.floating]]
    tokenizer: bytes
    memory: dict[str, NDArray[Any]] | None = None
    mixture: dict[str, NDArray[Any]] | None = None
    ground: dict[str, NDArray[np.floating]] | None = None


class Library:
    """Reads and keeps models; every change is one atomic step."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    # Reading

    def entries(self) -> list[Entry]:
        """Return all models: this person's by name, then those that came with rnnchat."""
        names = self._names()
        entries = [self._entry(name, self._paths.models / name, shipped=False) for name in names]
        shipped = [
            self._entry(folder.name, folder, shipped=True)
            for folder in sorted(shipped_models().glob("*"))
            if folder.is_dir()
        ]
        return entries + shipped

    def find(self, name: str) -> Entry:
        """Return the model called `name`; raise ModelError where there is none."""
        for entry in self.entries():
            if entry.name.casefold() == unicodedata.normalize("NFC", name).casefold():
                return entry
        known = ", ".join(entry.name for entry in self.entries()) or "none yet"
        raise ModelError(f"There is no model called {name!r}.", f"Models here: {known}.")

    def load(self, name: str) -> SavedModel:
        """Read the model called `name`, with every file checked against the card's hashes.

        Raises ModelError where it is missing or damaged. Nothing in a model is ever run.
        """
        entry = self.find(name)
        return load_folder(self._version_in_use(entry.folder, entry.shipped), entry.name)

    def check(self, name: str) -> list[str]:
        """Return what is wrong with the model called `name`, in words; nothing where it is sound."""
        entry = self.find(name)
        problems = []
        for version in [entry.folder] if entry.shipped else _versions(entry.folder):
            try:
                load_folder(version, name)
            except ModelError as error:
                problems.append(f"{version.name}: {error.message}")
        return problems

    # Changing

    def publish(
        self,
        card: Card,
        weights: bytes,
        tokenizer: bytes,
        *,
        optional: Mapping[str, bytes] | None = None,
        name: str | None = None,
    ) -> tuple[Card, int]:
        """Save a new version of the model that `card` names; return the final card and the version.

        `weights` are safetensors; `optional` holds some of the OPTIONAL files. Versions older than the one
        before are removed afterwards.
        """
        own = self.check_name(name or card.name)
        files = {NETWORK: weights, TOKENIZER: tokenizer, **(optional or {})}
        card = replace(card, name=own, files={file: sha256(data) for file, data in files.items()})
        folder = make_private(self._paths.models / own)
        remove_unfinished(folder)
        number = 1 + max((_number(version) for version in _versions(folder)), default=0)
        write_folder(folder / f"v{number:04d}", [*files.items(), (CARD, card.to_json())])
        for old in _versions(folder)[:-KEPT_VERSIONS]:
            _remove(old, self._paths.models)
        return card, number

    def rename(self, name: str, new: str) -> str:
        """Give a model another name and return it as it is now written."""
        entry = self._own(name)
        new = self.check_name(new)
        if new.casefold() != entry.name.casefold():
            self._require_free(new)
        self._move(entry.folder, self._paths.models / new)
        leftover = self._paths.runs / entry.name
        if (leftover / FINISHED).is_file():
            self._move(leftover, self._paths.runs / new)
        return new

    def copy(self, name: str, new: str) -> str:
        """Copy the version in use of a model, shipped ones too, under another name."""
        entry = self.find(name)
        new = self.check_name(new)
        self._require_free(new)
        version = self._version_in_use(entry.folder, entry.shipped)
        saved = load_folder(version, entry.name)
        self._publish_again(replace(saved.card, name=new), version, new)
        return new

    def roll_back(self, name: str) -> int:
        """Make the version before the one in use the newest again; return its new number."""
        entry = self._own(name)
        versions = _versions(entry.folder)
        if len(versions) < 2:
            raise ModelError(f"{entry.name} has no earlier version.", "Each training adds one.")
        old = versions[-2]
        saved = load_folder(old, entry.name)
        return self._publish_again(saved.card, old, entry.name)

    def delete(self, name: str) -> str:
        """Move a model to the bin and return the token that restores it.

        The pieces of its notes, which its last training left for the next, go for good.
        """
        entry = self._own(name)
        make_private(self._paths.bin)
        self._empty_old()
        token = f"{time.time_ns()}-{entry.name}"
        self._move(entry.folder, self._paths.bin / token)
        leftover = self._paths.runs / entry.name
        if (leftover / FINISHED).is_file():
            _remove(leftover, self._paths.runs)
        return token

    def deleted(self) -> list[str]:
        """Return the tokens of deleted models that can be restored, the latest first."""
        if not self._paths.bin.is_dir():
            return []
        tokens = [p.name for p in self._paths.bin.iterdir() if p.name.split("-")[0].isdigit()]
        return sorted(tokens, key=lambda token: -int(token.split("-")[0]))

    def restore(self, token: str) -> str:
        """Bring back a deleted model and return the name it now has."""
        source = self._paths.bin / Path(token).name
        if not source.is_dir():
            raise ModelError("That model is not in the bin any more.", "Deleted models are kept for 30 days.")
        wanted = token.split("-", 1)[1]
        taken = {entry.name.casefold() for entry in self.entries()}
        name, number = wanted, 2
        while name.casefold() in taken:
            name, number = f"{wanted} {number}", number + 1
        self._move(source, self._paths.models / name)
        return name

    def forget(self, token: str) -> None:
        """Remove a deleted model for good."""
        _remove(self._paths.bin / Path(token).name, self._paths.bin)

    def check_name(self, name: str) -> str:
        """Return `name` as a model may be called; raise ModelError with what is allowed."""
        name = unicodedata.normalize("NFC", name.strip())
        if not _NAME.match(name):
            raise ModelError(
                f"A model cannot be called {name!r}.",
                "Use up to 64 letters, digits, spaces, dots and dashes, with a letter or digit at both ends.",
            )
        if any(folder.name == name.casefold() for folder in shipped_models().glob("*")):
            raise ModelError(
                f"{name} is the name of a model that comes with rnnchat.", "Choose another name."
            )
        return name

    # Helpers

    def _publish_again(self, card: Card, version: Path, name: str) -> int:
        """Save the files of a version, checked before, as the newest version of the model `name`."""
        weights, tokenizer = ((version / file).read_bytes() for file in (NETWORK, TOKENIZER))
        optional = {file: (version / file).read_bytes() for file in OPTIONAL if file in card.files}
        return self.publish(card, weights, tokenizer, optional=optional, name=name)[1]

    def _names(self) -> list[str]:
        if not self._paths.models.is_dir():
            return []
        folders = [p for p in self._paths.models.iterdir() if not p.name.startswith(".") and _versions(p)]
        return sorted((folder.name for folder in folders), key=str.casefold)

    def _entry(self, name: str, folder: Path, *, shipped: bool) -> Entry:
        versions = 1 if shipped else len(_versions(folder))
        try:
            version = self._version_in_use(folder, shipped)
            size = sum(path.stat().st_size for path in version.iterdir())
            card = Card.from_json((version / CARD).read_bytes())
        except ModelError as error:
            return Entry(name, folder, None, 0, shipped, error.message, versions)
        except OSError as error:
            return Entry(name, folder, None, 0, shipped, f"unreadable: {error.strerror}", versions)
        return Entry(name, folder, replace(card, name=name), size, shipped, "", versions)

    def _version_in_use(self, folder: Path, shipped: bool) -> Path:
        if shipped:
            return folder
        versions = _versions(folder)
        if not versions:
            raise ModelError(
                f"{folder.name} has no version: its folder is empty.", "Delete it and train again."
            )
        return versions[-1]

    def _own(self, name: str) -> Entry:
        entry = self.find(name)
        if entry.shipped:
            raise ModelError(
                f"{entry.name} comes with rnnchat and stays as it is.", "Copy it under another name."
            )
        return entry

    def _require_free(self, name: str) -> None:
        if name.casefold() in (existing.casefold() for existing in self._names()):
            raise ModelError(
                f"There is a model called {name} already.", "Choose another name, or delete it first."
            )

    def _move(self, source: Path, target: Path) -> None:
        make_private(target.parent)
        try:
            source.rename(target)
            sync_folder(target.parent)
            sync_folder(source.parent)
        except OSError as error:
            raise from_os_error(error, f"moving {source.name}") from error

    def _empty_old(self) -> None:
        oldest = time.time_ns() - BIN_DAYS * 86_400 * 10**9
        for token in self.deleted():
            if int(token.split("-")[0]) < oldest:
                self.forget(token)


def load_folder(folder: Path, name: str) -> SavedModel:
    """Read and check one version of a model; raise ModelError with what is wrong."""
    hint = "`rnnchat models check` tells more; the version before may be sound: `rnnchat models rollback`."
    try:
        card = Card.from_json((folder / CARD).read_bytes())
        data = {file: (folder / file).read_bytes() for file in wanted_by(card)}
    except OSError as error:
        raise ModelError(f"The model {name} cannot be read: {error.strerror}.", hint) from error
    for file, content in data.items():
        if card.files.get(file) != sha256(content):
            raise ModelError(f"The model {name} is damaged: {file} is not what was saved.", hint)
    memory, mixture, ground = (read_weights(data[file]) if file in data else None for file in OPTIONAL)
    weights = read_weights(data[NETWORK])
    if ground is not None:
        ground = weights | ground  # only what differs is saved
    return SavedModel(card, weights, data[TOKENIZER], memory, mixture, ground)


def wanted_by(card: Card) -> tuple[str, ...]:
    """Return the files, beside its card, that a model needs."""
    return (NETWORK, TOKENIZER, *(file for file in OPTIONAL if file in card.files))


def read_weights(data: bytes) -> dict[str, NDArray[Any]]:
    """Read safetensors; raise ModelError where they are damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        weights: dict[str, NDArray[Any]] = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError("The arrays of a model are damaged.") from error
    return weights


def write_weights(weights: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return `weights` as safetensors."""
    import numpy as np
    from safetensors.numpy import save

    data: bytes = save({name: np.asarray(value, order="C") for name, value in weights.items()})
    return data


def _versions(folder: Path) -> list[Path]:
    """Return the versions in a model's folder, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted((p for p in folder.iterdir() if _VERSION.match(p.name)), key=_number)


def _number(version: Path) -> int:
    match = _VERSION.match(version.name)
    return int(match.group(1)) if match else 0


def _remove(folder: Path, within: Path) -> None:
    """Remove a folder for good: first out of sight in one step, then its files."""
    gone = within / f".writing-gone-{time.time_ns()}"
    with contextlib.suppress(OSError):
        folder.rename(gone)
        shutil.rmtree(gone)
