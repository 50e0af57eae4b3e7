"""What the Train screen says of a training."""

from __future__ import annotations

from rnnchat.app.training_monitor import TrainingState
from rnnchat.app.training_summary import details
from rnnchat.training.runs.events import STARTING


def test_the_base_and_the_reason_for_it_are_shown_until_the_network_learns() -> None:
    choice = {"base": "base-zh", "reason": "most of the notes are in Chinese"}
    sentence = "Starts from base-zh, as most of the notes are in Chinese."
    state = TrainingState("me", 5.0)
    assert sentence not in details(state).plain
    state.apply({"event": "encoding", **choice, "vocabulary": 6144})
    assert details(state).plain.splitlines()[-1] == sentence
    state.apply(
        {
            "event": "phase",
            "phase": STARTING,
            "done": 0,
            "of": None,
            "here": 2.0,
            "remaining": 290.0,
            "share": 0.02,
        }
    )
    shown = details(state).plain.splitlines()
    assert len(shown) == 2 and "left" in shown[0] and shown[1] == sentence
    progress = {"seconds": 20.0, "remaining": 280.0, "bits_per_byte": 1.5, "epoch": 0.1}
    speed = {"tokens_per_second": 9000.0, "bytes_per_second": 25_000.0, "memory_mb": 900}
    state.apply({"event": "progress", **progress, **speed})
    shown = details(state).plain.splitlines()
    assert len(shown) == 2 and "tokens/s" in shown[1]
