"""The library: the saved models on this machine.

A model is a folder ``models/NAME`` that holds a folder for each version: ``v0001``, ``v0002`` and so on. The
version with the highest number is in use. A new version is written to a temporary folder, which is renamed
when it is complete. The previous version is kept, so that the model can be rolled back.

What the files of a version hold is said in `card.py`; `model_files.py` reads and checks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rnnchat.errors import ModelError, RnnchatError, StorageError, from_os_error
from rnnchat.library.card import (
    BASE_NETWORK,
    MEMORY,
    MIXTURE,
    NETWORK,
    OPTIONAL_FILES,
    PASSAGES,
    TOKENIZER,
    Card,
)
from rnnchat.library.deleted_models import DeletedModels, name_of_deletion
from rnnchat.library.model_entry import ModelEntry, ModelVersion, require_not_shipped, wrong_task
from rnnchat.library.model_files import (
    CARD,
    AnySavedModel,
    SavedClassifier,
    SavedModel,
    SavedTranslator,
    load_named_version,
    read_card,
    read_files,
    read_passages,
    require_folder,
    size_of,
)
from rnnchat.library.model_folders import is_model, version_folders_in, version_number
from rnnchat.library.model_names import checked_model_name, comparison_key, displayed_name
from rnnchat.library.settings import change_settings, load_settings
from rnnchat.library.shipped import BASE, is_shipped_name, shipped_folders
from rnnchat.storage.atomic import move, path_exists, remove, remove_unfinished, sha256, write_folder
from rnnchat.storage.paths import Paths, make_private
from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.base import CLASSIFY, LANGUAGE_MODEL, TRANSLATE

__all__ = [
    "BASE",
    "BASE_NETWORK",
    "CARD",
    "FINISHED",
    "MEMORY",
    "MIXTURE",
    "NETWORK",
    "OPTIONAL_FILES",
    "PASSAGES",
    "TOKENIZER",
    "Library",
    "ModelEntry",
    "ModelVersion",
    "SavedClassifier",
    "SavedModel",
    "load_named_version",
    "read_safetensors",
    "require_not_shipped",
    "to_safetensors",
]

FINISHED = "finished.json"
"""This file in a run's folder records that the run has published its model."""

KEPT_VERSIONS = 2
"""This many versions of a model are kept: the one in use and the one before."""
_HIGHEST_VERSION = 10**12 - 1
"""A version's number has at most 12 digits."""


