"""The tasks that can be compared, by their names on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.training.task_comparison.results import Finding, ReportActivity


@dataclass(frozen=True)
class TaskOptions:
    """What a person asks of a comparison, besides the files; each task heeds what concerns it."""

    minutes: float = 0.0
    """The time budget of a network's training, for the task that has one; 0 trains none."""
    text_column: str | None = None
    label_column: str | None = None


def compare_task(
    task: str, paths: Sequence[Path], options: TaskOptions, homes: Paths, report: ReportActivity
) -> Iterator[Finding]:
    """Yield how well each method does a `task` on the files at `paths`, and remarks on that.

    `report` is given what is being done, in words. Raises NotesError where the files are of no use for the
    task.
    """
    if task == "classify":
        from rnnchat.library.shipped import BASE
        from rnnchat.loading import encoder_from_saved
        from rnnchat.training.task_comparison.labels import compare_classification

        (path,) = paths
        encoder = encoder_from_saved(Library(homes).load(BASE))
        yield from compare_classification(path, (options.text_column, options.label_column), encoder, report)
    elif task == "sort":
        from rnnchat.training.task_comparison.labels import compare_sorting

        yield from compare_sorting(paths, report)
    elif task == "ask":
        from rnnchat.training.task_comparison.asking import compare_asking

        yield from compare_asking(paths, report)
    elif task == "related":
        from rnnchat.training.task_comparison.related import compare_related

        yield from compare_related(paths, report)
    elif task == "translate":
        from rnnchat.training.task_comparison.translation import compare_translation

        (path,) = paths
        yield from compare_translation(path, options.minutes, homes, report)
    elif task == "summarise":
        from rnnchat.training.task_comparison.titles import compare_titles

        yield from compare_titles(paths, report)
    else:
        raise ValueError(f"there is no task {task!r}")
