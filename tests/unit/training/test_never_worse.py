"""A training never ends worse than the notes as memory beside an untrained network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnnchat.library.card import Card
from rnnchat.library.models import BASE_NETWORK, Library, to_safetensors
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.notes.corpus import SMALLEST_CORPUS
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import prepare
from rnnchat.training.data.prepared import DIGEST_BYTES, Prepared
from rnnchat.training.fit_mixture import SURE_GAIN, build_memory, should_compare
from rnnchat.training.memory_only import UNIGRAM_SIZE, publish_memory_only, unigram_network
from rnnchat.training.publish import publish
from rnnchat.training.runs.files import DIGESTS, KNOWN_DIGESTS, LEARNED_DIGESTS
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings
from rnnchat.training.trained_network import NamedWeights, Networks, TrainedNetwork
from tests.helpers.models import random_weights
from tests.helpers.places import NOTES

Train = Callable[..., dict[str, Any]]


@pytest.fixture
def good(tokenizer: Tokenizer, texts: list[str]) -> dict[str, np.ndarray]:
    """The weights of a network that knows how often each piece occurs."""
    pieces = [piece for text in texts for piece in tokenizer.encode(text)]
    return unigram_network(np.bincount(pieces, minlength=tokenizer.size))[1]


@pytest.fixture
def shape(tokenizer: Tokenizer) -> NetworkShape:
    return NetworkShape(tokenizer.size, embedding=UNIGRAM_SIZE, units=UNIGRAM_SIZE)


@pytest.fixture
def bad(good: NamedWeights, shape: NetworkShape) -> dict[str, np.ndarray]:
    """The weights of a network that is sure of the wrong pieces."""
    return {**random_weights(shape, scale=3.0), "embedding": good["embedding"] * 30}


@pytest.fixture
def train(paths: Paths, library: Library, tokenizer: Tokenizer, shape: NetworkShape) -> Train:
    """Publish a model as if training had turned weights into others; return the ``done`` event."""

    def train(
        base: NamedWeights,
        trained: NamedWeights,
        *,
        bits: tuple[float, float] = (3.0, 2.0),
        minutes: float = 1.0,
        notes: Path = NOTES,
    ) -> dict[str, Any]:
        card = Card("tiny", "2026-01-02T03:04:05+00:00", shape.as_dict(), {})
        library.publish(card, to_safetensors(dict(base)), tokenizer.model)
        run, prepared = prepared_run(paths, minutes, notes)
        curve = [[0.0, 5.0, bits[0]], [9.0, 4.0, bits[1]]]
        training = {"tokens_per_second": 9.0, "steps": 9, "ended": "budget", "curve": curve}
        events: list[dict[str, Any]] = []
        publish(
            run,
            paths,
            prepared,
            TrainedNetwork(shape, trained, bits[1], training),
            base=library.load("tiny"),
            seconds=lambda: 9.0,
            emit=events.append,
        )
        assert events[-1]["event"] == "done"
        return events[-1]

    return train


def prepared_run(paths: Paths, minutes: float, notes: Path = NOTES) -> tuple[Run, Prepared]:
    run = Run.create(paths, RunSettings(name="me", paths=(str(notes),), base="tiny", minutes=minutes))
    prepared = prepare(run, paths, lambda _: None)
    build_memory(run, prepared, lambda _: None)
    return run, prepared


def assert_memory_only(library: Library, paths: Paths, base: NamedWeights) -> None:
    saved = library.load("me")
    assert saved.base_weights is None and BASE_NETWORK not in saved.card.files, "no second copy of the base"
    for name, weight in base.items():
        np.testing.assert_array_equal(saved.weights[name], weight)
    assert (paths.runs / "me" / LEARNED_DIGESTS).read_bytes() == b"", "the network has learned nothing"


def test_a_training_that_found_nothing_better_is_memory_only(
    train: Train, library: Library, paths: Paths, good: NamedWeights
) -> None:
    done = train(good, good, bits=(2.5, 2.5))
    assert done["improved"] is False and done["ended"] == "budget"
    assert done["bits_per_byte"] == 2.5
    assert done["gain"]["bits_per_byte"] < done["gain"]["base_bits_per_byte"]
    assert "at_once_bits_per_byte" not in done["gain"], "it would be the same"
    assert_memory_only(library, paths, good)


def test_a_worse_mixture_is_not_saved(
    train: Train, library: Library, paths: Paths, good: NamedWeights, bad: NamedWeights
) -> None:
    done = train(good, bad, bits=(2.5, 2.0))
    assert done["improved"] is False
    assert done["bits_per_byte"] == 2.5, "the base's own"
    assert_memory_only(library, paths, good)
    assert library.load("me").card.training["improved"] is False


def test_the_model_is_then_the_one_without_training(
    train: Train, library: Library, paths: Paths, good: NamedWeights, bad: NamedWeights
) -> None:
    train(good, bad, minutes=0.9, bits=(2.5, 2.49))
    trained = library.load("me")
    run, prepared = prepared_run(paths, 0.0)
    publish_memory_only(run, paths, prepared, 0.0, lambda _: None)
    at_once = library.load("me")
    assert at_once.card.training.get("improved") is None
    assert trained.memory is not None and at_once.memory is not None
    for name, array in at_once.memory.items():
        np.testing.assert_array_equal(trained.memory[name], array)
    assert trained.mixture is not None and at_once.mixture is not None
    assert trained.mixture.keys() == at_once.mixture.keys()


def test_a_better_mixture_is_saved_and_compared(
    train: Train, library: Library, paths: Paths, good: NamedWeights, bad: NamedWeights
) -> None:
    done = train(bad, good)
    assert done["improved"] is True
    assert done["bits_per_byte"] == 2.0
    gain = done["gain"]
    assert gain["bits_per_byte"] < gain["at_once_bits_per_byte"] < gain["base_bits_per_byte"]
    saved = library.load("me")
    assert saved.base_weights is not None, "the base is a member beside the trained network"
    np.testing.assert_allclose(saved.weights["output.bias"], good["output.bias"])
    for file in (LEARNED_DIGESTS, KNOWN_DIGESTS):
        assert not (paths.runs / "me" / file).exists()
    assert len(np.load(paths.runs / "me" / DIGESTS).tobytes()) >= DIGEST_BYTES


def test_a_short_training_is_only_compared_where_the_network_gained_little(
    train: Train, good: NamedWeights, bad: NamedWeights
) -> None:
    settings = RunSettings(name="me", paths=())
    assert should_compare(settings, 0.5)
    short = RunSettings(name="me", paths=(), minutes=0.4)
    assert not should_compare(short, 2 * SURE_GAIN)
    assert should_compare(short, SURE_GAIN / 2)
    assert should_compare(RunSettings(name="me", paths=(), minutes=0.4, steps=10), 0.5), "no clock to keep to"
    assert "at_once_bits_per_byte" not in train(bad, good, minutes=0.4)["gain"], "nothing is invented"


def test_a_model_trained_further_keeps_its_base(
    train: Train, library: Library, good: NamedWeights, bad: NamedWeights
) -> None:
    train(bad, good)
    me = library.load("me")
    further = Networks.trained(me.weights, me)
    assert further.is_untrained and further.base is me.base_weights
    other = Networks.trained({name: weight + 1 for name, weight in me.weights.items()}, me)
    assert not other.is_untrained and other.base is me.base_weights
    assert Networks.trained(me.weights, None) == Networks(me.weights)


def test_a_model_that_is_memory_only_is_a_base_itself(
    train: Train, library: Library, good: NamedWeights
) -> None:
    train(good, good, bits=(2.5, 2.5))
    me = library.load("me")
    other = {name: weight + 1 for name, weight in me.weights.items()}
    assert Networks.trained(other, me).base is me.weights
    from_scratch = replace(me, card=replace(me.card, base=""))
    assert Networks.trained(other, from_scratch).base is None


def test_with_few_notes_the_network_alone_decides(
    train: Train, tmp_path: Path, texts: list[str], good: NamedWeights
) -> None:
    """Too little text is kept back to measure a mixture on."""
    note = tmp_path / "note.md"
    note.write_text("\n".join(texts)[: SMALLEST_CORPUS + 100])
    better = {**good, "output.bias": good["output.bias"] * 1.1}
    for weights, improved in ((better, True), (good, False)):
        done = train(good, weights, bits=(3.0, 2.9 if improved else 3.0), notes=note)
        assert "gain" not in done
        assert done["improved"] is improved
