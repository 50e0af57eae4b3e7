"""Trains the network of a translator: reads a run's tables, and writes the tokenizer and the weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from rnnchat.library.card import NETWORK, TOKENIZER
from rnnchat.storage.atomic import write_bytes
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.translation.copying_rules import CopyingRules
from rnnchat.tasks.translation.pair_tokenizer import PairTokenizer, train_pair_tokenizer
from rnnchat.tasks.translation.target_pieces import TARGET_PIECES
from rnnchat.training.runs.events import Event
from rnnchat.training.translation.engine.trainer import TranslationTrainer
from rnnchat.training.translation.masking import masked, names_and_style, with_copies
from rnnchat.training.translation.plan import TranslationPlan, make_plan
from rnnchat.training.translation.prepare import read_table
from rnnchat.training.translation.run import TRAIN, VALIDATION, TranslationRun

MOST_VALIDATION_PAIRS = 1_500
"""At most this many pairs are used for validation."""


def train_network(folder: Path, report: Callable[[Event], None], should_stop: Callable[[], bool]) -> None:
    """Train the network of the run in `folder`, or resume it, until its minutes are spent.

    `report` is given ``progress`` events. When `should_stop` returns true, a checkpoint is written and the
    function returns; otherwise NETWORK and TOKENIZER are complete in the end. Raises NotesError where the
    pairs are too few for a tokenizer, and TrainingError where the run is damaged or the network diverges.
    """
    run = TranslationRun(folder)
    settings = run.settings
    texts, held_out = _texts(run, TRAIN), _texts(run, VALIDATION)
    plan = make_plan(len(texts), settings.seed)
    names, style = names_and_style(texts)
    texts = with_copies(texts, names, settings.seed)
    tokenizer = _find_or_train_tokenizer(folder / TOKENIZER, texts, plan)
    trainer = TranslationTrainer(
        plan,
        tokenizer,
        texts,
        masked(held_out[:MOST_VALIDATION_PAIRS], names),
        budget=60 * settings.minutes,
        folder=run.checkpoints,
    )
    if trainer.run(report, should_stop):
        weights = {name: array.astype(np.float16) for name, array in trainer.best_weights.items()}
        pieces = {TARGET_PIECES: trainer.target_pieces.pieces.astype(np.int32)}
        copying = CopyingRules(names, style, trainer.doubled_pieces()).to_tensors()
        write_bytes(folder / NETWORK, to_safetensors({**weights, **pieces, **copying}))


def _texts(run: TranslationRun, name: str) -> list[tuple[str, str]]:
    return [(pair.source, pair.target) for pair in read_table(run, name)]


def _find_or_train_tokenizer(
    path: Path, texts: list[tuple[str, str]], plan: TranslationPlan
) -> PairTokenizer:
    """Return the tokenizer that an earlier process of the run has trained, or train it."""
    if path.is_file():
        return PairTokenizer(path.read_bytes())
    tokenizer = train_pair_tokenizer((text for pair in texts for text in pair), plan.vocabulary)
    write_bytes(path, tokenizer.model)
    return tokenizer
