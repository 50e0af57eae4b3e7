"""Checking a saved model: its files are read, its parts put together, and it generates and scores a text."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from rnnchat.errors import ModelError, RnnchatError
from rnnchat.evaluation.scoring import score
from rnnchat.generation.sampling import Sampling
from rnnchat.library.model_files import (
    SavedClassifier,
    SavedTranslator,
    load_version,
    read_passages,
    require_folder,
)
from rnnchat.library.models import Library, ModelEntry
from rnnchat.loading import LoadedModel, classifier_from_saved, from_saved, translator_from_saved
from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.text.chat_format import text_context

GENERATED = 24
"""The number of pieces that a model generates in the check."""
_SCORED = "The herons nest by the weir: in March, 7 pairs.\n\n- 雨, नमस्ते\n"
"""The text that a model scores in the check."""
_TOLERANCE = 1e-3
"""The sum of all probabilities differs from 1 by less than this."""


def check_model(library: Library, entry: ModelEntry) -> list[str]:
    """Return what is wrong with a model, one line for each damaged version; nothing where all are sound."""
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
        problem = _version_problem(folder, entry)
        if problem:
            problems.append(f"{folder.name}: {problem}")
    return problems


def _version_problem(folder: Path, entry: ModelEntry) -> str:
    """Return what is wrong with one version, nothing where it is sound."""
    try:
        saved = load_version(folder, shipped=entry.shipped)
        passages = read_passages(folder, saved.card, shipped=entry.shipped)
        if passages is not None:
            PassageIndex.from_tensors(read_safetensors(passages))
        if isinstance(saved, SavedClassifier):
            return _classifier_problem(saved)
        if isinstance(saved, SavedTranslator):
            return _translator_problem(saved)
        model = from_saved(saved, entry.name)
        if model.memory is not None and not model.memory.is_sorted():
            return "The memory of the notes is damaged: it is out of order."
        with np.errstate(all="ignore"):
            return _use_problem(model)
    except RnnchatError as error:
        return error.message
    except Exception as error:  # whatever it is, the model is not sound
        return f"It cannot generate text: unexpected error ({type(error).__name__})."


def _classifier_problem(saved: SavedClassifier) -> str:
    """Let a classifier label a text; return what goes wrong, nothing where all is well."""
    with np.errstate(all="ignore"):
        classifier = classifier_from_saved(saved)
        probabilities = classifier.probabilities(classifier.features([_SCORED]))
    if not abs(float(probabilities.sum(dtype=np.float64)) - 1) < _TOLERANCE:
        return "It does not give probabilities to its labels."
    return ""


def _translator_problem(saved: SavedTranslator) -> str:
    """Let a translator look up a pair of its own, and translate; return what goes wrong, or nothing."""
    translator = translator_from_saved(saved)
    source = translator.memory.first_source()
    if translator.memory.same(source) is None:
        return "It does not find its own pairs."
    if translator.has_network:
        with np.errstate(all="ignore"):
            confidence = translator.translate_with_network(source).confidence
        if not 0 <= confidence <= 1:
            return "Its network does not predict probabilities."
    return ""


def _use_problem(model: LoadedModel) -> str:
    """Let a model score and generate text; return what goes wrong, nothing where all is well."""
    tokenizer = model.tokenizer
    for member in model.members():
        predictor = member.predictor
        bits = score(predictor, tokenizer, [_SCORED], learn=member.learn).bits
        probabilities, _ = predictor.step(tokenizer.roles.start, predictor.start())
        if not math.isfinite(bits) or not abs(float(probabilities.sum(dtype=np.float64)) - 1) < _TOLERANCE:
            return f"Its {member.name} does not predict probabilities."
    for chunk in model.generator.stream(text_context(tokenizer, ""), Sampling(seed=0), GENERATED):
        if not math.isfinite(chunk.probability):
            return "It generates what it considers impossible."
    return ""
