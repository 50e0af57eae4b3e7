"""A summary of the chosen notes for the Train screen: what a training would read, and what it leaves out."""

from __future__ import annotations

from collections import Counter

from textual.content import Content

from rnnchat.errors import RnnchatError
from rnnchat.library.describe import counted, human_size
from rnnchat.text.notes import Scan

MOST_REASONS = 20
"""At most this many reasons for skipping files are shown; a folder of notes has fewer."""
MOST_KINDS = 4
"""At most this many kinds of removed text are named."""


def describe_scan(result: Scan | None, problem: RnnchatError | None) -> Content:
    """Return what a training would read and leave out, with the reasons, or why nothing can be read."""
    lines: list[Content] = []
    if problem is not None:
        lines += [Content.styled(problem.message, "$error"), Content(problem.hint)]
    elif result is not None:
        notes = f"{counted(len(result.notes), 'note')}, {human_size(result.bytes)}"
        lines.append(Content.styled(notes, "bold $success"))
    if result is not None:
        lines += [*_secrets(result), *_removed(result), *_skipped(result)]
    return Content("\n").join(lines)


def _secrets(result: Scan) -> list[Content]:
    if not result.secrets:
        return []
    count = counted(len(result.secrets), "line")
    return [Content.styled(f"{count} with passwords or keys will be left out", "$warning")]


def _removed(result: Scan) -> list[Content]:
    """Return the text that is removed from notes, by kind, the most frequent kinds first."""
    if not result.dropped:
        return []
    kinds: Counter[str] = Counter()
    for removed in result.dropped:
        kinds[removed.kind] += removed.characters
    names = ", ".join(kind for kind, _ in kinds.most_common(MOST_KINDS))
    return [Content(f"{kinds.total():,} characters will be removed: {names}")]


def _skipped(result: Scan) -> list[Content]:
    """Return how many files are skipped for which reason, the most frequent reasons first."""
    if not result.skipped:
        return []
    reasons = Counter(item.reason for item in result.skipped).most_common()
    lines = [Content(f"{len(result.skipped):,} skipped (`rnnchat scan` lists them):")]
    lines += [
        Content.assemble((f"  {count:>5,} × ", "dim"), reason) for reason, count in reasons[:MOST_REASONS]
    ]
    if rest := sum(count for _, count in reasons[MOST_REASONS:]):
        lines.append(Content.assemble((f"  {rest:>5,} × ", "dim"), "other reasons"))
    return lines
