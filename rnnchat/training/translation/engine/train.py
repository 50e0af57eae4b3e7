"""Trains the network of a translator: reads a run's tables, and writes the tokenizer and the weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rnnchat.storage.atomic import write_bytes
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.translation.pair_tokenizer import PairTokenizer, train_pair_tokenizer
from rnnchat.tasks.translation.target_pieces import TARGET_PIECES
from rnnchat.training.runs.events import Event
from rnnchat.training.translation.engine.trainer import TranslationTrainer
from rnnchat.training.translation.plan import TranslationPlan, make_plan

TRAIN, VALIDATION, SETTINGS = "train.tsv", "validation.tsv", "settings.json"
"""What the folder holds before the training: the pairs, and ``{"minutes": …, "seed": …}``."""
NETWORK, TOKENIZER, CHECKPOINT = "network.safetensors", "tokenizer.model", "checkpoint"
"""What the training writes."""
MOST_VALIDATION_PAIRS = 1_500
"""At most this many pairs are used for validation."""


def train_network(folder: Path, report: Callable[[Event], None], should_stop: Callable[[], bool]) -> None:
    """Train the network of the run in `folder`, or resume it, until its minutes are spent.

    `report` is given ``progress`` events. When `should_stop` returns true, a checkpoint is written and the
    function returns; otherwise NETWORK and TOKENIZER are complete in the end. Raises NotesError where the
    pairs are too few for a tokenizer, and TrainingError where the network diverges.
    """
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    texts, held_out = _read(folder / TRAIN), _read(folder / VALIDATION)
    plan = make_plan(len(texts), int(settings["seed"]))
    tokenizer = _find_or_train_tokenizer(folder / TOKENIZER, texts, plan)
    trainer = TranslationTrainer(
        plan,
        tokenizer,
        texts,
        held_out[:MOST_VALIDATION_PAIRS],
        budget=60 * float(settings["minutes"]),
        folder=folder / CHECKPOINT,
    )
    if trainer.run(report, should_stop):
        weights = {name: array.astype(np.float16) for name, array in trainer.best_weights.items()}
        pieces = {TARGET_PIECES: trainer.target_pieces.pieces.astype(np.int32)}
        write_bytes(folder / NETWORK, to_safetensors({**weights, **pieces}))


def _read(path: Path) -> list[tuple[str, str]]:
    rows = (row.split("\t") for row in path.read_text(encoding="utf-8").split("\n") if row)
    return [(row[0], row[1]) for row in rows]


def _find_or_train_tokenizer(
    path: Path, texts: list[tuple[str, str]], plan: TranslationPlan
) -> PairTokenizer:
    """Return the tokenizer that an earlier process of the run has trained, or train it."""
    if path.is_file():
        return PairTokenizer(path.read_bytes())
    tokenizer = train_pair_tokenizer((text for pair in texts for text in pair), plan.vocabulary)
    write_bytes(path, tokenizer.model)
    return tokenizer
