"""Reading the files of one version of a model, and checking them against its card.

The network's sizes in the card limit the size of each file, and say which arrays it must hold. Both are
checked before the values are used. No other module opens these files. `rnnchat/loading.py` makes a model
that can be used from what is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rnnchat.errors import ModelError, StorageError
from rnnchat.library.card import (
    BASE_NETWORK,
    CLASSIFIER,
    MEMORY,
    MIXTURE,
    NETWORK,
    PASSAGES,
    TASK_FILES,
    TOKENIZER,
    TRANSLATION_MEMORY,
    Card,
)
from rnnchat.library.card_validation import MAXIMUM_BYTES
from rnnchat.library.model_folders import version_folders_in
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.atomic import sha256
from rnnchat.storage.safe_reading import describe_mode, read_regular_file
from rnnchat.storage.tensors import MAXIMUM_HEADER, all_finite, read_safetensors
from rnnchat.tasks.base import CLASSIFY, TRANSLATE

if TYPE_CHECKING:  # NumPy takes a tenth of a second that the app's first picture does not have
    import numpy as np
    from numpy.typing import NDArray

CARD = "card.json"
"""This file of a model is its card."""
MAXIMUM_MEMORY = 4_000_000
"""A memory holds at most this many pieces."""
MAXIMUM_PASSAGES = 256 * 2**20
"""The index of the notes' passages has at most this many bytes."""
MAXIMUM_SOURCES = 64 * 2**20
"""The names of the notes' files in a memory have at most this many bytes."""
MAXIMUM_TOKENIZER = 16 * 2**20
"""A tokenizer's file has at most this many bytes."""
MAXIMUM_CLASSIFIER = 256 * 2**20
"""A classifier's file has at most this many bytes."""
MAXIMUM_TRANSLATOR = 512 * 2**20
"""The memory of a translator, and its network, have at most this many bytes each."""
_MIXTURE_PER_PIECE = 2_048
"""A mixture has at most this many bytes for each piece of the vocabulary."""
_MIXTURE_FIXED = 2 * 2**20
"""A mixture has at most this many further bytes, whatever the vocabulary."""
_SOURCES = "sources"
"""The array of a memory that holds the names of the notes' files; older memories have none."""
_MAXIMUM_ORDERS = 33
"""A memory has discounts for at most this many lengths of context."""


@dataclass(frozen=True)
class SavedModel:
    """The files of one version of a model, checked against its card.

    Arrays are by their names in the files. What a model does not have is None.
    """

    card: Card
    weights: dict[str, NDArray[np.floating]]
    tokenizer: bytes
    memory: dict[str, NDArray[Any]] | None = None
    mixture: dict[str, NDArray[Any]] | None = None
    base_weights: dict[str, NDArray[np.floating]] | None = None


@dataclass(frozen=True)
class SavedClassifier:
    """The files of one version of a classifier, checked against its card."""

    card: Card
    tensors: dict[str, NDArray[Any]]
    """The arrays by their names, see `rnnchat/tasks/classification/classifier.py`."""
    weights: dict[str, NDArray[np.floating]] | None = None
    """The weights of the network that reads the texts; None where there is none."""
    tokenizer: bytes | None = None
    """The network's tokenizer."""


@dataclass(frozen=True)
class SavedTranslator:
    """The files of one version of a translator, checked against its card."""

    card: Card
    memory: dict[str, NDArray[Any]]
    """The arrays of its pairs, see `rnnchat/tasks/translation/memory.py`."""
    weights: dict[str, NDArray[np.floating]] | None = None
    """The weights of the network; None where there is only a memory."""
    tokenizer: bytes | None = None
    """The network's tokenizer."""


AnySavedModel: TypeAlias = "SavedModel | SavedClassifier | SavedTranslator"
"""A saved model of any task."""


def load_named_version(folder: Path, name: str, *, shipped: bool = False) -> AnySavedModel:
    """Read and check one version of a model; raise ModelError with what is wrong.

    Links are followed only for a `shipped` model: packages may be installed through them.
    """
    hint = "`rnnchat models check` says more."
    if len(version_folders_in(folder.parent)) > 1:
        hint += " `rnnchat models rollback` goes back to the previous version."
    if shipped:
        hint = "Install rnnchat again, as this model comes with it."
    try:
        return load_version(folder, shipped=shipped)
    except ModelError as error:
        said = f"The model {name} is damaged: {error.message}"
        if "damaged" in error.message or "version" in error.message:
            said = f"The model {name} cannot be used. {error.message}"
        raise ModelError(said, error.hint or hint) from error


