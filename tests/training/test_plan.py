"""The choices of a training follow from the corpus, the budget and the machine."""

from __future__ import annotations

import json
import os
from dataclasses import replace

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.errors import TrainingError
from rnnchat.lm.shape import NetworkShape
from rnnchat.training.engine.hardware import free_memory, measure_speed
from rnnchat.training.plan import (
    MB,
    TOKENS_PER_WEIGHT,
    CorpusSize,
    Dropout,
    HardwareSpeed,
    Plan,
    dropout_for,
    make_plan,
    memory_needed,
    pieces_per_second,
)
from rnnchat.training.runs.settings import RunSettings

NOTES = CorpusSize(pieces=500_000, bytes=1_600_000, vocabulary=4096)
FAST = HardwareSpeed(float32=350e9, bfloat16=600e9)
SETTINGS = RunSettings(name="x", paths=(), minutes=4)


def test_a_plan_is_kept_as_it_is() -> None:
    plan = make_plan(SETTINGS, NOTES, FAST)
    assert Plan.from_json(plan.to_json()) == plan


def test_a_base_that_read_little_is_trained_like_a_new_network() -> None:
    shape = NetworkShape(NOTES.vocabulary, 192, 512)
    enough = TOKENS_PER_WEIGHT * shape.parameters
    little, much, unknown = (
        make_plan(SETTINGS, NOTES, FAST, base=shape, base_tokens=tokens)
        for tokens in (enough - 1, enough, None)
    )
    assert much == unknown, "a base of unknown training is changed with care"
    assert much.rate_factors and not little.rate_factors
    assert little.learning_rate > much.learning_rate
    assert little.weight_decay < much.weight_decay
    assert little.dropout == dropout_for(little.epochs)
    few_notes = replace(NOTES, bytes=NOTES.bytes // 100)
    careful = make_plan(SETTINGS, few_notes, FAST, base=shape, base_tokens=enough - 1)
    assert careful.learning_rate < little.learning_rate


def test_a_plan_of_version_0_1_is_read() -> None:
    written = {
        "embedding": 24,
        "units": 48,
        "layers": 1,
        "batch": 8,
        "length": 16,
        "learning_rate": 0.004,
        "weight_decay": 0.05,
        "dropping": {"values": 0.2, "inputs": 0.1, "weights": 0.3},
        "horizon": 50.0,
        "rates": {"embedding": 0.0},
        "half": True,
        "epochs": 1.2,
    }
    plan = Plan.from_json(json.dumps(written))
    assert plan.dropout == Dropout(hidden=0.2, inputs=0.1, recurrent_weights=0.3)
    assert (plan.ema_steps, plan.rate_factors, plan.use_bfloat16) == (50.0, {"embedding": 0.0}, True)
    assert plan.as_record() == written, "events and cards keep the old names"


def test_more_time_reads_more_often_and_drops_more() -> None:
    plans = [make_plan(RunSettings(name="x", paths=(), minutes=m), NOTES, FAST) for m in (0.5, 4, 30)]
    epochs = [plan.epochs for plan in plans]
    assert epochs == sorted(epochs)
    assert epochs[0] < 3 < epochs[1] < 20 < epochs[2]
    assert plans[0].dropout.hidden < plans[1].dropout.hidden < plans[2].dropout.hidden
    assert dropout_for(1e9).hidden == 0.5


def test_bfloat16_is_taken_where_it_wins() -> None:
    assert make_plan(SETTINGS, NOTES, FAST).use_bfloat16
    assert not make_plan(SETTINGS, NOTES, HardwareSpeed(350e9, 380e9)).use_bfloat16
    assert not make_plan(RunSettings(name="x", paths=(), use_bfloat16=False), NOTES, FAST).use_bfloat16


def test_what_is_stated_stays() -> None:
    settings = SETTINGS.with_overrides(
        ["units=96", "dropout=0.1", "weight_drop=0", "batch=4", "learning_rate=0.5"]
    )
    plan = make_plan(settings, NOTES, FAST)
    assert (plan.units, plan.batch, plan.learning_rate) == (96, 4, 0.5)
    assert (plan.dropout.hidden, plan.dropout.recurrent_weights) == (0.1, 0.0)


def test_a_smaller_network_is_chosen_where_memory_is_short() -> None:
    large = NetworkShape(4096, 256, 768)
    assert make_plan(SETTINGS, NOTES, FAST, free_bytes=memory_needed(large)).units == 768
    assert make_plan(SETTINGS, NOTES, FAST, free_bytes=memory_needed(large) - 1).units < 768
    with pytest.raises(TrainingError, match="memory"):
        make_plan(SETTINGS, NOTES, FAST, free_bytes=600 * MB)
    with pytest.raises(TrainingError, match="memory"):
        make_plan(SETTINGS.with_overrides(["units=768"]), NOTES, FAST, free_bytes=900 * MB)
    with pytest.raises(TrainingError, match="memory"):
        make_plan(SETTINGS, NOTES, FAST, free_bytes=900 * MB, base=large)


@given(pieces=st.integers(2, 10**9), minutes=st.floats(0.15, 1e4), replicas=st.integers(1, 8))
def test_every_corpus_has_a_plan(pieces: int, minutes: float, replicas: int) -> None:
    corpus = CorpusSize(pieces, pieces * 3, 512)
    plan = make_plan(RunSettings(name="x", paths=(), minutes=minutes), corpus, FAST, replicas=replicas)
    assert plan.batch >= 1
    assert plan.batch % replicas == 0
    assert plan.length >= 2
    assert 0 <= plan.dropout.hidden <= 0.5


def test_this_machine_is_measured() -> None:
    speed = measure_speed(64, 8)
    assert speed.operations(use_bfloat16=False) > 1e6
    assert pieces_per_second(NetworkShape(512, 32, 64), 8, 16, speed.float32) > 0
    free = free_memory()
    assert free is None or free > 10 * MB


def test_a_wide_simple_rnn_learns_slower() -> None:
    rates = [
        make_plan(replace(SETTINGS, cell=cell, units=units), NOTES, FAST).learning_rate
        for cell, units in (("rnn", 256), ("rnn", 384), ("rnn", 1280), ("gru", 1280))
    ]
    assert rates[0] == rates[1] == rates[3]
    assert rates[2] == pytest.approx(0.3 * rates[3])
