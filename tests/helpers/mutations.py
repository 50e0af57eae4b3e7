"""A small whole model, ways to damage it, and what has to be true of it afterwards."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rnnchat.checking import check_model
from rnnchat.errors import ModelError
from rnnchat.evaluation.scoring import score
from rnnchat.generation.attribution import SOURCES, paths_to
from rnnchat.generation.sampling import Sampling
from rnnchat.library.card import Card
from rnnchat.library.describe import describe_card, describe_entry
from rnnchat.library.models import (
    BASE_NETWORK,
    CARD,
    MEMORY,
    MIXTURE,
    NETWORK,
    TOKENIZER,
    Library,
    to_safetensors,
)
from rnnchat.library.shipped import shipped_names
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_model, piece_kinds
from rnnchat.text.chat_format import text_context
from rnnchat.text.tokenizer import Tokenizer

Files = dict[str, bytes]
ARRAYS = (NETWORK, MEMORY, MIXTURE, BASE_NETWORK)
NONSENSE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    2**63,
    10**4000,
    0.5,
    -0.0,
    1e308,
    math.nan,
    math.inf,
    "",
    "x",
    "\ud800",
    "\x1b]52;c;AAAA\x07",
    "\u202etxt.exe",
    "a" * 100_000,
    "../../etc/passwd",
    "base",
    [],
    [[]],
    [1, "two", None],
    {},
    {"a": {"b": {"c": []}}},
)


def weights_of(shape: NetworkShape, seed: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    return {name: chance.normal(0, 0.2, size).astype(np.float32) for name, size in shape.weights().items()}


def publish_whole(library: Library, name: str, tokenizer: Tokenizer, texts: list[str]) -> None:
    """Save a small model that has every file a model can have."""
    shape = NetworkShape(tokenizer.size, embedding=16, units=24)
    weights, ground = weights_of(shape, 1), weights_of(shape, 2)
    ground["embedding"] = weights["embedding"]
    pieces = [[tokenizer.roles.start, *tokenizer.encode(text)] for text in texts]
    memory = NgramMemory.build(np.concatenate([np.array(text) for text in pieces]), tokenizer.size)
    network = RecurrentNetwork(shape, weights)
    base = RecurrentNetwork(shape, ground, network)
    mixture = MixtureWeights.fit(network, memory, piece_kinds(tokenizer), [pieces[0][:80]], base=base)
    optional = {
        MEMORY: to_safetensors(
            {**memory.tensors(), SOURCES: paths_to([f"/notes/{n}.md" for n in range(len(texts))])}
        ),
        MIXTURE: to_safetensors(mixture.tensors()),
        BASE_NETWORK: to_safetensors(
            {n: w.astype(np.float16) for n, w in ground.items() if n != "embedding"}
        ),
    }
    card = Card(
        name=name,
        created="2026-01-02T03:04:05+00:00",
        network=shape.as_dict(),
        files={},
        learned_from={"files": len(texts), "bytes": 12_345, "paths": ["/home/me/notes"]},
        scores={"bits_per_byte": 2.345, "bytes": 999, "held_out": {"a book": 1.5}},
        training={
            "minutes": 5.0,
            "seed": 0,
            "seconds": 299.0,
            "tokens_per_second": 9876.0,
            "steps": 10,
            "epochs": 3.2,
            "ended": "budget",
            "memory_mb": 900,
            "plan": {"units": 24, "dropping": {"values": 0.1}},
            "curve": [[1.0, 2.0, 3.0], [2.0, 1.9, 2.9]],
        },
        base="base",
        description="a model of tests",
    )
    library.publish(card, to_safetensors(weights), tokenizer.model, optional=optional)


def files_of(folder: Path) -> Files:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Damage. Each way takes the source of chance and the files, changes them, and says what it did.


def damage_bytes(chance: random.Random, files: Files) -> str:
    name = chance.choice(sorted(name for name in files if files[name]))
    data = bytearray(files[name])
    place = chance.randrange(len(data))
    if chance.random() < 0.5:  # where the structure is
        place = min(chance.randrange(2_000), len(data) - 1)
    way = chance.choice(("flip", "noise", "cut", "insert", "zero", "twice", "append"))
    length = chance.choice((1, 2, 8, 100))
    noise = bytes(chance.randrange(256) for _ in range(length))
    if way == "flip":
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data)) if _ else place] ^= 1 << chance.randrange(8)
    elif way == "noise":
        data[place : place + length] = noise
    elif way == "cut":
        del data[place:]
    elif way == "insert":
        data[place:place] = noise
    elif way == "zero":
        data[place : place + length] = bytes(len(data[place : place + length]))
    elif way == "twice":
        data[place:place] = data[place : place + length]
    else:
        data += noise
    files[name] = bytes(data)
    return f"{way} {length} at {place} of {name}"


def damage_card(chance: random.Random, files: Files) -> str:
    card = json.loads(files[CARD])
    said = damage_json(chance, card)
    files[CARD] = json.dumps(card).encode("utf-8", "surrogatepass")
    return f"card: {said}"


def damage_json(chance: random.Random, value: Any) -> str:
    """Put nonsense somewhere into a JSON value."""
    places: list[tuple[Any, Any]] = []

    def collect(inner: Any) -> None:
        keys = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
        for key in list(keys):
            places.append((inner, key))
            collect(inner[key])

    collect(value)
    holder, key = chance.choice(places)
    way = chance.choice(("replace", "replace", "replace", "remove", "add", "deep", "many", "near"))
    nonsense = copy.deepcopy(chance.choice(NONSENSE))
    if way == "near" and isinstance(holder[key], (int, float)):
        nonsense = chance.choice((holder[key] + 1, holder[key] - 1, -holder[key], holder[key] * 2**20))
        holder[key] = nonsense
    elif way == "remove":
        del holder[key]
    elif way == "add":
        holder[key] = {"old": holder[key], "new": nonsense} if chance.random() < 0.5 else holder[key]
        if isinstance(holder, dict):
            holder[chance.choice(("new", "x" * 1000, "\x00", "units"))] = nonsense
    elif way == "deep":
        deep: Any = nonsense
        for _ in range(chance.choice((5, 50, 400))):
            deep = [deep]
        holder[key] = deep
    elif way == "many":
        holder[key] = [nonsense if nonsense != 10**4000 else 7] * 50_000
    else:
        holder[key] = nonsense
    return f"{way} {str(key)[:30]!r}: {repr(nonsense)[:40] if nonsense != 10**4000 else '10**4000'}"


def damage_header(chance: random.Random, files: Files) -> str:
    name = chance.choice(ARRAYS)
    length = int.from_bytes(files[name][:8], "little")
    header, rest = json.loads(files[name][8 : 8 + length]), files[name][8 + length :]
    if chance.random() < 0.3:
        one, other = chance.choice(sorted(header)), chance.choice(sorted(header))
        header[one], header[other] = header[other], header[one]
        said = f"{one} and {other} changed places"
    elif chance.random() < 0.2:
        said = chance.choice(("F64", "F16", "I32", "U8", "BF16", "BOOL"))
        header[chance.choice(sorted(header))]["dtype"] = said
    else:
        said = damage_json(chance, header)
    text = json.dumps(header).encode("utf-8", "surrogatepass")
    files[name] = struct.pack("<Q", len(text)) + text + rest
    return f"header of {name}: {said}"


def damage_values(chance: random.Random, files: Files) -> str:
    """Change values of an array, and leave the rest as it should be."""
    from safetensors.numpy import load

    name = chance.choice(ARRAYS)
    arrays = {key: np.array(value) for key, value in load(files[name]).items()}
    key = chance.choice(sorted(arrays))
    flat = arrays[key].reshape(-1)
    places = [chance.randrange(flat.size) for _ in range(chance.choice((1, 3, 50)))]
    if flat.dtype.kind == "f":
        most = float(np.finfo(flat.dtype).max)
        value = chance.choice((math.nan, math.inf, -math.inf, most, -most, 0.0, -1.0, 1.0, 60_000.0, 1e-30))
    else:
        value = chance.choice((0, 1, 261, flat.size, int(np.iinfo(flat.dtype).max)))
    way = chance.choice(("set", "set", "all", "shuffle", "shape", "type", "drop", "extra"))
    if way == "set":
        with np.errstate(all="ignore"):
            flat[places] = np.array(value).astype(flat.dtype)
    elif way == "all":
        with np.errstate(all="ignore"):
            flat[:] = np.array(value).astype(flat.dtype)
    elif way == "shuffle":
        np.random.default_rng(chance.randrange(2**32)).shuffle(flat)
    elif way == "shape":
        arrays[key] = flat[: chance.randrange(flat.size)] if chance.random() < 0.5 else arrays[key][None]
    elif way == "type":
        kind = chance.choice((np.float16, np.float32, np.float64, np.uint16, np.uint32, np.int64, np.uint8))
        with np.errstate(all="ignore"):
            arrays[key] = arrays[key].astype(kind)
    elif way == "drop":
        del arrays[key]
    else:
        arrays[f"{key}.more"] = np.zeros(chance.choice((0, 1, 1000)), np.float32)
    files[name] = to_safetensors(arrays)
    return f"{way} {key} of {name} ({value})"


def damage_whole(chance: random.Random, files: Files) -> str:
    """Give a file the content of another one, or none."""
    name, other = chance.choice(sorted(files)), chance.choice(sorted(files))
    content = chance.choice((files[other], b"", b"\0" * 1000, b"{}", b"\xff" * 100))
    files[name] = content
    return f"{name} holds what is not its own ({len(content)} bytes)"


WAYS: tuple[tuple[Callable[[random.Random, Files], str], int], ...] = (
    (damage_bytes, 9),
    (damage_card, 5),
    (damage_header, 3),
    (damage_values, 5),
    (damage_whole, 1),
)


def damaged(chance: random.Random, sound: Files) -> tuple[str, Files]:
    """Return the files with one or two damages, half of the time with hashes as an attacker leaves them."""
    files = dict(sound)
    ways, weights = zip(*WAYS, strict=True)
    said = []
    for way in chance.choices(ways, weights, k=chance.choice((1, 1, 1, 2))):
        try:
            said.append(way(chance, files))
        except Exception:  # what is damaged already can not always be taken apart for the second time
            said.append(damage_bytes(chance, files))
    if chance.random() < 0.6:
        said.append("hashes made anew")
        rehash(files)
    return "; ".join(said), files


def rehash(files: Files) -> None:
    """Make the card say that the files are what was saved, where it can still be read."""
    try:
        card = json.loads(files[CARD])
        card["files"] = {
            name: hashlib.sha256(files[name]).hexdigest() for name in card["files"] if name in files
        }
        files[CARD] = json.dumps(card).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError, KeyError, RecursionError):
        return


def put(folder: Path, files: Files) -> None:
    """Make a version's folder hold these files and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


