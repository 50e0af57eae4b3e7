"""One command makes a model that ships, with either engine."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from rnnchat.errors import TrainingError
from rnnchat.library.model_files import load_version
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.training import base_model
from rnnchat.training.pretraining.engines import TensorFlowEngine, choose_engine
from tests.helpers.collections import TINY, write_tiny_collections

HAS_TORCH = importlib.util.find_spec("torch") is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    "engine",
    ["tensorflow", pytest.param("torch", marks=pytest.mark.skipif(not HAS_TORCH, reason="no PyTorch"))],
)
def test_either_engine_makes_a_model_that_loads(
    engine: str, tmp_path: Path, paths: Paths, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_tiny_collections(tmp_path / "data", texts)
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(base_model, "RECIPES", {"en": TINY})
    monkeypatch.setattr(TensorFlowEngine, "length", 16)  # its graph has a part for each, and is built sooner
    target = tmp_path / "tiny-base"
    command = ["base_model", str(data), str(target), "--engine", engine, "--steps", "30"]
    monkeypatch.setattr(sys, "argv", command)
    base_model.main()

    saved = load_version(target)
    assert saved.card.name == "tiny-base" and saved.card.style == "chat"
    assert saved.card.learned_from["texts"] == ["Notes of the tests", "Talk of the tests"]
    assert set(saved.card.scores["held_out"]) == {"notes", "dialogue"}
    plan = saved.card.training["plan"]
    assert saved.card.training["tokens"] == 30 * plan["batch"] * plan["length"]
    assert "processor cores" in saved.card.training["hardware"]
    RecurrentNetwork(NetworkShape.from_dict(saved.card.network), saved.weights)
    written = (target / "network.safetensors").read_bytes()
    assert len(written) < 2.5 * saved_parameters(saved.card.network), "two bytes a weight"


def saved_parameters(network: dict[str, object]) -> int:
    return NetworkShape.from_dict(network).parameters


def test_tensorflow_is_chosen_where_pytorch_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert isinstance(choose_engine("auto"), TensorFlowEngine)
    with pytest.raises(TrainingError, match="PyTorch is not installed"):
        choose_engine("torch")


def test_the_help_names_both_engines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["base_model", "--help"])
    with pytest.raises(SystemExit):
        base_model.main()
    said = capsys.readouterr().out
    assert "tensorflow" in said and "torch" in said and json.dumps("en")[1:-1] in said
