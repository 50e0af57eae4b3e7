"""What a training gained, and what a model says of text that it has learned, in the real program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.helpers import SHORT_LENGTH, TRAINED_MINUTES, json_lines, rnnchat
from tests.helpers.places import NOTES

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Trained = tuple[Path, list[dict[str, Any]]]
NEW = "Nobody in this house has ever written down what the weather was like on a Tuesday in the autumn. "


def test_a_training_tells_what_it_gained(trained: Trained) -> None:
    home, events = trained
    gain = events[-1]["gain"]
    assert gain["bytes"] > 100
    assert 0.5 < gain["bits_per_byte"] < gain["base_bits_per_byte"] < 5
    (shown,) = json_lines(rnnchat(home, "models", "show", "me", "--json").stdout)
    assert shown["gain"] == shown["card"]["scores"]["gain"] == gain
    assert "fewer than the base alone" in rnnchat(home, "models", "show", "me").stdout
    listed = rnnchat(home, "models", "list").stdout
    assert f"{gain['base_bits_per_byte']:.2f} → {gain['bits_per_byte']:.2f}" in listed
    (base,) = [line for line in listed.splitlines() if line[2:].startswith("base ")]
    assert "1.50" not in base


def test_text_that_was_learned_is_told_from_new_text(trained: Trained, tmp_path: Path) -> None:
    home, events = trained
    learned = rnnchat(home, "evaluate", NOTES, "--model", "me", "--json", "--limit", "1000")
    (score,) = json_lines(learned.stdout)
    assert score["seen"] > 0.9
    assert "in the notes that me learned" in learned.stderr
    # What the training told of its gain cannot be of text that its memory already had.
    assert events[-1]["gain"]["bits_per_byte"] > 2 * score["bits_per_byte"]["mixture"]
    new = tmp_path / "new.md"
    new.write_text(NEW * 5)
    told = rnnchat(home, "evaluate", new, "--model", "me", "--json")
    assert json_lines(told.stdout)[0]["seen"] == 0
    assert told.stderr == ""
    of_base = rnnchat(home, "evaluate", new, "--model", "base", "--json", "--limit", "100")
    assert json_lines(of_base.stdout)[0]["seen"] is None


def test_a_training_that_goes_wrong_is_no_worse_than_none(tmp_path: Path) -> None:
    """A learning rate a thousand times too high ruins the network."""
    absurd = ("--minutes", f"{TRAINED_MINUTES:.2f}", *SHORT_LENGTH, "--set", "learning_rate=0.9")
    events = json_lines(rnnchat(tmp_path, "train", NOTES, *absurd, "--json", timeout=300).stdout)
    done = events[-1]
    assert done["event"] == "done"
    assert done["improved"] is False
    curve = [event["bits_per_byte"] for event in events if event["event"] == "progress"]
    assert curve[-1] is None or curve[-1] > done["bits_per_byte"], "this training made the network worse"
    at_once = json_lines(
        rnnchat(tmp_path, "train", NOTES, "--name", "now", "--minutes", "0", "--json").stdout
    )[-1]
    assert "improved" not in at_once
    (me,), (now,), (base,) = (
        json_lines(rnnchat(tmp_path, "models", "show", name, "--json").stdout)
        for name in ("me", "now", "base")
    )
    files = [model["card"]["files"] for model in (me, now)]
    assert files[0].keys() == files[1].keys(), "the base is not saved twice"
    for file in ("network.safetensors", "memory.safetensors"):
        assert files[0][file] == files[1][file]
    assert me["size"] < base["size"] + 5e6
    assert "did not improve on the base" in rnnchat(tmp_path, "models", "show", "me").stdout


def test_without_a_base_a_training_tells_its_own_figures(tmp_path: Path) -> None:
    events = json_lines(
        rnnchat(tmp_path, "train", NOTES, "--minutes", "0", "--from", "scratch", "--json").stdout
    )
    gain = events[-1]["gain"]
    assert "base_bits_per_byte" not in gain and "base_keys_saved" not in gain
    listed = rnnchat(tmp_path, "models", "list").stdout
    assert "→" not in listed and f"{gain['bits_per_byte']:.2f}" in listed
