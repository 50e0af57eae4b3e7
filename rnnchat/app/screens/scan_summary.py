"""What a training would read, in a few lines."""

from __future__ import annotations

from textual.content import Content

from rnnchat.errors import RnnchatError
from rnnchat.library.describe import human_size
from rnnchat.notes import Scan


def describe_scan(result: Scan | None, problem: RnnchatError | None) -> Content:
    """Return in a few lines what would be learned, what is left out, and what went wrong."""
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
    if result is not None and result.dropped:
        kinds: dict[str, int] = {}
        for gone in result.dropped:
            kinds[gone.kind] = kinds.get(gone.kind, 0) + gone.characters
        most = ", ".join(sorted(kinds, key=lambda kind: -kinds[kind])[:4])
        lines.append(Content(f"{sum(kinds.values()):,} characters are cleaned away: {most}"))
    if result is not None and result.skipped:
        reasons: dict[str, int] = {}
        for item in result.skipped:
            reasons[item.reason] = reasons.get(item.reason, 0) + 1
        lines.append(Content(f"{len(result.skipped):,} skipped:"))
        lines += [
            Content.assemble((f"  {count:>5,} × ", "dim"), reason)
            for reason, count in sorted(reasons.items(), key=lambda pair: -pair[1])[:5]
        ]
    return Content("\n").join(lines)


def counted(number: int, what: str) -> str:
    """Return a number and what it counts, as "1 note" or "1,200 notes"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