def load_version(folder: Path, *, shipped: bool = False) -> AnySavedModel:
    """Read and check one version as `load_named_version` does; messages do not name the model."""
    card = read_card(folder, shipped=shipped)
    data = {
        file: _read(folder / file, max_bytes(file, card), shipped)
        for file in files_of(card)
        if file != PASSAGES  # `read_passages` reads it when a question is asked
    }
    for file, content in data.items():
        if card.files[file] != sha256(content):
            raise ModelError(f"{file} has changed since it was saved.")
    if card.task == TRANSLATE:
        own = _read_translator_network(data[NETWORK]) if NETWORK in data else None
        return SavedTranslator(card, read_safetensors(data[TRANSLATION_MEMORY]), own, data.get(TOKENIZER))
    if card.task == CLASSIFY:
        own = _read_network(data[NETWORK], card.shape, complete=True) if NETWORK in data else None
        return SavedClassifier(card, _read_classifier(data[CLASSIFIER]), own, data.get(TOKENIZER))
    shape = card.shape
    weights = _read_network(data[NETWORK], shape, complete=True)
    memory = _read_memory(data[MEMORY], shape) if MEMORY in data else None
    mixture = _read_mixture(data[MIXTURE]) if MIXTURE in data else None
    base_weights = _read_network(data[BASE_NETWORK], shape, complete=False) if BASE_NETWORK in data else None
    if base_weights is not None:
        base_weights = weights | base_weights  # Only the weights that differ were saved.
    return SavedModel(card, weights, data[TOKENIZER], memory, mixture, base_weights)


def read_card(folder: Path, *, shipped: bool = False) -> Card:
    """Return the card of a version; raise ModelError where it is missing or damaged."""
    require_folder(folder, shipped=shipped)
    return Card.from_json(_read(folder / CARD, MAXIMUM_BYTES, shipped))


def read_files(folder: Path, card: Card, *, shipped: bool = False) -> dict[str, bytes]:
    """Return the content of the files that `card` names; raise ModelError where one cannot be read."""
    return {file: _read(folder / file, max_bytes(file, card), shipped) for file in files_of(card)}


def read_passages(folder: Path, card: Card, *, shipped: bool = False) -> bytes | None:
    """Return the content of a version's index of passages; None where it has none.

    Raises ModelError where it cannot be read or differs from what the card says.
    """
    if PASSAGES not in card.files:
        return None
    content = _read(folder / PASSAGES, MAXIMUM_PASSAGES, shipped)
    if card.files[PASSAGES] != sha256(content):
        raise ModelError(f"{PASSAGES} has changed since it was saved.")
    return content


def size_of(folder: Path, card: Card, *, shipped: bool = False) -> int:
    """Return the size of a version's files in bytes, without reading them.

    Raises ModelError where a file is missing, not a file, empty or too large.
    """
    size = 0
    for file in (CARD, *files_of(card)):
        path = folder / file
        try:
            found = path.stat() if shipped else path.lstat()
        except OSError as error:
            how = "missing" if isinstance(error, FileNotFoundError) else "out of reach"
            raise ModelError(f"{file} is {how}.") from error
        if describe_mode(found.st_mode) != "a file":
            raise ModelError(f"{file} is {describe_mode(found.st_mode)}, not a file.")
        if file != CARD and not 0 < found.st_size <= max_bytes(file, card):
            raise ModelError(f"{file} is {'too large' if found.st_size else 'empty'}.")
        size += found.st_size
    return size


def files_of(card: Card) -> tuple[str, ...]:
    """Return the names of the files that a model has beside its card."""
    required, optional = TASK_FILES[card.task]
    return (*required, *(file for file in optional if file in card.files))


def max_bytes(file: str, card: Card) -> int:
    """Return the maximum size, in bytes, of a file of a model that has this `card`."""
    if file == TOKENIZER:
        return MAXIMUM_TOKENIZER
    if file == CLASSIFIER or card.task == TRANSLATE:
        return MAXIMUM_CLASSIFIER if file == CLASSIFIER else MAXIMUM_TRANSLATOR
    shape = card.shape
    if file in (NETWORK, BASE_NETWORK):
        return MAXIMUM_HEADER + 8 + 4 * shape.parameters
    if file == MEMORY:
        return MAXIMUM_HEADER + 8 + 8 * MAXIMUM_MEMORY + MAXIMUM_SOURCES
    if file == PASSAGES:
        return MAXIMUM_PASSAGES
    return MAXIMUM_HEADER + 8 + _MIXTURE_FIXED + _MIXTURE_PER_PIECE * shape.vocabulary


