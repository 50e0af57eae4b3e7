"""The library: the saved models on this machine.

A model is a folder ``models/NAME`` with one folder a version, ``v0001`` and on; the highest is the one
in use. A version is written whole beside the others and renamed into place, so that what is there is
complete. The version before stays for going back.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rnnchat.errors import ModelError, RnnchatError, StorageError, from_os_error
from rnnchat.library.bin import Bin, name_in
from rnnchat.library.card import GROUND, MEMORY, MIXTURE, NETWORK, OPTIONAL, TOKENIZER, Card
from rnnchat.library.entry import Entry, Version, require_own
from rnnchat.library.model_files import (
    CARD,
    SavedModel,
    load_folder,
    read_card,
    read_files,
    require_folder,
    size_of,
)
from rnnchat.library.names import folded, model_name, shown_name
from rnnchat.library.settings import Settings, change_settings, load_settings
from rnnchat.storage.arrays import read_weights, write_weights
from rnnchat.storage.atomic import is_there, move, remove, remove_unfinished, sha256, write_folder
from rnnchat.storage.paths import Paths, make_private, shipped_models

__all__ = [
    "BASE",
    "CARD",
    "FINISHED",
    "GROUND",
    "MEMORY",
    "MIXTURE",
    "NETWORK",
    "OPTIONAL",
    "TOKENIZER",
    "Entry",
    "Library",
    "SavedModel",
    "Version",
    "load_folder",
    "read_weights",
    "require_own",
    "write_weights",
]

FINISHED = "finished.json"
"""What tells that a run has made its model; an unfinished run is a person's to resume or discard."""
BASE = Settings.model
"""The name of the model that comes with rnnchat."""

KEPT_VERSIONS = 2
_HIGHEST = 10**12 - 1
_VERSION = re.compile(r"v([0-9]{4,12})\Z")


