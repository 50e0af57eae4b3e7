"""What may stand in the place of a model's files, and what may stand in them."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnchat.checking import check_model
from rnnchat.errors import ModelError
from rnnchat.library.card import Card
from rnnchat.library.model_files import MAXIMUM_MEMORY
from rnnchat.library.models import (
    BASE_NETWORK,
    CARD,
    MEMORY,
    MIXTURE,
    NETWORK,
    TOKENIZER,
    Library,
)
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_model
from rnnchat.storage.atomic import sha256
from rnnchat.storage.paths import Paths
from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer
from rnnchat.training.fit_mixture import MEMORY_PIECES
from tests.helpers.models import publish_tiny
from tests.helpers.mutations import Files, files_of, outcome, publish_whole, put, rehash
from tests.unit.storage.safetensors_headers import array, header


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer, texts: list[str]) -> Files:
    """The files of a small model that has them all."""
    home = tmp_path_factory.mktemp("whole")
    library = Library(Paths(home, home, home))
    publish_whole(library, "whole", tokenizer, texts)
    return files_of(library.version_folders(library.find("whole"))[-1])


@pytest.fixture
def folder(library: Library, paths: Paths, sound: Files) -> Path:
    """The version in use of a model called `whole`."""
    folder = paths.models / "whole" / "v0001"
    put(folder, sound)
    return folder


def problems(library: Library, name: str = "whole") -> list[str]:
    return check_model(library, library.find(name))


def test_a_whole_model_is_sound(library: Library, folder: Path) -> None:
    assert problems(library) == []
    assert outcome(library, "whole") == "sanitize"
    assert check_model(library, library.find("base")) == []


MODEL_FILES = (CARD, NETWORK, TOKENIZER, MEMORY, MIXTURE, BASE_NETWORK)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    elsewhere.write_bytes(b"{}")
    path.symlink_to(elsewhere)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("file", MODEL_FILES)
@pytest.mark.parametrize(
    ("place", "said"),
    [
        (_pipe, "is a pipe"),
        (_link, "is a link"),
        (_zero, "is a link"),
        (_sparse, "too large"),
        (_nothing, "empty|damaged"),
        (Path.mkdir, "is a folder"),
        (lambda path: None, "is missing"),
    ],
)
def test_what_is_no_file_is_told_at_once(
    library: Library, folder: Path, file: str, place: Callable[[Path], object], said: str
) -> None:
    (folder / file).unlink()
    place(folder / file)
    began = time.process_time()
    entry = library.find("whole")
    assert entry.card is None
    assert any(word in entry.problem for word in said.split("|")), entry.problem
    assert problems(library)
    with pytest.raises(ModelError):
        load_model(library, "whole")
    assert [entry.name for entry in library.entries()] == ["whole", "base"]
    assert time.process_time() - began < 2


@pytest.mark.parametrize("way", ["link", "broken link", "file", "pipe", "no version", "linked version"])
def test_what_is_no_folder_of_a_model(library: Library, folder: Path, paths: Paths, way: str) -> None:
    place = paths.models / "odd"
    if way == "link":
        place.symlink_to(folder.parent)
    elif way == "broken link":
        place.symlink_to("/nowhere")
    elif way == "file":
        place.write_text("x")
    elif way == "pipe":
        os.mkfifo(place)
    elif way == "no version":
        place.mkdir()
        (place / "version 1").mkdir()
    else:
        place.mkdir()
        (place / "v0001").symlink_to(folder)
    entry = library.find("odd")
    assert entry.card is None and entry.problem
    assert check_model(library, entry)
    for change in (library.load, library.roll_back, lambda name: library.copy(name, "other")):
        with pytest.raises(ModelError):
            change("odd")
    token = library.delete("odd")
    assert [e.name for e in library.entries()] == ["whole", "base"]
    assert library.restore(token) == "odd"
    library.remove_forever(library.delete("odd"))
    assert library.deletions() == []
    assert folder.is_dir(), "what a link led to stays"


def test_a_folder_that_is_out_of_reach(
    library: Library, paths: Paths, folder: Path, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path.name == "whole":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return reach(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert [entry.name for entry in library.entries()] == [tiny_model, "whole", "base"]
    assert "permission denied" in library.find("whole").problem
    assert problems(library)
    for change in (
        library.load,
        library.roll_back,
        library.versions,
        lambda name: library.copy(name, "other"),
    ):
        with pytest.raises(ModelError, match="permission denied"):
            change("whole")


def test_what_is_hidden_or_empty_is_no_model(library: Library, paths: Paths, folder: Path) -> None:
    (paths.models / ".DS_Store").write_text("x")
    (paths.models / "empty").mkdir()
    (folder.parent / "v0002.old").mkdir()
    (folder.parent / f"v{'9' * 30}").mkdir()
    (folder.parent / "v٠٠٠٩").mkdir()
    assert [entry.name for entry in library.entries()] == ["whole", "base"]
    assert outcome(library, "whole") == "sanitize"


@pytest.mark.parametrize("name", ["base", "Base", "ｂａｓｅ"])
def test_a_shipped_model_is_not_hidden_by_a_folder(
    library: Library, paths: Paths, sound: Files, name: str
) -> None:
    put(paths.models / name / "v0001", sound)
    own, shipped = library.entries()
    assert (own.name, own.card, own.shipped) == (name, None, False)
    assert "comes with rnnchat" in own.problem
    assert shipped.card is not None
    assert library.find(name) == shipped
    assert library.load("base").card.network["vocabulary"] == shipped.card.network["vocabulary"]
    assert not own.is_called("base") and shipped.is_called("base")
    assert library.rename(name, "mine") == "mine"
    assert library.find("mine").card is not None
    with pytest.raises(ModelError, match="comes with rnnchat"):
        library.rename("base", "other")


def test_such_a_folder_can_be_deleted(library: Library, paths: Paths, sound: Files) -> None:
    put(paths.models / "base" / "v0001", sound)
    token = library.delete("base")
    assert [entry.name for entry in library.entries()] == ["base"]
    assert library.restore(token) == "base 2"


# Arrays


@pytest.mark.slow
def test_400_000_empty_arrays_are_refused_without_reading_them(library: Library, folder: Path) -> None:
    files = files_of(folder)
    files[NETWORK] = header(**{f"t{n}": array("F32", [0], 0, 0) for n in range(400_000)})
    rehash(files)
    put(folder, files)
    began = time.process_time()
    assert "too large" in library.find("whole").problem
    assert problems(library)
    assert time.process_time() - began < 1


def _change(file: str, **arrays: Any) -> Callable[[Files], None]:
    """Return what replaces some arrays of a file: by values, or by what is made of them."""

    def change(files: Files) -> None:
        whole = dict(read_safetensors(files[file]))
        for name, made in arrays.items():
            key = name.replace("__", ".")
            if made is None:
                del whole[key]
            else:
                whole[key] = made(np.array(whole[key])) if callable(made) else made
        files[file] = to_safetensors(whole)

    return change


def _with(value: Any, place: int = 0) -> Callable[[Any], Any]:
    def change(values: Any) -> Any:
        values.reshape(-1)[place] = value
        return values

    return change


def _bigger_tokenizer(files: Files) -> None:
    files[TOKENIZER] = train_tokenizer(["The herons nest by the weir."] * 9, 300).model


def _cut_tokenizer(files: Files) -> None:
    files[TOKENIZER] = files[TOKENIZER][:-200]


@pytest.mark.parametrize(
    "change",
    [
        _change(NETWORK, embedding=_with(np.nan, 70)),
        _change(NETWORK, embedding=_with(np.inf)),
        _change(NETWORK, embedding=_with(3e38)),
        _change(NETWORK, projection__bias=_with(-np.inf)),
        _change(NETWORK, projection__bias=None),
        _change(NETWORK, more=np.zeros(3, np.float32)),
        _change(NETWORK, output__bias=lambda a: a[:-1]),
        _change(NETWORK, layer_0__kernel=lambda a: a.T.copy()),
        _change(NETWORK, embedding=lambda a: a.astype(np.float64)),
        _change(NETWORK, embedding=lambda a: a.astype(np.int32)),
        _change(BASE_NETWORK, projection__bias=_with(np.nan)),
        _change(BASE_NETWORK, more=np.zeros(3, np.float16)),
        _change(BASE_NETWORK, output__bias=lambda a: a[:-1]),
        _change(MEMORY, pieces=_with(60_000)),
        _change(MEMORY, suffixes=_with(2**31)),
        _change(MEMORY, suffixes=lambda a: a[:-1]),
        _change(MEMORY, suffixes=lambda a: a.astype(np.int64)),
        _change(MEMORY, pieces=lambda a: a.astype(np.float32)),
        _change(MEMORY, pieces=lambda a: a[None]),
        _change(MEMORY, discounts=_with(np.nan, 1)),
        _change(MEMORY, discounts=_with(2, 1)),
        _change(MEMORY, discounts=_with(0, 2)),
        _change(MEMORY, discounts=lambda a: a[:1]),
        _change(MEMORY, discounts=None),
        _change(MEMORY, more=np.zeros(3, np.float32)),
        _change(MIXTURE, tree__order=_with(3)),
        _change(MIXTURE, tree__middles=_with(0)),
        _change(MIXTURE, static__weights=_with(np.nan)),
        _change(MIXTURE, static__weights=lambda a: a[:-1]),
        _change(MIXTURE, adaptive__maps=_with(1)),
        _change(MIXTURE, adaptive__kept=_with(0)),
        _change(MIXTURE, adaptive__seen=_with(-401)),
        _change(MIXTURE, adaptive__final=None),
        _change(MIXTURE, more__weights=np.zeros(3, np.float32)),
        _bigger_tokenizer,
        _cut_tokenizer,
    ],
)
def test_parts_that_do_not_fit_are_found_whatever_the_hashes_say(
    library: Library, folder: Path, sound: Files, change: Callable[[Files], None]
) -> None:
    files = dict(sound)
    change(files)
    put(folder, files)
    assert problems(library), "the hashes are not those of the files"
    rehash(files)
    put(folder, files)
    with pytest.raises(ModelError):
        load_model(library, "whole")
    assert len(problems(library)) == 1


@pytest.mark.parametrize("way", ["shuffled", "one twice", "two changed places"])
def test_a_memory_out_of_order_is_found_by_check(library: Library, folder: Path, way: str) -> None:
    def change(suffixes: Any) -> Any:
        if way == "shuffled":
            np.random.default_rng(0).shuffle(suffixes)
        elif way == "one twice":
            suffixes[5] = suffixes[6]
        else:
            suffixes[[3, -3]] = suffixes[[-3, 3]]
        return suffixes

    files = files_of(folder)
    _change(MEMORY, suffixes=change)(files)
    rehash(files)
    put(folder, files)
    assert outcome(library, "whole") == "sanitize"
    assert any("order" in problem for problem in problems(library))


def test_memories_are_sorted_as_they_are_built() -> None:
    chance = np.random.default_rng(1)
    for size in (0, 1, 2, 3, 500, 5_000):
        for vocabulary in (1, 2, 50):
            pieces = chance.integers(0, vocabulary, size)
            assert NgramMemory.build(pieces, vocabulary).is_sorted()
    assert MAXIMUM_MEMORY >= MEMORY_PIECES


def test_one_bad_version_leaves_the_other(library: Library, folder: Path, sound: Files) -> None:
    put(folder.parent / "v0002", {**sound, NETWORK: sound[NETWORK][:-10]})
    assert [problem[:5] for problem in problems(library)] == ["v0002"]
    library.roll_back("whole")
    assert outcome(library, "whole") == "sanitize"
    with pytest.raises(ModelError):
        library.roll_back("whole")
    assert outcome(library, "whole") == "sanitize", "what cannot be gone back to changes nothing"


# Memory

_CHILD = """
import resource, sys
from rnnchat.errors import ModelError
from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.checking import check_model
from rnnchat.loading import load_model
library = Library(Paths.from_environment())
entries = library.entries()
try:
    load_model(library, "big")
    print("loaded")
