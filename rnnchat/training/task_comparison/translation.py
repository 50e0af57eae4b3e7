"""Translating phrases, measured on sentences that no method has learned from.

The pairs are split as `rnnchat translate train` splits them: a sentence that is measured is in no pair that
is learned, nor is any of its translations. A translator that is in the library has learned all pairs, so that
the network is trained anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rnnchat.errors import NotesError, TrainingError
from rnnchat.storage.paths import Paths
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.metrics import bleu, chrf, is_by_character
from rnnchat.tasks.translation.pairs import SentencePair, read_pairs
from rnnchat.tasks.translation.split import split_pairs
from rnnchat.training.comparison_folder import comparison_folder, home_in
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.report import time_left
from rnnchat.training.task_comparison.baselines.word_for_word import WordForWord
from rnnchat.training.task_comparison.results import (
    OURS,
    Finding,
    MethodResult,
    Remark,
    ReportActivity,
    remarks_on_size,
)
from rnnchat.training.translation.measure import (
    FEWEST_MEASURED,
    nearest_translation,
    sentences_to_measure,
)
from rnnchat.training.translation.report import PAIR_PHASE_LABELS
from rnnchat.training.translation.run import TranslationRun
from rnnchat.training.translation.settings import WORKER, TranslationSettings

TRANSLATE = "translate"
"""The name of the task."""

Translate = Callable[[str], str]
"""Takes a sentence and returns its translation."""


def compare_translation(
    path: Path, minutes: float, homes: Paths, report: ReportActivity
) -> Iterator[Finding]:
    """Yield how well the sentences in the first column of a table are translated into the second one.

    A network is trained for `minutes`; none with 0. Raises NotesError where there are too few pairs, and
    TrainingError where the training fails.
    """
    settings = TranslationSettings("compared", str(path), minutes=minutes)
    settings.check()
    report("Reading the pairs.")
    table = read_pairs(path)
    split = split_pairs(table.pairs)
    sources, references = sentences_to_measure(split.test)
    if len(sources) < FEWEST_MEASURED or not split.train:
        raise NotesError(
            f"There are too few pairs to compare: {len(sources)} sentences can be kept back, and"
            f" {FEWEST_MEASURED} are needed.",
            "Add pairs that do not repeat sentences of others; a few hundred are enough.",
        )
    for warning in table.warnings:
        yield Remark(TRANSLATE, warning)
    yield from _measure_baselines(split.train, sources, references, report)
    if minutes:
        yield from _measure_network(settings, homes, report)
    else:
        yield Remark(
            TRANSLATE,
            "No network was trained: --minutes gives it time. A saved translator cannot be compared, as it"
            " knows the sentences that are measured.",
        )
    yield from remarks_on_size(TRANSLATE, len(sources))


def _measure_baselines(
    train: Sequence[SentencePair],
    sources: Sequence[str],
    references: Sequence[Sequence[str]],
    report: ReportActivity,
) -> Iterator[MethodResult]:
    """Yield the results of methods without a network."""

    def build_memory() -> Translate:
        memory = TranslationMemory.build(train)
        return lambda source: nearest_translation(memory, source)

    methods: dict[str, Callable[[], Translate]] = {
        "source copied": lambda: str,
        "word for word": lambda: WordForWord(train).translate,
        "nearest pair": build_memory,
    }
    by_character = is_by_character([target for targets in references for target in targets])
    for name, build in methods.items():
        report(f"Translating: {name}.")
        started = time.perf_counter()
        translate = build()
        found = [translate(source) for source in sources]
        seconds = time.perf_counter() - started
        scores = {"bleu": bleu(found, references, by_character=by_character), "chrf": chrf(found, references)}
        yield MethodResult(TRANSLATE, name, scores, seconds, len(sources))


def _measure_network(
    settings: TranslationSettings, homes: Paths, report: ReportActivity
) -> Iterator[Finding]:
    """Yield the result of a translator that is trained, measured and thrown away, or why there is none."""
    with comparison_folder(homes) as folder:
        run = TranslationRun.create(home_in(folder), settings)
        started = time.perf_counter()
        job = TrainingJob(run, home=folder / "home", worker=WORKER)
        job.start()
        try:
            for event in job.events():
                if event["event"] == "warning" and event["hint"]:
                    yield Remark(TRANSLATE, f"{event['message']} {event['hint']}")
                elif event["event"] == "stopped":
                    raise TrainingError("The comparison was stopped.", "Start it again.")
                elif event["event"] == "done" and "bleu" in event:
                    scores = {"bleu": float(event["bleu"]), "chrf": float(event["chrf"])}
                    seconds = time.perf_counter() - started
                    yield MethodResult(TRANSLATE, OURS, scores, seconds, int(event["sentences"]))
                report(_describe(event))
        finally:
            job.close(5)


def _describe(event: dict[str, Any]) -> str:
    """Return what a training does, in words."""
    if event["event"] == "progress":
        return f"Learning …  {time_left(event.get('remaining'))}"
    return f"{PAIR_PHASE_LABELS.get(event.get('phase', ''), 'Training the network')} …"
