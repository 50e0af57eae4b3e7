"""The table that `compare --task` prints: a row for each method, then the remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnchat.cli.output import print_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnchat.training.task_comparison.results import Finding

_METHOD_WIDTH = 18
"""The column of the methods has this many characters."""
_NARROWEST = 10
"""The column of a score has at least this many characters."""


def print_task_table(found: Sequence[Finding]) -> None:
    """Print the results of the methods as a table, and what there is to know about them."""
    from rnnchat.training.task_comparison.results import SCORES, MethodResult

    results = [one for one in found if isinstance(one, MethodResult)]
    if results:
        names = list(results[0].scores)
        widths = [max(_NARROWEST, len(SCORES[name]) + 2) for name in names]
        heads = "".join(f"{SCORES[name]:>{width}}" for name, width in zip(names, widths, strict=True))
        print_line(f"{'method':<{_METHOD_WIDTH}}{heads}{'seconds':>9}{'examples':>10}")
        for one in results:
            values = [one.per_cent(name) for name in names]
            cells = "".join(
                f"{'–' if value is None else f'{value:.1f}':>{width}}"
                for value, width in zip(values, widths, strict=True)
            )
            print_line(f"{one.method:<{_METHOD_WIDTH}}{cells}{one.seconds:>9.1f}{one.examples:>10,}")
        print_line("Scores are from 0 to 100, and higher ones are better.")
    for other in found:
        if not isinstance(other, MethodResult):
            print_line(other.text)
