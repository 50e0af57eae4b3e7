"""No copy or near copy of a text is in two folds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.tasks.classification.features import count_features
from rnnchat.tasks.classification.folds import copy_groups, stratified_folds
from tests.unit.tasks.helpers import topic_texts


def test_copies_and_near_copies_are_in_one_group_and_others_are_not() -> None:
    text = " ".join(f"word{number} follows" for number in range(40))
    near = text.replace("word7 ", "another ")
    texts = [text, "something else entirely", near, text.upper(), "", ""]
    groups = copy_groups([count_features(one) for one in texts])
    assert groups[0] == groups[2] == groups[3]
    assert len({groups[0], groups[1], groups[4], groups[5]}) == 4


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_a_group_is_in_one_fold_and_labels_are_spread(seed: int) -> None:
    random = np.random.default_rng(seed)
    targets = np.eye(4, dtype=bool)[random.integers(0, 4, 60)]
    groups = np.where(random.random(60) < 0.3, 0, np.arange(60))
    folds = stratified_folds(targets, groups, 5, seed)
    assert len(set(folds[groups == 0])) <= 1
    alone = groups != 0
    for label in range(4):
        counts = np.bincount(folds[alone & targets[:, label]], minlength=5)
        size = int((alone & targets[:, label]).sum())
        assert counts.max() <= np.ceil(size / 5) + (groups == 0).sum()


def test_with_copies_no_text_of_a_fold_is_among_the_others() -> None:
    texts, labels = topic_texts(8)
    texts, labels = texts * 2, labels * 2
    names = sorted(set(labels))
    targets = np.array([[label == name for name in names] for label in labels])
    folds = stratified_folds(targets, copy_groups([count_features(text) for text in texts]), 5)
    for fold in range(5):
        kept_back = {text for text, own in zip(texts, folds, strict=True) if own == fold}
        learned = {text for text, own in zip(texts, folds, strict=True) if own != fold}
        assert kept_back
        assert not kept_back & learned
