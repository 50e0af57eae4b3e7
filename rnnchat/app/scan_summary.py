"""What reading some notes gave, in the words of the Train screen."""

from __future__ import annotations

from textual.content import Content

from rnnchat.errors import RnnchatError
from rnnchat.library.describe import counted, human_size
from rnnchat.text.notes import Scan

MOST_REASONS = 20
"""Of so many reasons for skipping files each is shown; a folder of notes has fewer."""


def describe_scan(result: Scan | None, problem: RnnchatError | None) -> Content:
    """Return what a training would read and leave out, with every reason, or why it cannot be read."""
    lines: list[Content] = []
    if problem is not None:
        lines += [Content.styled(problem.message, "$error"), Content(problem.hint)]
    elif result is not None:
        lines.append(
            Content.styled(
                f"{counted(len(result.notes), 'note')}, {human_size(result.bytes)}", "bold $success"
            )
        )
    if result is not None and result.secrets:
        lines.append(
            Content.styled(
                f"{counted(len(result.secrets), 'line')} with passwords or keys will be left out", "$warning"
            )
        )
    if result is not None and result.removed:
        kinds: dict[str, int] = {}
        for gone in result.removed:
            kinds[gone.kind] = kinds.get(gone.kind, 0) + gone.characters
        most = ", ".join(sorted(kinds, key=lambda kind: -kinds[kind])[:4])
        lines.append(Content(f"{sum(kinds.values()):,} characters are cleaned away: {most}"))
    if result is not None and result.skipped:
        reasons: dict[str, int] = {}
        for item in result.skipped:
            reasons[item.reason] = reasons.get(item.reason, 0) + 1
        lines.append(Content(f"{len(result.skipped):,} skipped (rnnchat scan names each):"))
        most_first = sorted(reasons.items(), key=lambda pair: -pair[1])
        lines += [
            Content.assemble((f"  {count:>5,} × ", "dim"), reason)
            for reason, count in most_first[:MOST_REASONS]
        ]
        if rest := sum(count for _, count in most_first[MOST_REASONS:]):
            lines.append(Content.assemble((f"  {rest:>5,} × ", "dim"), "other reasons"))
    return Content("\n").join(lines)
