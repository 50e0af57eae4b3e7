"""What one chooses from before a training."""

from __future__ import annotations

from rnnchat.training.runs.settings import AUTO, SCRATCH

BUDGETS = (
    (0.0, "at once: only remember the notes"),
    (2.0, "2 minutes: a first taste"),
    (5.0, "5 minutes"),
    (10.0, "10 minutes"),
    (30.0, "30 minutes: for much text"),
)

STARTS = (("what fits the notes", AUTO), ("nothing: learn from scratch", SCRATCH))

INTRODUCTION = (
    "A model learns from your notes how you write. Add the files or folders it may read: "
    ".md, .txt, .org, .rst and other text. Nothing is learned before you start, nothing leaves this machine."
)