def require_folder(folder: Path, *, shipped: bool = False) -> None:
    """Raise ModelError where `folder` is not a folder or not accessible; links count only where `shipped`."""
    try:
        mode = (folder.stat() if shipped else folder.lstat()).st_mode
    except OSError as error:
        raise ModelError(f"{folder.name} cannot be read ({(error.strerror or 'error').lower()}).") from error
    kind = describe_mode(mode)
    if kind != "a folder":
        raise ModelError(f"{folder.name} is {kind}, not a folder.")


def _read(path: Path, maximum: int, shipped: bool) -> bytes:
    try:
        return read_regular_file(path, maximum, follow=shipped)
    except StorageError as error:
        raise ModelError(error.message) from error


def _read_network(data: bytes, shape: NetworkShape, *, complete: bool) -> dict[str, NDArray[np.floating]]:
    """Return the weights of a network of `shape`; some may be missing unless `complete` is set.

    Raises ModelError where names, sizes or types are wrong, or a value is not finite.
    """
    import numpy as np

    weights = read_safetensors(data)
    expected = shape.weights()
    if weights.keys() - expected.keys() or (complete and weights.keys() != expected.keys()):
        raise ModelError("The network does not have the weights that its card states.")
    for name, array in weights.items():
        if array.shape != expected[name] or array.dtype not in (np.float16, np.float32):
            raise ModelError(f"The network's weight {name} has the wrong shape.")
        if not all_finite(array):
            raise ModelError(f"The network's weight {name} has values that are not finite numbers.")
    return weights


def _read_memory(data: bytes, shape: NetworkShape) -> dict[str, NDArray[Any]]:
    import numpy as np

    arrays = read_safetensors(data)
    small = shape.vocabulary <= 2**16
    expected: Mapping[str, tuple[Any, int, int]] = {
        "pieces": (np.uint16 if small else np.uint32, 1, MAXIMUM_MEMORY),
        "suffixes": (np.uint32, 1, MAXIMUM_MEMORY),
        "discounts": (np.float32, 2, 4 * _MAXIMUM_ORDERS),
        _SOURCES: (np.uint8, 1, MAXIMUM_SOURCES),
    }
    if arrays.keys() | {_SOURCES} != expected.keys():
        raise ModelError("The memory of the notes is damaged: it does not have the arrays of a memory.")
    for name, array in arrays.items():
        dtype, dimensions, most = expected[name]
        if array.dtype != dtype or array.ndim != dimensions or array.size > most:
            raise ModelError(f"The memory of the notes is damaged: its {name} have the wrong size or type.")
    return arrays


def _read_classifier(data: bytes) -> dict[str, NDArray[Any]]:
    import numpy as np

    arrays = read_safetensors(data)
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32, np.uint64):
            raise ModelError(f"The classifier is damaged: {name} has the wrong type.")
    return arrays


def _read_translator_network(data: bytes) -> dict[str, NDArray[np.floating]]:
    """Return the arrays of a translator; raise ModelError where a type is wrong or a value is not finite."""
    import numpy as np

    from rnnchat.tasks.translation.copying_rules import COPYING, DOUBLED_PIECES
    from rnnchat.tasks.translation.target_pieces import TARGET_PIECES

    lists = {TARGET_PIECES: np.int32, DOUBLED_PIECES: np.int32, COPYING: np.uint8}
    weights = read_safetensors(data)
    for name, array in weights.items():
        is_list = name in lists and array.dtype == lists[name]
        is_weight = array.dtype in (np.float16, np.float32) and all_finite(array)
        if not is_list and not is_weight:
            raise ModelError(f"The network's weight {name} has the wrong type, or is not a finite number.")
    return weights


def _read_mixture(data: bytes) -> dict[str, NDArray[Any]]:
    import numpy as np

    arrays = read_safetensors(data)
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32, np.uint32):
            raise ModelError(f"The mixture is damaged: {name} has the wrong type.")
        if array.dtype != np.uint32 and not all_finite(array):
            raise ModelError(f"The mixture is damaged: {name} has values that are not finite numbers.")
    return arrays