class Library:
    """Reads and keeps models; every change is one atomic step."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._bin = Bin(paths.bin)

    # Reading

    def entries(self) -> list[Entry]:
        """Return all models: this person's by name, then those that came with rnnchat.

        One that is damaged is an entry as well, and changes nothing about the others.
        """
        own = [self._entry(folder, shipped=False) for folder in self._folders()]
        shipped = [self._entry(folder, shipped=True) for folder in _shipped_folders()]
        return own + shipped

    def unreadable(self) -> RnnchatError | None:
        """Return why this person's models cannot be listed, None where they can."""
        try:
            next(self._paths.models.iterdir(), None)
        except FileNotFoundError:
            return None
        except OSError as error:
            return from_os_error(error, "reading the folder of models")
        return None

    def find(self, name: str) -> Entry:
        """Return the model called `name`; raise ModelError where there is none."""
        entries = self.entries()
        same = [entry for entry in entries if entry.is_called(name)]
        if same:
            return next((entry for entry in same if entry.name == name), same[0])
        unreadable = self.unreadable()
        if unreadable is not None:
            raise unreadable
        known = ", ".join(entry.name for entry in entries if not entry.is_hidden) or "none yet"
        raise ModelError(f"There is no model called {name!r}.", f"Models here: {known}.")

    def load(self, name: str) -> SavedModel:
        """Read the model called `name`, with every file checked against the card's hashes.

        Raises ModelError where it is missing or damaged. Nothing in a model is ever run.
        """
        entry = self.find(name)
        return load_folder(self._version_in_use(entry), entry.name, shipped=entry.shipped)

    def check(self, name: str) -> list[str]:
        """Return what is wrong with the files of the model called `name`; nothing where they are sound."""
        entry = self.find(name)
        problems = []
        for version in self.version_folders(entry):
            try:
                load_folder(version, entry.name, shipped=entry.shipped)
            except ModelError as error:
                problems.append(f"{version.name}: {error.message}")
        return problems

    def version_folders(self, entry: Entry) -> list[Path]:
        """Return the folders of a model's versions, the one in use last."""
        return [entry.folder] if entry.shipped else _versions(entry.folder)

    def versions(self, name: str) -> list[Version]:
        """Return the versions of the model called `name`, the one in use first."""
        entry = self.find(name)
        found = []
        for folder in reversed(self.version_folders(entry)):
            try:
                card = read_card(folder, shipped=entry.shipped)
            except ModelError:
                found.append(Version(folder, _number(folder), "", None))
            else:
                found.append(Version(folder, _number(folder), card.created, card.bits_per_byte))
        return found

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
        folder = make_private(self._place_of(own))
        remove_unfinished(folder)
        number = 1 + max((_number(version) for version in _versions(folder)), default=0)
        if number > _HIGHEST:
            raise ModelError(f"{own} has a version with the highest number there is.", "Delete it first.")
        write_folder(folder / f"v{number:04d}", [*files.items(), (CARD, card.to_json())])
        for old in _versions(folder)[:-KEPT_VERSIONS]:
            remove(old, self._paths.models)
        return card, number

    def rename(self, name: str, new: str) -> str:
        """Give a model another name and return it as it is now written; it stays in use where it is."""
        entry = self._own(name)
        new = self.check_name(new)
        if folded(new) != folded(entry.name):
            self._require_free(new)
        move(entry.folder, self._paths.models / new)
        leftover = self._paths.runs / entry.name
        if (leftover / FINISHED).is_file():
            move(leftover, self._paths.runs / new)
        if entry.is_called(load_settings(self._paths).model):
            self._use(new)
        return new

    def copy(self, name: str, new: str) -> str:
        """Copy the version in use of a model, shipped ones too, under another name."""
        entry = self.find(name)
        new = self.check_name(new)
        self._require_free(new)
        self._publish_again(self._version_in_use(entry), entry, new)
        return new

    def roll_back(self, name: str) -> int:
        """Make the version before the one in use the newest again; return its new number.

        What was in use is then the version before, so going back twice changes nothing.
        """
        entry = self._own(name)
        versions = _versions(entry.folder)
        if len(versions) < 2:
            raise ModelError(f"{entry.name} has no earlier version.", "Each training adds one.")
        return self._publish_again(versions[-2], entry, entry.name)

    def delete(self, name: str) -> str:
        """Move a model to the bin and return the token that restores it.

        Where it is the one in use, the base is from now on. The pieces of its notes, which its last training
        left for the next, go for good.
        """
        entry = self._own(name)
        in_use = entry.is_called(load_settings(self._paths).model)
        token = self._bin.put(entry.folder, entry.name, in_use=in_use)
        if in_use:
            self._use(BASE)
        leftover = self._paths.runs / entry.name
        if (leftover / FINISHED).is_file():
            remove(leftover, self._paths.runs)
        return token

    def deleted(self) -> list[str]:
        """Return the tokens of deleted models that can be restored, the latest first."""
        return self._bin.tokens()

    def token_of(self, name: str) -> str | None:
        """Return the token of the model called `name` that was deleted last; None where there is none."""
        return next((token for token in self.deleted() if folded(name_in(token)) == folded(name)), None)

    def restore(self, token: str) -> str:
        """Bring back a deleted model and return the name it now has.

        It is in use again where it was when it was deleted and no other model was chosen since.
        """
        was_in_use = self._bin.was_in_use(token)
        wanted = name_in(Path(token).name)
        taken = {folded(entry.name) for entry in self.entries()}
        name, number = wanted, 2
        while folded(name) in taken:
            name, number = f"{wanted} {number}", number + 1
        self._bin.take(token, self._paths.models / name)
        if was_in_use and load_settings(self._paths).model == BASE:
            self._use(name)
        return name

    def forget(self, token: str) -> None:
        """Remove a deleted model for good."""
        self._bin.forget(token)

    def check_name(self, name: str) -> str:
        """Return `name` as a model may be called; raise ModelError with what is allowed."""
        name = model_name(name)
        if _is_shipped_name(name):
            raise ModelError(
                f"{name} is the name of a model that comes with rnnchat.", "Choose another name."
            )
        place = self._place_of(name)
        if is_there(place) and (place.is_symlink() or not place.is_dir()):
            raise ModelError(
                f"Where the model {name} would be kept there is something else.",
                f"Choose another name, or remove {place}.",
            )
        return name

    # Helpers

    def _place_of(self, name: str) -> Path:
        """Return the folder of a model, which may be there already in other letters: of another case, say."""
        place = self._paths.models / name
        if is_there(place):
            return place
        same = (folder for folder in self._folders() if folded(shown_name(folder)) == folded(name))
        return next(same, place)

    def _publish_again(self, version: Path, entry: Entry, name: str) -> int:
        """Save the files of a version, once they are checked, as the newest version of the model `name`."""
        card = load_folder(version, entry.name, shipped=entry.shipped).card
        files = read_files(version, card, shipped=entry.shipped)
        optional = {file: files[file] for file in OPTIONAL if file in files}
        return self.publish(card, files[NETWORK], files[TOKENIZER], optional=optional, name=name)[1]

    def _folders(self) -> list[Path]:
        """Return where this person's models are kept, by name, damaged ones too."""
        try:
            found = [p for p in self._paths.models.iterdir() if not p.name.startswith(".")]
        except OSError:  # which `unreadable` tells
            return []
        return sorted((p for p in found if _is_model(p)), key=lambda p: (p.name.casefold(), p.name))

    def _entry(self, folder: Path, *, shipped: bool) -> Entry:
        name = folder.name if shipped else shown_name(folder)
        is_hidden = not shipped and _is_shipped_name(name)
        entry = Entry(name, folder, None, 0, shipped, is_hidden=is_hidden)
        try:
            version = self._version_in_use(entry)
            entry = replace(entry, versions=len(self.version_folders(entry)))
            card = read_card(version, shipped=shipped)
            size = size_of(version, card, shipped=shipped)
        except ModelError as error:
            return replace(entry, problem=error.message)
        if entry.is_hidden:
            return replace(entry, size=size, problem="its name belongs to a model that comes with rnnchat")
        return replace(entry, card=replace(card, name=name), size=size)

    def _version_in_use(self, entry: Entry) -> Path:
        if not entry.shipped:
            require_folder(entry.folder)
        versions = self.version_folders(entry)
        if not versions:
            raise ModelError(f"{entry.name} has no version.", "Delete it and train again.")
        return versions[-1]

    def _own(self, name: str) -> Entry:
        """Return this person's model called `name`, also one that a model of rnnchat's hides."""
        hidden = (entry for entry in self.entries() if entry.is_hidden and folded(entry.name) == folded(name))
        entry = next(hidden, None) or self.find(name)
        require_own(entry)
        return entry

    def _require_free(self, name: str) -> None:
        if any(folded(shown_name(folder)) == folded(name) for folder in self._folders()):
            raise ModelError(
                f"There is a model called {name} already.", "Choose another name, or delete it first."
            )

    def _use(self, name: str) -> None:
        """Put a model in use; where the disk is full, what it is for has been done all the same."""
        with suppress(StorageError), change_settings(self._paths) as settings:
            settings.model = name


def _shipped_folders() -> list[Path]:
    return sorted(folder for folder in shipped_models().glob("*") if folder.is_dir())


def _is_shipped_name(name: str) -> bool:
    return any(folded(folder.name) == folded(name) for folder in _shipped_folders())


def _is_model(folder: Path) -> bool:
    """Whether something among the models is one, if only a damaged one, and not a folder still empty."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return True
        return any(not path.name.startswith(".") for path in folder.iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _versions(folder: Path) -> list[Path]:
    """Return the versions in a model's folder, the oldest first; raise ModelError where none can be read."""
    try:
        found = [p for p in folder.iterdir() if _VERSION.match(p.name)] if folder.is_dir() else []
    except OSError as error:
        raise ModelError(f"{folder.name} cannot be read ({(error.strerror or 'error').lower()}).") from error
    return sorted(found, key=lambda p: (_number(p), p.name))


def _number(version: Path) -> int:
    match = _VERSION.match(version.name)
    return int(match.group(1)) if match else 0
