"""A trained text classifier: from a text to its likeliest labels, and the words that speak for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnchat.errors import ModelError
from rnnchat.tasks.classification.calibration import confidences, softmax_rows
from rnnchat.tasks.classification.encoder import Projection, StateEncoder
from rnnchat.tasks.classification.features import GROUPS, Counts, Vocabulary, word_features
from rnnchat.tasks.classification.linear import LinearScores
from rnnchat.tasks.classification.space import FeatureSpace, TextFeatures, text_features
from rnnchat.tasks.classification.task import Classification, LabelProbability
from rnnchat.tasks.sparse import Floats

_IN_HALF_OF_THE_TEXTS = float(np.log(2) + 1)
"""The inverse document frequency of a word that is in half of the examples."""
GROUP_NAMES = ("words", "characters")
"""The names of the groups of features in a saved classifier."""


@dataclass(frozen=True)
class Prediction:
    """What a classifier found for a text."""

    labels: tuple[LabelProbability, ...]
    """The likeliest labels, the likeliest first."""
    is_unsure: bool
    """Whether the text seems to have none of the labels."""

    def as_dict(self) -> dict[str, Any]:
        """Return this as a JSON object."""
        labels = [{"name": one.name, "probability": round(one.probability, 4)} for one in self.labels]
        return {"labels": labels, "unsure": self.is_unsure}


@dataclass(frozen=True)
class TextClassifier:
    """A linear classifier of texts; the softmax of its scores are calibrated probabilities."""

    labels: tuple[str, ...]
    space: FeatureSpace
    linear: LinearScores
    threshold: float
    """A text is unsure if the confidence that it has one of the labels is lower than this."""
    encoder: StateEncoder | None = None
    """Reads the texts where the space has a projection of mean states; None elsewhere."""

    @property
    def task(self) -> Classification:
        """What the classifier was trained for."""
        return Classification(self.labels)

    def features(self, texts: Sequence[str]) -> TextFeatures:
        """Return the features of texts."""
        return text_features(texts, self.encoder)

    def scores(self, features: TextFeatures) -> Floats:
        """Return the score of each label for each text (texts, labels); their softmax are probabilities."""
        return self.linear.scores(self.space.rows(features))

    def probabilities(self, features: TextFeatures) -> Floats:
        """Return the probability of each label for each text (texts, labels)."""
        return softmax_rows(self.scores(features))

    def predict(self, texts: Sequence[str], count: int = 5) -> list[Prediction]:
        """Return the `count` likeliest labels of each text."""
        features = self.features(texts)
        scores = self.scores(features)
        is_sure = confidences(scores) >= self.threshold
        return [
            Prediction(self.task.decode(row, count), not (sure and self._knows(text)))
            for row, sure, text in zip(softmax_rows(scores), is_sure, features.counts, strict=True)
        ]

    def words_for(self, text: str, label: str, count: int = 5) -> list[str]:
        """Return at most `count` words, or pairs of words, of a text that speak most for a label.

        Those that are in more than half of the examples are left out: they are words such as "the".
        """
        features = word_features(text)
        names, place = list(features), self.labels.index(label)
        columns = self.space.vocabulary.columns_of(list(features.values()))
        known = np.flatnonzero(columns >= 0)
        known = known[self.space.vocabulary.weights[0][columns[known]] > _IN_HALF_OF_THE_TEXTS]
        weights = (
            self.linear.weights[columns[known], place] * self.space.vocabulary.weights[0][columns[known]]
        )
        found: list[str] = []
        for one in np.argsort(-weights, kind="stable"):
            name = names[known[one]]
            if weights[one] <= 0 or len(found) == count:
                break
            if not any(name in other.split() or other in name.split() for other in found):
                found.append(name)
        return found

    def _knows(self, counts: Counts) -> bool:
        """Return whether a text has a word that was in an example."""
        known = self.space.vocabulary.hashes[0]
        return bool(np.isin(counts[0][0], known).any())

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that are saved; the labels are saved in the model's card."""
        tensors: dict[str, NDArray[Any]] = {
            "weights": self.linear.weights.astype(np.float16),
            "bias": self.linear.bias,
            "calibration": np.array(
                [self.threshold, self.space.share, self.space.vocabulary.unseen_weight], np.float32
            ),
        }
        for name, hashes, weights in zip(
            GROUP_NAMES, self.space.vocabulary.hashes, self.space.vocabulary.weights, strict=True
        ):
            tensors[f"{name}.hashes"] = hashes
            tensors[f"{name}.weights"] = weights
        if self.space.projection is not None:
            parts = asdict(self.space.projection)
            tensors |= {f"projection.{name}": values for name, values in parts.items()}
        return tensors

    @classmethod
    def from_tensors(
        cls,
        tensors: Mapping[str, NDArray[Any]],
        labels: Sequence[str],
        encoder: StateEncoder | None = None,
    ) -> TextClassifier:
        """Return the classifier that was saved; raise ModelError where the arrays are not those of one."""
        projection, tensors = _read_projection(tensors, encoder)
        groups = [(f"{name}.hashes", f"{name}.weights") for name in GROUP_NAMES]
        expected = {"weights", "bias", "calibration", *(name for group in groups for name in group)}
        if tensors.keys() != expected:
            raise ModelError("The classifier is damaged: it does not have the arrays of a classifier.")
        if any(tensors[name].dtype != np.uint64 or tensors[name].ndim != 1 for name, _ in groups):
            raise ModelError("The classifier is damaged: its features have the wrong type.")
        hashes = tuple(tensors[name] for name, _ in groups)
        weights = tuple(np.asarray(tensors[name], np.float32) for _, name in groups)
        width = sum(map(len, hashes)) + (0 if projection is None else projection.directions.shape[1])
        sizes = {
            "weights": (width, len(labels)),
            "bias": (len(labels),),
            "calibration": (3,),
            **{name: hashes[place].shape for place, (_, name) in enumerate(groups)},
        }
        if any(tensors[name].shape != size for name, size in sizes.items()) or len(hashes) != len(GROUPS):
            raise ModelError("The classifier is damaged: its arrays have the wrong sizes.")
        if any((one[1:] <= one[:-1]).any() for one in hashes):
            raise ModelError("The classifier is damaged: its features are out of order.")
        floats = [tensors["weights"], tensors["bias"], tensors["calibration"], *weights]
        if not all(np.isfinite(one).all() for one in floats):
            raise ModelError("The classifier is damaged: it has values that are not finite numbers.")
        threshold, share, unseen_weight = (float(value) for value in tensors["calibration"])
        linear = LinearScores(tensors["weights"].astype(np.float32), np.asarray(tensors["bias"], np.float32))
        space = FeatureSpace(Vocabulary(hashes, weights, unseen_weight), projection, share)
        return cls(tuple(labels), space, linear, threshold, encoder)


def _read_projection(
    tensors: Mapping[str, NDArray[Any]], encoder: StateEncoder | None
) -> tuple[Projection | None, dict[str, NDArray[Any]]]:
    """Return the projection that is in `tensors`, which there is with an encoder alone, and the others."""
    prefix = "projection."
    others = {name: values for name, values in tensors.items() if not name.startswith(prefix)}
    parts = {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}
    if encoder is None and not parts:
        return None, others
    names = {field.name for field in fields(Projection)}
    if encoder is None or parts.keys() != names:
        raise ModelError("The classifier is damaged: it has no network, or not all arrays for one.")
    units = encoder.network.shape.units
    sizes_fit = parts["mean"].shape == parts["deviation"].shape == (units,)
    if not sizes_fit or parts["directions"].ndim != 2 or len(parts["directions"]) != units:
        raise ModelError("The classifier is damaged: its arrays do not fit its network.")
    floats = {name: np.asarray(values, np.float32) for name, values in parts.items()}
    if not all(np.isfinite(values).all() for values in floats.values()):
        raise ModelError("The classifier is damaged: it has values that are not finite numbers.")
    return Projection(**floats), others
