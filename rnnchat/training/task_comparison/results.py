"""What a comparison of methods finds: a result for each method, and remarks on what the figures can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

OURS = "rnnchat"
"""The name of the program's own method in each comparison."""
FEW_EXAMPLES = 100
"""With fewer examples than this, a remark says that differences may be chance."""
SCORES: Mapping[str, str] = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "top1": "top-1",
    "top3": "top-3",
    "top5": "top-5",
    "hard_top1": "hard top-1",
    "hard_top5": "hard top-5",
    "same_folder": "same folder",
    "bleu": "BLEU",
    "chrf": "chrF",
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rouge_l": "ROUGE-L",
}
"""How the heading of a table names each score."""
FROM_0_TO_100 = ("bleu", "chrf")
"""These scores are from 0 to 100, as is usual for them; all others are shares from 0 to 1."""

ReportActivity = Callable[[str], None]
"""Takes what is being done, in words."""


@dataclass(frozen=True)
class MethodResult:
    """How well one method did a task, and how long that took."""

    task: str
    method: str
    scores: Mapping[str, float | None]
    """The scores by their names in SCORES; None where there was nothing to measure one with."""
    seconds: float
    """What learning, answering and whatever has to be made beforehand took."""
    examples: int
    """How many examples it was measured on, none of which it had learned from."""

    def as_dict(self) -> dict[str, Any]:
        """Return the result as ``rnnchat compare --task --json`` prints it."""
        scores = {name: None if value is None else round(value, 4) for name, value in self.scores.items()}
        return {
            "task": self.task,
            "method": self.method,
            **scores,
            "seconds": round(self.seconds, 2),
            "examples": self.examples,
        }

    def per_cent(self, name: str) -> float | None:
        """Return a score on the scale from 0 to 100."""
        value = self.scores[name]
        return value if value is None or name in FROM_0_TO_100 else 100 * value


@dataclass(frozen=True)
class Remark:
    """Something to know about the results of a task."""

    task: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Return the remark as ``rnnchat compare --task --json`` prints it."""
        return {"task": self.task, "note": self.text}


Finding = MethodResult | Remark
"""What a comparison yields."""


def remarks_on_size(task: str, examples: int) -> list[Remark]:
    """Return a remark where there are too few examples to say much, otherwise nothing."""
    if examples >= FEW_EXAMPLES:
        return []
    count = "Only one example was" if examples == 1 else f"Only {examples} examples were"
    return [Remark(task, f"{count} measured: differences between the methods may be chance.")]
