"""What is in a model's files: arrays that hold, fit and are in order."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnchat.errors import ModelError
from rnnchat.library.card import Card
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
from tests.helpers.mutations import Files, files_of, outcome, problems, put, rehash
from tests.unit.storage.safetensors_headers import array, header

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
    assert outcome(library, "whole") == "harmless"
    assert any("order" in problem for problem in problems(library))


def test_memories_are_sorted_as_they_are_built() -> None:
    chance = np.random.default_rng(1)
    for size in (0, 1, 2, 3, 500, 5_000):
        for vocabulary in (1, 2, 50):
            pieces = chance.integers(0, vocabulary, size)
            assert NgramMemory.build(pieces, vocabulary).is_sorted()


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