class Library:
    """The saved models; every change to them is one atomic step."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._bin = DeletedModels(paths.bin)

    # Reading

    def entries(self) -> list[ModelEntry]:
        """Return all models, damaged ones too: the person's own by name, then the shipped ones."""
        own = [self._entry(folder, shipped=False) for folder in self._folders()]
        return own + self.shipped_entries()

    def shipped_entries(self) -> list[ModelEntry]:
        """Return the models that are shipped with rnnchat, by name."""
        return [self._entry(folder, shipped=True) for folder in shipped_folders()]

    def unreadable(self) -> RnnchatError | None:
        """Return why the person's own models cannot be listed; None where they can be."""
        try:
            next(self._paths.models.iterdir(), None)
        except FileNotFoundError:
            return None
        except OSError as error:
            return from_os_error(error, "reading the folder of models")
        return None

    def find(self, name: str) -> ModelEntry:
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
        """Read the language model called `name`, with every file checked against the card's hashes.

        Raises ModelError where it is missing, damaged or not a language model. No code in it is ever run.
        """
        found = self._load(name)
        if isinstance(found, SavedModel):
            return found
        raise wrong_task(found.card, LANGUAGE_MODEL)

    def load_classifier(self, name: str) -> SavedClassifier:
        """Read the classifier called `name` as `load` does; raise ModelError where it is none."""
        found = self._load(name)
        if isinstance(found, SavedClassifier):
            return found
        raise wrong_task(found.card, CLASSIFY)

    def load_translator(self, name: str) -> SavedTranslator:
        """Read the translator called `name` as `load` does; raise ModelError where it is none."""
        found = self._load(name)
        if isinstance(found, SavedTranslator):
            return found
        raise wrong_task(found.card, TRANSLATE)

    def passages(self, name: str) -> bytes | None:
        """Return the index of the passages of a model's notes, checked against its card; None without one.

        Raises ModelError where it is damaged.
        """
        entry = self.find(name)
        version = self._version_in_use(entry)
        return read_passages(version, read_card(version, shipped=entry.shipped), shipped=entry.shipped)

    def check(self, name: str) -> list[str]:
        """Return what is wrong with the files of the model called `name`, a line for each damaged version."""
        entry = self.find(name)
        problems = []
        for version in self.version_folders(entry):
            try:
                card = load_named_version(version, entry.name, shipped=entry.shipped).card
                read_passages(version, card, shipped=entry.shipped)
            except ModelError as error:
                problems.append(f"{version.name}: {error.message}")
        return problems

    def version_folders(self, entry: ModelEntry) -> list[Path]:
        """Return the folders of a model's versions, the one in use last."""
        return [entry.folder] if entry.shipped else version_folders_in(entry.folder)

    def versions(self, name: str) -> list[ModelVersion]:
        """Return the versions of the model called `name`, the one in use first."""
        entry = self.find(name)
        found = []
        for folder in reversed(self.version_folders(entry)):
            try:
                card = read_card(folder, shipped=entry.shipped)
            except ModelError:
                found.append(ModelVersion(folder, version_number(folder), "", None))
            else:
                found.append(ModelVersion(folder, version_number(folder), card.created, card.bits_per_byte))
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

        `weights` and the values of `optional`, whose keys are of OPTIONAL_FILES, are safetensors.
        All versions but the newest KEPT_VERSIONS are removed afterwards.
        """
        return self.publish_files(
            card, {NETWORK: weights, TOKENIZER: tokenizer, **(optional or {})}, name=name
        )

    def publish_files(
        self, card: Card, files: Mapping[str, bytes], *, name: str | None = None
    ) -> tuple[Card, int]:
        """Save a new version as `publish` does, of a model of any task; `files` are its files by name."""
        own = self.check_name(name or card.name, card.task)
        card = replace(card, name=own, files={file: sha256(data) for file, data in files.items()})
        folder = make_private(self._folder_of(own))
        remove_unfinished(folder)
        number = 1 + max((version_number(version) for version in version_folders_in(folder)), default=0)
        if number > _HIGHEST_VERSION:
            raise ModelError(f"{own} has a version with the highest number there is.", "Delete it first.")
        write_folder(folder / f"v{number:04d}", [*files.items(), (CARD, card.to_json())])
        for old in version_folders_in(folder)[:-KEPT_VERSIONS]:
            remove(old, self._paths.models)
        return card, number

    def rename(self, name: str, new: str) -> str:
        """Rename a model and return its new name in normal form; a model that was in use stays in use."""
        entry = self._own(name)
        new = self.check_name(new, entry.card.task if entry.card else LANGUAGE_MODEL)
        if comparison_key(new) != comparison_key(entry.name):
            self._require_free(new)
        move(entry.folder, self._paths.models / new)
        leftover = self._paths.runs / entry.name
        if (leftover / FINISHED).is_file():
            move(leftover, self._paths.runs / new)
        if entry.is_called(load_settings(self._paths).model):
            self._use(new)
        return new

    def copy(self, name: str, new: str) -> str:
        """Copy the newest version of a model, which may be a shipped one, and return the name of the copy."""
        entry = self.find(name)
        new = self.check_name(new, entry.card.task if entry.card else LANGUAGE_MODEL)
        self._require_free(new)
        self._publish_again(self._version_in_use(entry), entry, new)
        return new

    def roll_back(self, name: str) -> int:
        """Publish the previous version of a model again as its newest one; return its new number.

        The version that was in use becomes the previous one, so rolling back twice changes nothing.
        """
        entry = self._own(name)
        versions = version_folders_in(entry.folder)
        if len(versions) < 2:
            raise ModelError(f"{entry.name} has no earlier version.", "Each training adds one.")
        return self._publish_again(versions[-2], entry, entry.name)

    def delete(self, name: str) -> str:
        """Move a model to the bin and return the deletion, with which it can be restored.

        Where the model was in use, BASE is used from now on. The encoded notes that its last
        training left for the next one are removed for good.
        """
        entry = self._own(name)
        in_use = entry.is_called(load_settings(self._paths).model)
        deletion = self._bin.add(entry.folder, entry.name, in_use=in_use)
        if in_use:
            self._use(BASE)
        leftover = self._paths.runs / entry.name
        if (leftover / FINISHED).is_file():
            remove(leftover, self._paths.runs)
        return deletion

    def deletions(self) -> list[str]:
        """Return the deletions that can be undone, the latest first."""
        return self._bin.deletions()

    def last_deletion(self, name: str) -> str | None:
        """Return the latest deletion of a model called `name`; None where there is none."""
        return next(
            (
                deletion
                for deletion in self.deletions()
                if comparison_key(name_of_deletion(deletion)) == comparison_key(name)
            ),
            None,
        )

    def restore(self, deletion: str) -> str:
        """Restore a deleted model and return the name that it has now.

        It is used again where it was in use when it was deleted and no other model was chosen since.
        """
        was_in_use = self._bin.was_in_use(deletion)
        wanted = name_of_deletion(Path(deletion).name)
        taken = {comparison_key(entry.name) for entry in self.entries()}
        name, number = wanted, 2
        while comparison_key(name) in taken:
            name, number = f"{wanted} {number}", number + 1
        self._bin.restore(deletion, self._paths.models / name)
        if was_in_use and load_settings(self._paths).model == BASE:
            self._use(name)
        return name

    def remove_forever(self, deletion: str) -> None:
        """Remove a deleted model so that it cannot be restored."""
        self._bin.remove_forever(deletion)

    def check_name(self, name: str, task: str = LANGUAGE_MODEL) -> str:
        """Return `name` in normal form; raise ModelError, which says why, where it cannot be used for `task`.

        The name of a model for the same task can be used: a new version is added to that model.
        """
        name = checked_model_name(name)
        if is_shipped_name(name):
            raise ModelError(
                f"{name} is the name of a model that comes with rnnchat.", "Choose another name."
            )
        folder = self._folder_of(name)
        if path_exists(folder) and (folder.is_symlink() or not folder.is_dir()):
            raise ModelError(
                f"The folder for the model {name} is taken by something else.",
                f"Choose another name, or remove {folder}.",
            )
        card = self._entry(folder, shipped=False).card if path_exists(folder) else None
        if card is not None and card.task != task:
            raise ModelError(f"There is a model called {name} for another task.", "Choose another name.")
        return name

    def _load(self, name: str) -> AnySavedModel:
        entry = self.find(name)
        return load_named_version(self._version_in_use(entry), entry.name, shipped=entry.shipped)

    def _folder_of(self, name: str) -> Path:
        """Return the folder of a model; an existing one may differ from its name in case or width."""
        folder = self._paths.models / name
        if path_exists(folder):
            return folder
        same = (
            other
            for other in self._folders()
            if comparison_key(displayed_name(other)) == comparison_key(name)
        )
        return next(same, folder)

    def _publish_again(self, version: Path, entry: ModelEntry, name: str) -> int:
        """Check the files of a version, and publish them as the newest version of the model `name`."""
        card = load_named_version(version, entry.name, shipped=entry.shipped).card
        read_passages(version, card, shipped=entry.shipped)  # checks it
        files = read_files(version, card, shipped=entry.shipped)
        return self.publish_files(card, files, name=name)[1]

    def _folders(self) -> list[Path]:
        """Return the folders of the person's own models by name, damaged ones too."""
        try:
            found = [p for p in self._paths.models.iterdir() if not p.name.startswith(".")]
        except OSError:  # `unreadable` reports it
            return []
        return sorted((p for p in found if is_model(p)), key=lambda p: (p.name.casefold(), p.name))

    def _entry(self, folder: Path, *, shipped: bool) -> ModelEntry:
        name = folder.name if shipped else displayed_name(folder)
        is_hidden = not shipped and is_shipped_name(name)
        entry = ModelEntry(name, folder, None, 0, shipped, is_hidden=is_hidden)
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

    def _version_in_use(self, entry: ModelEntry) -> Path:
        if not entry.shipped:
            require_folder(entry.folder)
        versions = self.version_folders(entry)
        if not versions:
            raise ModelError(f"{entry.name} has no version.", "Delete it and train again.")
        return versions[-1]

    def _own(self, name: str) -> ModelEntry:
        """Return the person's own model called `name`, even where a shipped model of that name hides it."""
        hidden = (
            entry
            for entry in self.entries()
            if entry.is_hidden and comparison_key(entry.name) == comparison_key(name)
        )
        entry = next(hidden, None) or self.find(name)
        require_not_shipped(entry)
        return entry

    def _require_free(self, name: str) -> None:
        if any(comparison_key(displayed_name(folder)) == comparison_key(name) for folder in self._folders()):
            raise ModelError(
                f"There is already a model called {name}.", "Choose another name, or delete it first."
            )

    def _use(self, name: str) -> None:
        """Use the model from now on. A full disk is no error here: the change that was asked for is made."""
        with suppress(StorageError), change_settings(self._paths) as settings:
            settings.model = name
