"""What the form of the Train screen offers, and what it says."""

from __future__ import annotations

from rnnchat.training.runs.settings import AUTO, SCRATCH

BUDGETS = (
    (0.0, "none: only index the notes"),
    (2.0, "2 minutes: a quick try"),
    (5.0, "5 minutes"),
    (10.0, "10 minutes"),
    (30.0, "30 minutes: for large folders"),
)
"""The budgets to choose from: minutes, and what is shown."""

STARTS = (("automatic: base model or scratch", AUTO), ("scratch: no base model", SCRATCH))
"""What a training may start from besides a saved model: what is shown, and the base."""

INTRODUCTION = (
    "Train a model on your own notes, so that it writes like you. Add the files or folders that it may "
    "read: .md, .txt, .org, .rst and other plain text. Nothing leaves this computer, and nothing is trained "
    "before you press Start."
)
"""What the screen says before any notes are added."""
