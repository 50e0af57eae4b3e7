"""A card holds what it should, or its model is one damaged row; nothing else comes of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError
from rnnchat.library.card import Card
from rnnchat.library.describe import describe_card, describe_entry
from rnnchat.library.models import CARD, Library, ModelEntry
from rnnchat.library.shipped import shipped_names
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.cards import SOUND
from tests.helpers.models import publish_tiny
from tests.helpers.places import ROOT


def changed(*path: str, value: Any) -> bytes:
    card = copy.deepcopy(SOUND)
    holder = card
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return json.dumps(card).encode("utf-8", "surrogatepass")


def deep(levels: int) -> list[Any]:
    return [deep(levels - 1)] if levels else []


def test_a_sound_card_is_read_and_written_again() -> None:
    card = Card.from_json(changed("schema", value=1))
    assert card.bits_per_byte == 2.3
    assert Card.from_json(card.to_json()) == card
    shipped = Card.from_json((ROOT / "models" / "base" / CARD).read_bytes())
    assert Card.from_json(shipped.to_json()) == shipped


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("learned_from.bytes", None),
        ("learned_from.bytes", 10**25),
        ("learned_from.bytes", -1),
        ("learned_from.files", True),
        ("learned_from.files", "9"),
        ("learned_from.files", [9]),
        ("learned_from.paths", "notes"),
        ("learned_from.paths", [1]),
        ("learned_from.texts", {"a": 1}),
        ("learned_from.more", deep(30)),
        ("learned_from", []),
        ("scores.bits_per_byte", "low"),
        ("scores.bits_per_byte", [1.5]),
        ("scores.bits_per_byte", float("nan")),
        ("scores.bits_per_byte", float("inf")),
        ("scores.bits_per_byte", -1),
        ("scores.held_out", [1]),
        ("scores.held_out", {"book": "1.5"}),
        ("training.seconds", "long"),
        ("training.memory_mb", [900]),
        ("training.epochs", {"n": 1}),
        ("training.tokens", -1),
        ("training.tokens", "many"),
        ("training.hardware", 3),
        ("training.hardware", "a\nb"),
        ("training.curve", [[1.0, "x"]]),
        ("training.curve", 3),
        ("training.plan", 3),
        ("network", {}),
        ("network.units", 24.0),
        ("network.units", True),
        ("network.units", 0),
        ("network.units", 2**40),
        ("network.layers", 10_000),
        ("network.cell", "transformer"),
        ("network.cell", ["gru"]),
        ("network.vocabulary", None),
        ("files", {"network.safetensors": "a" * 64}),
        ("files", {"network.safetensors": "a" * 64, "tokenizer.model": "b" * 63}),
        ("files", {"network.safetensors": "a" * 64, "tokenizer.model": 5}),
        ("files.notes.txt", "c" * 64),
        ("files.memory.safetensors", None),
        ("name", ""),
        ("name", "x" * 500),
        ("name", "two\nlines"),
        ("name", 7),
        ("description", "\x1b]52;c;AAAA\x07"),
        ("description", "\ud800"),
        ("description", "turned \u202e round"),
        ("description", "x" * 50_000),
        ("base", None),
        ("created", "yesterday"),
        ("created", 2026),
        ("style", "poem"),
        ("style", []),
        ("schema", True),
        ("schema", "1"),
        ("schema", None),
        ("unknown", 1),
    ],
)
def test_what_no_card_holds_is_refused(path: str, value: Any) -> None:
    first, _, rest = path.partition(".")
    with pytest.raises(ModelError):
        Card.from_json(changed(*([first, rest] if rest else [first]), value=value))


@pytest.mark.parametrize("field", ["name", "created", "network", "files", "schema"])
def test_what_every_card_has_cannot_be_left_out(field: str) -> None:
    card = {key: value for key, value in SOUND.items() if key != field}
    with pytest.raises(ModelError):
        Card.from_json(json.dumps(card).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"schema": 1' + b"0" * 4_000 + b"}",
        b'{"schema": 1' + b"0" * 5_000 + b"}",
        b"\xff\xfe{\x00}\x00",
        b'{"schema": 1e999}',
        json.dumps(SOUND).encode()[:-20],
    ],
)
def test_what_is_no_card_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        Card.from_json(data)


def test_more_may_be_told_of_scores_and_trainings() -> None:
    gained = {"base_alone": 2.1, "after": 1.4, "keys": [1, 2], "told": None, "certain": True}
    card = json.loads(changed("scores", "gained", value=gained))
    card["training"]["more"] = {"a": {"b": ["c", 0.5]}}
    read = Card.from_json(json.dumps(card).encode())
    assert read.scores["gained"] == gained
    assert Card.from_json(read.to_json()) == read


def test_a_card_that_could_not_be_read_is_never_written() -> None:
    card = Card.from_json(changed("schema", value=1))
    card = Card(
        **{
            **card.__dict__,
            "scores": {"bits_per_byte": float("nan"), "bytes": 0},
            "training": {"curve": [(1.0, float("inf"), 2.0)]},
            "learned_from": {"files": 1, "bytes": 1, "paths": ["/home/caf\udce9", "/home/\ud800", "/home/é"]},
        }
    )
    read = Card.from_json(card.to_json())
    assert read.bits_per_byte is None
    assert read.training["curve"] == [[1.0, None, 2.0]]
    assert read.learned_from["paths"] == ["/home/caf\\xe9", "/home/\\ud800", "/home/é"]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "chat", 10**30]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(
    path=st.sampled_from(
        [(key,) for key in SOUND]
        + [(key, inner) for key in SOUND if isinstance(SOUND[key], dict) for inner in SOUND[key]]
    ),
    value=json_values,
)
def test_every_card_is_refused_or_can_be_shown(path: tuple[str, ...], value: Any) -> None:
    try:
        card = Card.from_json(changed(*path, value=value))
    except ModelError as error:
        assert len(error.message) < 300
        return
    entry = ModelEntry("me", ROOT, card, 1)
    json.dumps(describe_entry(entry), allow_nan=False).encode()
    assert all(isinstance(text, str) for row in describe_card(entry) for text in row)
    card.to_json()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: changed("learned_from", "bytes", value=None),
        lambda data: data[:100],
        lambda data: b"[" * 50_000,
        lambda data: data.replace(b"12345", b"1" * 4_000),
        lambda data: b"\xff" * 100,
        lambda data: b" " * (4 * 2**20 + 1),
    ],
)
def test_one_bad_card_is_one_row(
    library: Library, tokenizer: Tokenizer, tiny_shape: Any, damage: Callable[[bytes], bytes]
) -> None:
    for name in ("bad", "good"):
        publish_tiny(library, name, tokenizer, tiny_shape)
    path = library.version_folders(library.find("bad"))[-1] / CARD
    path.write_bytes(damage(path.read_bytes()))
    rows = {entry.name: entry for entry in library.entries()}
    assert list(rows) == ["bad", "good", *shipped_names()]
    assert rows["bad"].card is None
    assert "damaged" in describe_entry(rows["bad"])["summary"]
    assert describe_card(rows["bad"])
    assert rows["good"].card is not None
    assert rows["base"].card is not None
    with pytest.raises(ModelError, match="bad"):
        library.load("bad")