def put_odd(chance: random.Random, folder: Path) -> str:
    """Put something else in the place of a file, or of the whole folder."""
    name = chance.choice((CARD, NETWORK, TOKENIZER, MEMORY, MIXTURE, BASE_NETWORK))
    path = folder / name
    way = chance.choice(("link", "zero", "pipe", "folder", "missing", "sparse", "folder is a link"))
    if way == "folder is a link":
        shutil.rmtree(folder.parent / ".elsewhere", ignore_errors=True)
        folder.rename(folder.parent / ".elsewhere")
        folder.symlink_to(folder.parent / ".elsewhere")
        return way
    path.unlink()
    if way == "link":
        path.symlink_to(folder.parent / ".elsewhere")
    elif way == "zero":
        path.symlink_to("/dev/zero")
    elif way == "pipe":
        os.mkfifo(path)
    elif way == "folder":
        path.mkdir()
    elif way == "sparse":
        with path.open("wb") as file:
            file.truncate(20 * 2**30)
    return f"{name}: {way}"


# What has to hold.


def problems(library: Library, name: str = "whole") -> list[str]:
    """Return what `models check` finds wrong with a model."""
    return check_model(library, library.find(name))


def outcome(library: Library, name: str) -> str:
    """Return ``found`` or ``sanitize``; raise whatever went wrong.

    The model stays one row among the others, and what can be loaded writes and scores as a model does.
    """
    entries = library.entries()
    assert [entry.name for entry in entries] == [name, *shipped_names()]
    assert entries[1].card is not None
    for entry in entries:
        json.dumps(describe_entry(entry), allow_nan=False, ensure_ascii=False).encode()
        for label, value in describe_card(entry):
            assert isinstance(label, str) and isinstance(value, str)
    if entries[0].card is not None:
        json.loads(entries[0].card.to_json())
    try:
        model = load_model(library, name)
    except ModelError as error:
        assert error.message
        assert len(error.message) < 1_000
        return "found"
    assert entries[0].card is not None, "what is listed as damaged cannot be loaded"
    for member in model.members():
        predictor = member.predictor
        bits = score(predictor, model.tokenizer, ["The weir: 7 herons.\n雨"], learn=member.learn).bits
        assert math.isfinite(bits), member.name
        probabilities, state = predictor.step(model.tokenizer.roles.start, predictor.start())
        probabilities, state = predictor.step(int(probabilities.argmax()), state)
        assert np.isfinite(probabilities).all() and (probabilities >= 0).all(), member.name
        assert abs(float(probabilities.sum(dtype=np.float64)) - 1) < 1e-3, member.name
    context = text_context(model.tokenizer, "The")
    for chunk in model.generator.stream(context, Sampling(seed=1), 10):
        assert math.isfinite(chunk.probability)
        chunk.text.encode()
    if model.attribution is not None:
        model.attribution.find("The herons nest by the weir in March, seven pairs of them.")
    completer = model.completer()
    completer.suggest("The he")
    completer.inline("The he")
    return "harmless"
