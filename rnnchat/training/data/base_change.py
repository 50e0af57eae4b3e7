"""An interrupted training whose base has changed since: a new version of rnnchat, say, ships another one.

Its pieces are those of the old base's tokenizer, and its checkpoints have the old base's sizes, so it begins
again.
"""

from __future__ import annotations

import shutil

from rnnchat.library.models import Library
from rnnchat.training.data.prepared import read_prepared
from rnnchat.training.plan import Plan
from rnnchat.training.runs.events import Emit
from rnnchat.training.runs.files import MEMORY, PLAN, PREPARED, TOKENIZER
from rnnchat.training.runs.migrations import NewerSchemaError
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import SCRATCH


def begin_again_if_base_changed(run: Run, library: Library, emit: Emit) -> None:
    """Remove what a run has prepared and learned if that does not fit its base any more, and say so.

    Raises NotesError, and removes nothing, where the notes that would be read again are gone. Raises
    ModelError where the base is missing or damaged.
    """
    base = replaced_base(run, library) if run.settings.is_personal else ""
    if not base:
        return
    run.require_notes(to_read_again=True)
    # The record of what was prepared goes last, so that this is done to its end if it is interrupted.
    for folder in (run.checkpoints, run.trained):
        shutil.rmtree(folder, ignore_errors=True)
    for name in (PLAN, MEMORY, PREPARED):
        (run.folder / name).unlink(missing_ok=True)
    emit({"event": "curve", "points": [], "seconds": 0.0})
    message = f"Since this training began, the model {base} has been replaced, so the training begins again."
    hint = "It takes its full time; your notes and your other models are as they were."
    emit({"event": "warning", "message": message, "hint": hint})


def replaced_base(run: Run, library: Library) -> str:
    """Return the name of a run's base if it has another tokenizer or other sizes now; nothing if it has not.

    The run knows the tokenizer once it is prepared, and the sizes once it is planned. Raises ModelError where
    the base is missing or damaged.
    """
    prepared = read_prepared(run.folder)
    if prepared is None or prepared.base == SCRATCH:
        return ""
    base = library.load(prepared.base)
    tokenizer = run.folder / TOKENIZER
    if not tokenizer.is_file() or tokenizer.read_bytes() != base.tokenizer:
        return prepared.base
    try:
        plan = Plan.from_json((run.folder / PLAN).read_text(encoding="utf-8"))
    except NewerSchemaError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # nothing has been learned yet, or the plan is damaged and made anew
    planned, shape = (plan.embedding, plan.units, plan.layers), base.card.shape
    return "" if planned == (shape.embedding, shape.units, shape.layers) else prepared.base
