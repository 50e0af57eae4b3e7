"""Examples of a task become training data with a loss mask, which batches carry."""

from __future__ import annotations

import numpy as np

from rnnchat.tasks.classification.task import Classification
from rnnchat.tasks.language_modelling import LanguageModelling
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.batches import Batches
from rnnchat.training.data.masked import masked_training_data

EXAMPLES = [("the cat sat on the mat", "animal"), ("the sun is a star", "space")]


def test_only_the_label_of_an_example_is_a_target(tokenizer: Tokenizer) -> None:
    task = Classification(("animal", "space"), tokenizer=tokenizer)
    data = masked_training_data(task, EXAMPLES, [])
    assert data.is_target is not None
    for (start, size), (text, label) in zip(data.training_spans.tolist(), EXAMPLES, strict=True):
        pieces, targets = (part[start : start + size] for part in (data.training, data.is_target))
        assert tokenizer.decode(pieces[targets][:-1].tolist()).strip() == label
        assert text in tokenizer.decode(pieces[~targets].tolist())


def test_every_piece_of_a_text_is_a_target_of_language_modelling(tokenizer: Tokenizer) -> None:
    task = LanguageModelling(tokenizer)
    data = masked_training_data(task, ["the cat sat on the mat"] * 3, ["the sun"])
    assert data.is_target is None
    assert task.decode(data.training[1 : data.training_spans[0, 1] - 1].tolist()) == "the cat sat on the mat"
    assert all(chunk.is_target is None for chunk in Batches(data, batch=2, length=4, seed=0).epoch(0))


def test_the_mask_stays_with_its_pieces_in_every_batch(tokenizer: Tokenizer) -> None:
    task = Classification(("animal", "space"), tokenizer=tokenizer)
    data = masked_training_data(task, EXAMPLES * 20, [])
    assert data.is_target is not None
    labels = {tuple(tokenizer.encode(label)) for _, label in EXAMPLES}
    seen = 0
    for chunk in Batches(data, batch=2, length=200, seed=3).epoch(0):
        assert chunk.is_target is not None
        assert chunk.is_target.shape == chunk.targets.shape == chunk.inputs.shape
        for pieces, targets in zip(chunk.targets, chunk.is_target, strict=True):
            edges = np.flatnonzero(np.diff(targets.astype(int)))
            runs = [tuple(part[:-1].tolist()) for part in np.split(pieces, edges + 1)[1:-1]]
            marks = [bool(part[0]) for part in np.split(targets, edges + 1)[1:-1]]
            found = [run for run, is_target in zip(runs, marks, strict=True) if is_target]
            assert set(found) <= labels
            seen += len(found)
    assert seen > 4
