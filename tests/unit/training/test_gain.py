"""What a training gained is measured on notes that nothing of the model has learned, and told in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.evaluation.scoring import score
from rnnchat.library.card import Card
from rnnchat.library.describe import NOT_IMPROVED, describe_card, describe_entry, describe_gain, human_size
from rnnchat.library.models import ModelEntry
from rnnchat.lm.mixture.weights import MixtureWeights
from rnnchat.lm.ngram import NgramMemory
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import LoadedModel, piece_kinds
from rnnchat.text.chat_format import note_document
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepared import piece_dtype
from rnnchat.training.fit_mixture import LEAST_MEASURED_PIECES, ValidationTexts, wanted_pieces
from rnnchat.training.gain import (
    FEWEST_PIECES,
    PIECES_PER_TEXT,
    WANTED_PIECES,
    measure_gain,
    measuring_seconds,
)
from rnnchat.training.runs.files import VALIDATION_PIECES
from rnnchat.training.runs.report import NO_TIME, TrainingReport
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings

Parts = tuple[NgramMemory, MixtureWeights, list[list[int]]]


@pytest.fixture(scope="module")
def parts(tiny_network: RecurrentNetwork, tokenizer: Tokenizer, texts: list[str]) -> Parts:
    """A memory of most notes, a mixture fitted to one more, and those that nothing has seen."""
    documents = [note_document(tokenizer, tokenizer.encode(text)) for text in texts]
    memory = NgramMemory.build(np.concatenate([np.array(d) for d in documents[:-3]]), tokenizer.size)
    kinds = piece_kinds(tokenizer)
    weights = MixtureWeights.fit(tiny_network, memory, kinds, [documents[-3][:200]])
    return memory, weights, documents[-2:]


def test_both_are_measured_on_the_same_text(
    parts: Parts, tiny_network: RecurrentNetwork, tiny_shape: object, tokenizer: Tokenizer
) -> None:
    memory, weights, unseen = parts
    short = [text[:150] for text in unseen]
    gain = measure_gain(
        tiny_network,
        memory,
        weights,
        base_member=None,
        compared_with=tiny_network,
        texts=short,
        tokenizer=tokenizer,
        seconds=60,
    )
    assert gain is not None
    shown = [tokenizer.decode(text) for text in short]
    assert gain.bytes == sum(len(tokenizer.decode_bytes(text)) for text in short)
    model = LoadedModel(Card("x", "", {}, {}), None, tiny_network, memory, weights)  # type: ignore[arg-type]
    assert gain.base_bits_per_byte == pytest.approx(score(tiny_network, tokenizer, shown).bits_per_byte)
    mixed = next(p for p in [mixture_of(model, tokenizer)])
    assert gain.bits_per_byte == pytest.approx(score(mixed, tokenizer, shown).bits_per_byte)
    assert gain.bits_per_byte < gain.base_bits_per_byte, "a memory knows more than chance"
    assert gain.characters > 100
    assert gain.keys_saved is not None and gain.base_keys_saved is not None
    assert -1 < gain.base_keys_saved < gain.keys_saved < 1


def mixture_of(model: LoadedModel, tokenizer: Tokenizer) -> object:
    assert model.memory is not None and model.weights is not None
    return model.weights.mixture(model.network, model.memory, piece_kinds(tokenizer))


def test_a_model_is_compared_with_one_without_training(
    parts: Parts, tiny_network: RecurrentNetwork, tokenizer: Tokenizer
) -> None:
    memory, weights, unseen = parts
    short = [text[:150] for text in unseen]
    mixture = weights.mixture(tiny_network, memory, piece_kinds(tokenizer))
    gains = [
        measure_gain(
            tiny_network,
            memory,
            weights,
            base_member=None,
            compared_with=None,
            at_once=other,
            texts=short,
            tokenizer=tokenizer,
            seconds=30,
        )
        for other in (tiny_network, mixture)
    ]
    better, equal = gains
    assert better is not None and equal is not None
    shown = [tokenizer.decode(text) for text in short]
    assert better.at_once_bits_per_byte == pytest.approx(score(tiny_network, tokenizer, shown).bits_per_byte)
    assert better.beats_at_once and better.keys_saved is not None
    assert equal.at_once_bits_per_byte == equal.bits_per_byte
    assert not equal.beats_at_once
    assert equal.keys_saved is None, "that model is not kept"


def test_measuring_changes_nothing_of_what_is_saved(
    parts: Parts, tiny_network: RecurrentNetwork, tokenizer: Tokenizer
) -> None:
    memory, weights, unseen = parts
    before = {name: array.copy() for name, array in weights.tensors().items()}
    measure_gain(
        tiny_network,
        memory,
        weights,
        base_member=None,
        compared_with=tiny_network,
        texts=unseen,
        tokenizer=tokenizer,
        seconds=1,
    )
    assert all(np.array_equal(array, before[name]) for name, array in weights.tensors().items())


def test_without_time_few_pieces_are_scored_and_no_keys_told(
    parts: Parts, tiny_network: RecurrentNetwork, tokenizer: Tokenizer
) -> None:
    memory, weights, unseen = parts
    gain = measure_gain(
        tiny_network,
        memory,
        weights,
        base_member=None,
        compared_with=None,
        texts=unseen,
        tokenizer=tokenizer,
        seconds=0,
    )
    assert gain is not None
    assert gain.as_dict().keys() == {"bytes", "bits_per_byte"}
    pieces = [text[1 : 1 + PIECES_PER_TEXT] for text in unseen]  # without the start piece
    assert FEWEST_PIECES < sum(map(len, pieces)) < WANTED_PIECES
    assert gain.bytes == sum(len(tokenizer.decode_bytes(text)) for text in pieces), "all that there is"
    assert len(tokenizer.encode(tokenizer.decode(unseen[0]))) >= FEWEST_PIECES
    few = [text[: FEWEST_PIECES // 4] for text in unseen]
    assert (
        measure_gain(
            tiny_network,
            memory,
            weights,
            base_member=None,
            compared_with=None,
            texts=few,
            tokenizer=tokenizer,
            seconds=1,
        )
        is None
    )
    assert (
        measure_gain(
            tiny_network,
            memory,
            weights,
            base_member=None,
            compared_with=None,
            texts=[],
            tokenizer=tokenizer,
            seconds=1,
        )
        is None
    )


def test_measuring_takes_a_small_part_of_the_budget() -> None:
    for minutes in (0, 0.15, 0.4, 1, 5, 60, 10_000):
        assert measuring_seconds(minutes) <= max(2, 60 * 0.03 * minutes)


@given(
    sizes=st.lists(st.integers(2, 3_000), max_size=12),
    minutes=st.sampled_from([0, 0.15, 1.0, 5.0, 60.0]),
)
def test_no_text_is_both_fitted_to_and_measured_with(sizes: list[int], minutes: float) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        tokenizer = Spelling()
        run = Run(Path(folder))
        (run.folder / "run.json").write_text(
            RunSettings(name="x", paths=(), minutes=minutes).to_json(), encoding="utf-8"
        )
        numbers = iter(range(10, 60_000))
        documents = [[1, *(next(numbers) for _ in range(size - 1))] for size in sizes]
        pieces = [piece for document in documents for piece in document]
        (run.folder / VALIDATION_PIECES).write_bytes(np.array(pieces, piece_dtype(tokenizer.size)).tobytes())
        texts = ValidationTexts.of(run, tokenizer)  # type: ignore[arg-type]
    fitted, measured = texts.fitted, texts.measured
    own = {piece for text in fitted for piece in text[1:]}
    others = {piece for text in measured for piece in text[1:]}
    assert not own & others
    assert all(text[0] == 1 for text in (*fitted, *measured))
    total = sum(sizes)
    assert sum(map(len, fitted)) >= total // 2 or sum(map(len, fitted)) == wanted_pieces(
        RunSettings(name="x", paths=(), minutes=minutes)
    )
    if total >= 2 * LEAST_MEASURED_PIECES:
        assert sum(map(len, measured)) >= LEAST_MEASURED_PIECES


class Spelling:
    """A tokenizer as far as roles and size go."""

    size = 60_000

    class roles:  # noqa: N801
        start = 1


GAIN = {
    "bytes": 2100,
    "bits_per_byte": 1.531,
    "base_bits_per_byte": 2.214,
    "keys_saved": 0.612,
    "base_keys_saved": 0.454,
}


def test_keys_saved_on_few_characters_are_not_told() -> None:
    assert "keys saved" in describe_gain({**GAIN, "characters": 1_000})
    few = describe_gain({**GAIN, "characters": 999})
    assert "keys" not in few and "1.53 bits per byte" in few


def test_a_gain_on_little_text_is_said_to_be_one() -> None:
    little = describe_gain({**GAIN, "bytes": 364})
    assert little.startswith("On only 364 B of notes it had not seen: 1.53 bits per byte")
    assert little.endswith("; that is too little text to be sure.")
    assert "too little" not in describe_gain({**GAIN, "bytes": 1_000})


def entry(scores: dict[str, object], *, shipped: bool = False, **learned: object) -> ModelEntry:
    card = Card(
        "me", "2026-01-02T03:04:05+00:00", {"vocabulary": 512}, {}, learned_from=learned, scores=scores
    )
    return ModelEntry("me", Path("/x"), card, 1000, shipped)


def test_a_gain_in_words() -> None:
    assert describe_gain(GAIN) == (
        f"On {human_size(GAIN['bytes'])} of notes it had not seen: 1.53 bits per byte,"
        " 31% fewer than the base alone (2.21);"
        " 61% of keys saved, where the base alone saves 45%."
    )
    alone = {name: value for name, value in GAIN.items() if not name.startswith("base")}
    assert describe_gain(alone) == (
        f"On {human_size(GAIN['bytes'])} of notes it had not seen: 1.53 bits per byte; 61% of keys saved."
    )
    assert "(2.21) and 4% fewer than without training (1.60);" in describe_gain(
        {**GAIN, "at_once_bits_per_byte": 1.6}
    )
    assert "1.53 bits per byte, as many as without training (1.53);" in describe_gain(
        {**alone, "at_once_bits_per_byte": 1.5311}
    )
    assert "53% more than the base alone (1.00)" in describe_gain({**alone, "base_bits_per_byte": 1.0})
    assert describe_gain({"bits_per_byte": 2.0}) == "On notes it had not seen: 2.00 bits per byte."


@pytest.mark.parametrize(
    "gain",
    [None, [], "x", 5, {}, {"bits_per_byte": None}, {"bits_per_byte": "1"}, {"bits_per_byte": float("nan")}],
    ids=str,
)
def test_a_card_that_tells_no_gain(gain: object) -> None:
    assert describe_gain(gain) == ""
    row = describe_entry(entry({"bits_per_byte": 2.204, "gain": gain}))
    assert row["on_own_notes"] == "2.20"
    assert row["gain"] is None
    assert "its own notes" in dict(describe_card(entry({"bits_per_byte": 2.204, "gain": gain})))["predicts"]


def test_no_figure_of_one_text_stands_beside_that_of_another() -> None:
    assert describe_entry(entry({"bits_per_byte": 1.9, "gain": GAIN}))["on_own_notes"] == "2.21 → 1.53"
    assert describe_entry(entry({"bits_per_byte": 1.4957}, texts=["97 novels"]))["on_own_notes"] == "–"
    assert describe_entry(entry({}))["on_own_notes"] == "–"
    shown = dict(describe_card(entry({"bits_per_byte": 1.9, "gain": GAIN})))
    assert "2.21" in shown["predicts"] and "2.1 kB" in shown["predicts"]


@pytest.mark.parametrize("ended", ["at once", "budget", "early"])
def test_it_is_told_after_a_training(ended: str) -> None:
    lines: list[str] = []
    report = TrainingReport(lambda text, over=False: lines.append(text), live=False)
    done = {
        "event": "done",
        "model": "me",
        "bits_per_byte": 1.9,
        "seconds": 3.0,
        "tokens_per_second": 900.0,
        "ended": ended,
    }
    report.show({**done, "gain": GAIN})
    assert describe_gain(GAIN) in lines[-1]
    assert "1.9" not in lines[-1], "one figure, not two that seem to contradict"
    report.show(done)
    assert "not seen" in lines[-1] or ended == "at once"


def test_it_is_said_where_training_improved_nothing() -> None:
    from rnnchat.app.training_monitor import TrainingState
    from rnnchat.app.training_summary import headline

    done = {
        "event": "done",
        "model": "me",
        "bits_per_byte": 1.9,
        "seconds": 3.0,
        "tokens_per_second": 900.0,
        "ended": "early",
    }
    for improved in (True, False):
        lines: list[str] = []
        report = TrainingReport(lambda text, over=False, lines=lines: lines.append(text), live=False)
        report.show({**done, "improved": improved, "gain": GAIN})
        state = TrainingState("me", 5.0, status="done", done={**done, "improved": improved, "gain": GAIN})
        for shown in (lines[-1], headline(state).plain):
            assert (NOT_IMPROVED in shown) is not improved
            assert describe_gain(GAIN) in shown
        report.show({**done, "improved": improved, "tokens_per_second": 0.0})
        assert NO_TIME in lines[-1] and NOT_IMPROVED not in lines[-1]
        card = entry({"bits_per_byte": 1.9})
        assert card.card is not None
        card = replace(card, card=replace(card.card, training={"minutes": 5, "improved": improved}))
        assert (NOT_IMPROVED in dict(describe_card(card))["training"]) is not improved


def test_an_early_sample_is_called_one() -> None:
    from rnnchat.app.training_monitor import TrainingState

    lines: list[str] = []
    report = TrainingReport(lambda text, over=False: lines.append(text), live=False)
    report.show({"event": "sample", "text": "The river\nrose", "step": 0, "early": True})
    report.show({"event": "sample", "text": "and fell.", "step": 9})
    assert lines == ["An early sample of its writing: “The river rose”", "  “and fell.”"]
    state = TrainingState("me", 5.0)
    state.apply({"event": "sample", "text": "The river", "step": 0, "early": True})
    assert state.is_sample_early
    state.apply({"event": "sample", "text": "and fell.", "step": 9})
    assert not state.is_sample_early and state.sample == "and fell."


def test_it_is_shown_when_a_training_ends_in_the_app() -> None:
    from rnnchat.app.training_monitor import TrainingState
    from rnnchat.app.training_summary import headline

    for ended in ("at once", "budget"):
        done = {"ended": ended, "bits_per_byte": 1.9, "gain": GAIN}
        state = TrainingState("me", 5.0, status="done", done=done)
        assert describe_gain(GAIN) in headline(state).plain


def test_a_gain_survives_the_card() -> None:
    files = {"network.safetensors": "0" * 64, "tokenizer.model": "1" * 64}
    shape = NetworkShape(400, embedding=16, units=24).as_dict()
    scores = {"bits_per_byte": 2.0, "gain": GAIN}
    card = Card("me", "2026-01-02T03:04:05+00:00", shape, files, scores=scores)
    assert json.loads(card.to_json())["scores"]["gain"] == GAIN
    assert Card.from_json(card.to_json()).scores["gain"] == GAIN
