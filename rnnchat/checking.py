"""Whether a saved model is sound: its parts are put together, and it has to write and to score a text."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from rnnchat.errors import ModelError, RnnchatError
from rnnchat.evaluation.scoring import score
from rnnchat.generation.generate import text_context
from rnnchat.generation.sampling import Sampling
from rnnchat.library.model_files import load_version, require_folder
from rnnchat.library.models import Library, ModelEntry
from rnnchat.loading import LoadedModel, from_saved

WRITTEN = 24
"""So many pieces are written to see that it can be done."""
_SCORED = "The herons nest by the weir: in March, 7 pairs.\n\n- 雨, नमस्ते\n"
_AWAY = 1e-3
"""Probabilities sum to 1, but for so much."""


def check_model(library: Library, entry: ModelEntry) -> list[str]:
    """Return what is wrong with a model, version by version; nothing where it is sound.

    Its files are read, its parts put together, and each version writes and scores a text.
    """
    if entry.is_hidden:
        return [entry.problem]
    try:
        if not entry.shipped:
            require_folder(entry.folder)
        folders = library.version_folders(entry)
    except ModelError:
        folders = []
    if not folders:
        return [entry.problem or "it has no version"]
    problems = []
    for folder in folders:
        problem = _problem(folder, entry)
        if problem:
            problems.append(f"{folder.name}: {problem}")
    return problems


def _problem(folder: Path, entry: ModelEntry) -> str:
    """Return what is wrong with one version, nothing where it is sound."""
    try:
        model = from_saved(load_version(folder, shipped=entry.shipped), entry.name)
        if model.memory is not None and not model.memory.is_sorted():
            return "The memory of the notes is damaged: its places are not in order."
        with np.errstate(all="ignore"):
            return _try(model)
    except RnnchatError as error:
        return error.message
    except Exception as error:  # whatever it is, the model is not sound
        return f"It cannot write: something unforeseen happened ({type(error).__name__})."


def _try(model: LoadedModel) -> str:
    """Let a model write and score; return what went wrong."""
    tokenizer = model.tokenizer
    for name, predictor, learn in model.members():
        bits = score(predictor, tokenizer, [_SCORED], learn=learn).bits
        probabilities, _ = predictor.step(tokenizer.roles.start, predictor.start())
        if not math.isfinite(bits) or not abs(float(probabilities.sum(dtype=np.float64)) - 1) < _AWAY:
            return f"Its {name} predicts what are no probabilities."
    context = text_context(tokenizer, "")
    for chunk in model.speaker.stream(context, Sampling(seed=0), WRITTEN):
        if not math.isfinite(chunk.probability):
            return "It writes what it holds for impossible."
    return ""
