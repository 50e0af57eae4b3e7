"""A bar chart of model families by their bits per byte."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.widgets import Static

IDEAS = {
    "unigram": "how often each token occurs",
    "n-gram": "what followed the same words",
    "HMM": "hidden states that emit tokens",
    "RNN": "a simple recurrent network",
    "LSTM": "with gates and a memory cell",
    "GRU": "with fewer gates",
    "mixture": "GRU and n-gram together",
    "mixture, adaptive": "learning from what it reads",
}
"""The families in the order of the chart, and the idea of each."""
BAR_WIDTH = 16
"""The width of the longest bar, in cells."""
EIGHTHS = " ▏▎▍▌▋▊▉"
"""The blocks that fill none to seven eighths of a cell."""


class FamilyChart(Static):
    """A line for each family; the best is highlighted, and those without a result are dimmed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes, markup=False)

    def show(self, results: Mapping[str, float]) -> None:
        """Show the bits per byte of the families that have a result."""
        self.update(draw_bars(results))


def draw_bars(results: Mapping[str, float]) -> Content:
    """Return a line for each family: its name, its bits per byte as a number and a bar, and its idea."""
    most, best = max(results.values(), default=1.0), min(results.values(), default=0.0)
    lines = []
    for family, idea in IDEAS.items():
        bits = results.get(family)
        if bits is None:
            lines.append(Content.styled(f"{family:<18}  …  {'':<{BAR_WIDTH}} {idea}", "$text-muted"))
            continue
        lines.append(
            Content.assemble(
                (f"{family:<18}{bits:5.2f} ", "bold $success" if bits == best else ""),
                (f"{_bar(bits / most):<{BAR_WIDTH}}", "$primary"),
                (f" {idea}", "$text-muted"),
            )
        )
    return Content("\n").join(lines)


def _bar(share: float) -> str:
    """Return a bar of `share` of the full width, to an eighth of a cell."""
    eighths = max(1, round(share * BAR_WIDTH * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
