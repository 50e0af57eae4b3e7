"""From a table of pairs to the tables that a training works with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rnnchat.errors import TrainingError
from rnnchat.storage.atomic import write_text
from rnnchat.tasks.translation.pairs import FEWEST_FOR_NETWORK, SentencePair, pair_lines, read_pairs
from rnnchat.tasks.translation.split import split_pairs
from rnnchat.training.translation.run import PAIRS, PREPARED, TEST, TRAIN, VALIDATION, TranslationRun


@dataclass(frozen=True)
class PreparedPairs:
    """How many pairs a training has, and what was left out."""

    pairs: int
    train: int
    validation: int
    test: int
    bytes: int
    """The size of all sentences in UTF-8."""
    duplicates: int
    too_long: int
    incomplete: int
    more: int
    warnings: tuple[str, ...]

    @property
    def has_enough_for_network(self) -> bool:
        """Whether there are enough pairs to train a network."""
        return self.train >= FEWEST_FOR_NETWORK


def prepare_pairs(run: TranslationRun) -> PreparedPairs:
    """Read and split the pairs of a training, or return what was found when that was done before.

    Raises NotesError where the table cannot be used.
    """
    if run.is_prepared:
        return _read_prepared(run)
    settings = run.settings
    table = read_pairs(Path(settings.path), reverse=settings.reverse)
    split = split_pairs(table.pairs)
    parts = {TRAIN: split.train, VALIDATION: split.validation, TEST: split.test}
    for name, pairs in parts.items():
        write_text(run.folder / name, pair_lines(pairs))
    lines = (f"{pair.source}\t{pair.target}\t{pair.line}\n" for pair in table.pairs)
    write_text(run.folder / PAIRS, "".join(lines))
    prepared = PreparedPairs(
        pairs=len(table.pairs),
        train=len(split.train),
        validation=len(split.validation),
        test=len(split.test),
        bytes=sum(len(pair.source.encode()) + len(pair.target.encode()) for pair in table.pairs),
        duplicates=table.duplicates,
        too_long=table.too_long,
        incomplete=table.incomplete,
        more=table.more,
        warnings=table.warnings,
    )
    write_text(run.folder / PREPARED, json.dumps(asdict(prepared)) + "\n")
    return prepared


def read_table(run: TranslationRun, name: str) -> list[SentencePair]:
    """Return the pairs of one of the tables of a training; raise TrainingError where it is damaged.

    Their lines are those of the file they were read from in PAIRS, and those of the table in the others.
    """
    try:
        rows = (run.folder / name).read_text(encoding="utf-8").split("\n")[:-1]
        cells = [row.split("\t") for row in rows]
        return [
            SentencePair(cell[0], cell[1], int(cell[2]) if len(cell) > 2 else line)
            for line, cell in enumerate(cells, 1)
        ]
    except (OSError, ValueError, IndexError) as error:
        raise _damaged() from error


def _read_prepared(run: TranslationRun) -> PreparedPairs:
    try:
        values = json.loads((run.folder / PREPARED).read_text(encoding="utf-8"))
        return PreparedPairs(**{**values, "warnings": tuple(values["warnings"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged() from error


def _damaged() -> TrainingError:
    return TrainingError("What this training had prepared is damaged.", "Start it anew with --fresh.")
