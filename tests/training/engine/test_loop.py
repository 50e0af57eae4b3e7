"""Training learns, stops where it should and goes on as if it had never stopped."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import pytest

from rnnchat.errors import TrainingError
from rnnchat.evaluation.scoring import score
from rnnchat.library.models import Library
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.chat_format import note_document
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.base_choice import choose_base
from rnnchat.training.data.batches import Batches, TrainingData
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.loop import Trainer
from rnnchat.training.engine.schedule import learning_rate_factor
from rnnchat.training.plan import Dropout, Plan
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.settings import RunSettings
from tests.helpers.models import random_weights

pytestmark = pytest.mark.slow

SETTINGS = RunSettings(name="x", paths=(), steps=24, checkpoint_seconds=1e9)
PLAN = Plan(
    batch=4,
    length=8,  # a graph of fewer parts is built sooner
    learning_rate=1e-2,
    dropout=Dropout(0.2, 0.1, 0.1),
    ema_steps=10,
    embedding=16,
    units=24,
    layers=1,
    weight_decay=0.05,
)


@pytest.fixture(scope="module")
def data(tokenizer: Tokenizer, texts: list[str]) -> TrainingData:
    documents = [note_document(tokenizer, tokenizer.encode(text)) for text in texts]
    training, validation = documents[:-1], documents[-1]
    return TrainingData(
        training=np.concatenate([np.array(d, np.uint16) for d in training]),
        training_spans=np.stack([np.cumsum([0, *map(len, training[:-1])]), [*map(len, training)]], axis=1),
        validation=np.array(validation, np.uint16),
        validation_bytes=len(texts[-1].encode()),
        training_bytes=sum(len(text.encode()) for text in texts[:-1]),
    )


def trainer(
    folder: Path, data: TrainingData, tokenizer: Tokenizer, settings: RunSettings = SETTINGS
) -> Trainer:
    shape = NetworkShape(tokenizer.size, embedding=16, units=24)
    return Trainer(settings, shape, PLAN, data, folder=folder, clock=Clock())


def go(_: object = None) -> str:
    return ""


def test_it_learns_and_scores_as_the_speaking_network_does(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer, texts: list[str]
) -> None:
    training = trainer(tmp_path, data, tokenizer, replace(SETTINGS, steps=500))
    before = training.score(data.validation, data.validation_bytes)
    events: list[dict[str, object]] = []
    assert training.run(events.append, go) == "budget"
    assert training.state.best < 0.9 * before, "before: the pieces' frequencies alone"
    assert events[-1]["bits_per_byte"] == round(training.state.best, 4)
    network = RecurrentNetwork(training.trainable.network.shape, training.best_weights)
    spoken = score(network, tokenizer, texts[-1:]).bits_per_byte
    # The loop cuts the text into parallel streams, each beginning anew, so it is a little harsher.
    assert abs(spoken - training.state.best) < 0.06 * spoken


def test_compiling_takes_nothing_of_the_schedule(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    """On a slow machine it takes longer than all the steps of a short training."""
    training = trainer(tmp_path, data, tokenizer, replace(SETTINGS, steps=None, minutes=1.0))
    shares: list[float] = []

    def control() -> str:
        shares.append(training.state.schedule_share)
        return "finish" if len(shares) == 4 else ""

    assert training.run(lambda _: None, control) == "asked"
    assert shares[:2] == [0.0, 0.0], "before the first step and after it"
    assert 0.0 < shares[2] < shares[3] < 0.2


def test_trained_weights_speak_as_the_network_does(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    training = trainer(tmp_path, data, tokenizer, replace(SETTINGS, steps=100))
    training.run(lambda _: None, go)
    network = training.trainable.network
    speaking = RecurrentNetwork(network.shape, network.weights_by_name())
    state = speaking.start()
    expected, _ = network(data.training[None, :200].astype(np.int32), network.start(1))
    for t, piece in enumerate(data.training[:200]):
        state = speaking.advance(int(piece), state)
        assert np.abs(speaking.logits(speaking.project(state)) - expected[0, t]).max() < 1e-4


def test_a_resumed_run_equals_one_that_never_stopped(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    whole = trainer(tmp_path / "whole", data, tokenizer)
    whole.run(lambda _: None, go)

    for stop in (1, 10, 17):
        remaining = iter([""] * stop + ["stop"])
        first = trainer(tmp_path / f"{stop}", data, tokenizer)
        if first.state.step < stop:
            assert first.run(lambda _: None, lambda remaining=remaining: next(remaining)) == "stopped"
        second = trainer(tmp_path / f"{stop}", data, tokenizer)
        assert second.state.step == stop
        second.run(lambda _: None, go)
        assert second.state.step == whole.state.step
        assert second.state.loss == pytest.approx(whole.state.loss, abs=1e-5)
        assert second.state.best == pytest.approx(whole.state.best, abs=1e-5)
        theirs = {group: dict(arrays) for group, arrays in whole.trainable.groups()}
        for group, arrays in second.trainable.groups():
            for name, value in arrays:
                assert np.abs(value - theirs[group][name]).max() < 1e-5, (group, name)


def test_the_last_part_begins_an_epoch_of_its_own_also_when_resumed(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    data = replace(data, repeats=np.array([[2, 0.5]] * len(data.training_spans), np.float32))
    whole = trainer(tmp_path / "whole", data, tokenizer)
    seen: list[tuple[int, int, bool]] = []

    def noting() -> str:
        seen.append((whole.state.step, whole.state.position, whole.state.is_last_part))
        return ""

    whole.run(lambda _: None, noting)
    first = next(entry for entry in seen if entry[2])
    assert first == (17, 0, True), "after 70 % of 24 steps"

    remaining = iter([""] * 20 + ["stop"])
    stopped = trainer(tmp_path / "stopped", data, tokenizer)
    assert stopped.run(lambda _: None, lambda: next(remaining)) == "stopped"
    resumed = trainer(tmp_path / "stopped", data, tokenizer)
    assert resumed.state.is_last_part
    resumed.run(lambda _: None, go)
    assert resumed.state.loss == pytest.approx(whole.state.loss, abs=1e-5)
    assert resumed.state.best == pytest.approx(whole.state.best, abs=1e-5)


def test_what_is_frozen_stays_and_the_rest_learns(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    shape = NetworkShape(tokenizer.size, embedding=16, units=24)
    weights = random_weights(shape)
    plan = replace(PLAN, rate_factors={"embedding": 0.0})
    settings = replace(SETTINGS, steps=60)
    training = Trainer(settings, shape, plan, data, folder=tmp_path, clock=Clock(), weights=weights)
    before = training.score(data.validation, data.validation_bytes)
    training.run(lambda _: None, go)
    assert training.state.best < before
    learned = training.best_weights
    np.testing.assert_array_equal(learned["embedding"], weights["embedding"])
    assert all(np.abs(learned[name] - weights[name]).max() > 0 for name in weights if name != "embedding")


def test_a_damaged_checkpoint_is_passed_over(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    training = trainer(tmp_path, data, tokenizer)
    training.save()
    training.state.step = 5
    training.save()
    newest = max(tmp_path.iterdir())
    arrays = newest / "network.0.safetensors"
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(content)
    assert trainer(tmp_path, data, tokenizer).state.step == 0
    (newest / checkpoint.MANIFEST).unlink()
    assert trainer(tmp_path, data, tokenizer).state.step == 0


def test_only_the_last_two_checkpoints_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        arrays = [("b", np.full(3, number)), ("c", np.full(2**20, number)), ("d", np.zeros(2))]
        checkpoint.save(tmp_path, number, [("a", arrays)], {"n": number})
    assert len(list(tmp_path.iterdir())) == 2
    latest = checkpoint.load_latest(tmp_path)
    assert latest is not None
    assert latest.values == {"n": 4}
    found = {name: (value.size, value[0]) for name, value in latest.groups["a"].items()}
    assert found == {"b": (3, 4), "c": (2**20, 4), "d": (2, 0)}


def test_finishing_early_keeps_the_best(tmp_path: Path, data: TrainingData, tokenizer: Tokenizer) -> None:
    training = trainer(tmp_path, data, tokenizer)
    orders = iter([""] * 8 + ["finish"])
    assert training.run(lambda _: None, lambda: next(orders)) == "asked"
    assert training.state.step == 8
    assert training.state.best == min(point[2] for point in training.state.curve) or (
        abs(training.state.best - min(point[2] for point in training.state.curve)) < 1e-3
    )


def test_an_epoch_shows_every_piece_once_in_another_order(data: TrainingData) -> None:
    batches = Batches(data, batch=4, length=16, seed=0)
    first, second = ([chunk.pieces for chunk in batches.epoch(number, 0)] for number in (0, 1))
    assert len(first) == batches.steps
    seen = np.concatenate([chunk[:, :-1].ravel() for chunk in first])
    whole = np.bincount(data.training, minlength=500)
    shown = np.bincount(seen, minlength=500)
    assert (shown <= whole).all()
    assert shown.sum() >= 0.9 * whole.sum()
    assert any((a != b).any() for a, b in zip(first, second, strict=True))
    again = [chunk.pieces for chunk in batches.epoch(0, 2)]
    assert all((a == b).all() for a, b in zip(first[2:], again, strict=True))
    for chunk, following in itertools.pairwise(first):
        assert (chunk[:, -1] == following[:, 0]).all(), "the streams go on from chunk to chunk"


def test_the_schedule_rises_and_falls() -> None:
    rates = [learning_rate_factor(share / 100) for share in range(101)]
    assert max(rates) == pytest.approx(1, abs=0.01)
    assert rates[0] < 0.1
    assert rates[-1] < 0.05
    assert learning_rate_factor(5.0) == pytest.approx(rates[-1])


def test_a_paused_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("rnnchat.training.runs.clock.time.monotonic", lambda: now[0])
    clock = Clock(before=5)
    now[0] += 10
    clock.pause()
    now[0] += 1000
    assert clock.seconds() == 15
    clock.resume()
    now[0] += 1
    assert clock.seconds() == 16


def test_a_sleep_of_the_machine_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("rnnchat.training.runs.clock.time.monotonic", lambda: now[0])
    clock = Clock()
    for gap in (300, 1, 4000, 2):
        now[0] += gap
        clock.tick()
    assert clock.seconds() == 303, "reading the notes may take long; between two steps nothing does"


def test_the_base_is_chosen_by_what_fits(paths: Paths) -> None:
    settings = RunSettings(name="x", paths=())
    english = "The river rose and we stayed at home, reading by the window. " * 50
    library = Library(paths)
    assert choose_base(settings, library, english).base == "base"
    assert choose_base(replace(settings, cell="lstm"), library, english).base == "scratch"
    assert choose_base(replace(settings, units=64), library, english).base == "scratch"
    units = library.find("base").card.network["units"]
    assert choose_base(replace(settings, base="base", units=units), library, english).base == "base"
    with pytest.raises(TrainingError, match=f"base has units={units}"):
        choose_base(replace(settings, base="base", units=64), library, english)


def test_a_training_that_goes_wrong_keeps_what_it_started_from(
    tmp_path: Path, data: TrainingData, tokenizer: Tokenizer
) -> None:
    """Whether it ends early, is stopped and resumed, or finished by request."""
    good = trainer(tmp_path / "good", data, tokenizer, replace(SETTINGS, steps=100))
    good.run(lambda _: None, go)
    weights = good.best_weights
    absurd = replace(PLAN, learning_rate=0.9, dropout=Dropout(), weight_decay=0.0)

    def ruined(name: str, steps: int) -> Trainer:
        shape = NetworkShape(tokenizer.size, embedding=16, units=24)
        settings = replace(SETTINGS, steps=steps)
        return Trainer(
            settings, shape, absurd, data, folder=tmp_path / name, clock=Clock(), weights=dict(weights)
        )

    def assert_kept(training: Trainer) -> None:
        assert training.state.best == training.state.curve[0][2] or (
            abs(training.state.best - training.state.curve[0][2]) < 1e-3
        )
        assert all(np.array_equal(value, weights[name]) for name, value in training.best_weights.items())

    early = ruined("early", 400)
    assert early.run(lambda _: None, go) == "early"
    assert early.state.curve[-1][2] > 1.1 * early.state.best, "it was ruined"
    assert_kept(early)

    orders = iter([""] * 4 + ["stop"])
    assert ruined("resumed", 40).run(lambda _: None, lambda: next(orders)) == "stopped"
    resumed = ruined("resumed", 40)
    orders = iter([""] * 3 + ["finish"])
    assert resumed.run(lambda _: None, lambda: next(orders)) == "asked"
    assert resumed.state.step == 7
    assert_kept(resumed)

    at_once = ruined("finished", 40)
    assert at_once.run(lambda _: None, lambda: "finish") == "asked"
    assert at_once.state.step == 0
    assert_kept(at_once)
