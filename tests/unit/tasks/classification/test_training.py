"""A classifier learns, knows what it does not know, and comes back as it was saved."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.errors import ModelError, NotesError
from rnnchat.storage.tensors import read_safetensors, to_safetensors
from rnnchat.tasks.base import CLASSIFY, card_section
from rnnchat.tasks.classification.classifier import TextClassifier
from rnnchat.tasks.classification.training import (
    LabelledTexts,
    TrainedClassifier,
    train_classifier,
    words_of_label,
)
from tests.unit.tasks.helpers import topic_examples, topic_texts


@pytest.fixture(scope="module")
def trained() -> TrainedClassifier:
    return train_classifier(topic_examples(12))


def test_it_labels_texts_that_it_has_not_seen(trained: TrainedClassifier) -> None:
    texts, labels = topic_texts(5, seed=9)
    predictions = trained.classifier.predict(texts)
    right = [one.labels[0].name == label for one, label in zip(predictions, labels, strict=True)]
    assert np.mean(right) > 0.9
    assert trained.metrics.accuracy > 0.9
    assert trained.metrics.macro_f1 > 0.9
    assert trained.metrics.texts == 60
    for one in predictions:
        probabilities = [label.probability for label in one.labels]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1, abs=1e-4)


def test_texts_of_none_of_the_labels_are_unsure(trained: TrainedClassifier) -> None:
    unknown = ["quarks and leptons", "", "!!!", "雨が降る", "today we then again some more"]
    assert [one.is_unsure for one in trained.classifier.predict(unknown)] == [True] * 5
    assert not trained.classifier.predict(["prune the hedge, weed and rake the soil"])[0].is_unsure


def test_it_names_the_words_that_speak_for_a_label(trained: TrainedClassifier) -> None:
    words = trained.classifier.words_for("Today we simmer an onion in butter", "kitchen", 3)
    assert {"simmer", "onion", "butter"} >= {word for found in words for word in found.split()} - {"in", "an"}
    assert len(words) == 3
    assert trained.classifier.words_for("", "kitchen") == []


def test_it_comes_back_as_it_was_saved(trained: TrainedClassifier) -> None:
    tensors = read_safetensors(to_safetensors(trained.classifier.to_tensors()))
    again = TextClassifier.from_tensors(tensors, trained.classifier.labels)
    texts, _ = topic_texts(3, seed=4)
    one, other = (model.probabilities(model.features(texts)) for model in (trained.classifier, again))
    np.testing.assert_allclose(one, other, atol=5e-3)
    assert again.threshold == pytest.approx(trained.classifier.threshold)


@pytest.mark.parametrize("damage", ["missing", "size", "order", "nan", "type", "labels"])
def test_a_damaged_classifier_is_refused(trained: TrainedClassifier, damage: str) -> None:
    tensors = dict(trained.classifier.to_tensors())
    labels = trained.classifier.labels
    if damage == "missing":
        del tensors["bias"]
    elif damage == "size":
        tensors["weights"] = tensors["weights"][1:]
    elif damage == "order":
        tensors["words.hashes"] = tensors["words.hashes"][::-1].copy()
    elif damage == "nan":
        tensors["bias"] = np.full_like(tensors["bias"], np.nan)
    elif damage == "type":
        tensors["words.hashes"] = tensors["words.hashes"].astype(np.float32)
    else:
        labels = labels[1:]
    with pytest.raises(ModelError, match="damaged"):
        TextClassifier.from_tensors(tensors, labels)


def test_its_card_says_what_it_is_for(trained: TrainedClassifier) -> None:
    section = card_section(trained.classifier.task, trained.metrics.as_dict())
    assert section["task"] == CLASSIFY
    assert section["labels"] == ("bicycle", "garden", "kitchen", "money", "music")
    assert section["scores"]["texts"] == 60


def test_copies_of_texts_do_not_make_it_look_better() -> None:
    random = np.random.default_rng(0)
    texts = [f"{a} {b} {c}" for a, b, c in random.integers(10**6, 10**7, (60, 3)).tolist()]
    labels = [["one", "two", "three"][number % 3] for number in range(60)]
    twice = LabelledTexts.of(texts * 3, [[label] for label in labels * 3])
    assert train_classifier(twice).metrics.accuracy < 0.6  # by chance a third; with leaking copies, all


def test_too_few_examples_are_refused() -> None:
    for texts in (LabelledTexts.of([], []), LabelledTexts.of(["a b", "c d"], [["one"], ["one"]])):
        with pytest.raises(NotesError, match="at least two labels"):
            train_classifier(texts)
    rare = LabelledTexts.of(["a", "b", "c", "d", "e"], [["x"], ["x"], ["y"], ["y"], ["z"]])
    kept, left_out = rare.without_rare_labels()
    assert (kept.labels, left_out, len(kept.texts)) == (("x", "y"), ("z",), 4)
    many = LabelledTexts.of([str(n) for n in range(2002)], [[f"l{n // 2}"] for n in range(2002)])
    with pytest.raises(NotesError, match="1,001 labels"):
        train_classifier(many)


def test_two_labels_with_two_examples_each_are_enough() -> None:
    examples = LabelledTexts.of(["red", "crimson", "blue", "navy"], [["r"], ["r"], ["b"], ["b"]])
    steps: list[tuple[int, int]] = []
    found = train_classifier(examples, progress=lambda done, total: steps.append((done, total)))
    assert found.classifier.predict(["crimson"])[0].labels[0].name == "r"
    assert steps[-1][0] <= steps[-1][1]


def test_the_name_of_a_label_is_read_as_words() -> None:
    assert words_of_label("lost_or-stolenCard/v2") == "lost or stolen Card v2"