except ModelError:
    print("found")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_the_largest_network_takes_less_than_a_gigabyte(
    library: Library, tokenizer: Tokenizer, paths: Paths
) -> None:
    shape = NetworkShape(tokenizer.size, embedding=256, units=4_400)
    folder = paths.models / "big" / "v0001"
    folder.mkdir(parents=True)
    places, end = {}, 0
    for name, size in shape.weights().items():
        length = 2 * int(np.prod(size))
        places[name] = array("F16", list(size), end, end + length)
        end += length
    network = header(**places)
    with (folder / NETWORK).open("wb") as file:
        file.write(network)
        file.truncate(len(network) + end)
    (folder / TOKENIZER).write_bytes(tokenizer.model)
    hashes = {file: sha256((folder / file).read_bytes()) for file in (NETWORK, TOKENIZER)}
    card = Card("big", "2026-01-02", shape.as_dict(), hashes)
    (folder / CARD).write_bytes(card.to_json())
    said = subprocess.run(
        [sys.executable, "-c", _CHILD], capture_output=True, text=True, timeout=120, check=True
    ).stdout.split()
    assert said[0] == "loaded"
    assert int(said[1]) < 1_000, "megabytes"
    shape = NetworkShape(tokenizer.size, embedding=256, units=2**14)
    (folder / CARD).write_bytes(Card("big", "2026-01-02", shape.as_dict(), hashes).to_json())
    assert library.find("big").card is None, "and a larger one is none"


def test_a_tiny_model_without_a_memory_is_sound(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    assert problems(library, "tiny") == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
