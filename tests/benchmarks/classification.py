"""Measures classification and the sorting of notes: `python -m tests.benchmarks.classification DATA WHAT…`.

DATA is the folder of the collections, with the subfolders `tasks/classification` and `notes`. WHAT is any of
`clinc150`, `clinc150-10`, `banking77`, `banking77-10`, `polarity` and `folders`; `-10` means ten examples of
each label, in three draws. All that is fitted, the threshold included, is fitted to training examples alone.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnnchat.library.models import Library
from rnnchat.library.shipped import BASE
from rnnchat.loading import encoder_from_saved
from rnnchat.storage.paths import Paths
from rnnchat.tasks.classification.calibration import confidences
from rnnchat.tasks.classification.classifier import TextClassifier
from rnnchat.tasks.classification.encoder import StateEncoder
from rnnchat.tasks.classification.folds import stratified_folds
from rnnchat.tasks.classification.metrics import macro_f1
from rnnchat.tasks.classification.training import LabelledTexts, train_classifier
from rnnchat.tasks.sorting.notes import read_sortable
from rnnchat.tasks.sorting.suggest import learn_sorting
from rnnchat.tasks.sparse import Floats

DRAWS = 3
"""Few-shot results are the means of this many draws of the examples."""
LEAST_NOTES = 5
"""Only folders with at least this many notes count."""

Split = tuple[list[str], list[str]]
"""Texts and their labels."""


def main() -> None:
    """Print a line for each thing that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("what", nargs="+")
    parser.add_argument("--folders", default="jbranchaud-til", help="the collection of notes to sort")
    parser.add_argument("--no-network", action="store_true", help="without the base's mean states")
    parser.add_argument("--only", type=int, nargs="+", help="these draws, or folds of polarity, alone")
    options = parser.parse_args()
    encoder = None
    if not options.no_network:
        encoder = encoder_from_saved(Library(Paths.from_environment()).load(BASE))
    for what in options.what:
        name, _, shots = what.partition("-")
        if name == "folders":
            folders(options.data / "notes" / options.folders)
        elif name == "polarity":
            polarity(options.data, encoder, options.only)
        else:
            intents(name, options.data, int(shots or 0), options.only or range(DRAWS), encoder)


def clinc150(data: Path) -> dict[str, Split]:
    """Return the parts of clinc150, among them ``oos_test``, which has none of the labels."""
    parts = json.loads((data / "tasks/classification/clinc150/data/data_full.json").read_text())
    return {name: ([text for text, _ in rows], [label for _, label in rows]) for name, rows in parts.items()}


def banking77(data: Path) -> dict[str, Split]:
    """Return the parts of banking77."""
    parts = {}
    for part in ("train", "test"):
        with (data / f"tasks/classification/banking77/banking_data/{part}.csv").open() as file:
            rows = list(csv.DictReader(file))
        parts[part] = ([row["text"] for row in rows], [row["category"] for row in rows])
    return parts


def draw(split: Split, shots: int, seed: int) -> Split:
    """Return `shots` examples of each label."""
    texts, labels = split[0], np.array(split[1])
    random = np.random.default_rng(seed)
    places = [
        int(place)
        for label in sorted(set(split[1]))
        for place in random.permutation(np.flatnonzero(labels == label))[:shots]
    ]
    return [texts[place] for place in places], labels[places].tolist()


def intents(name: str, data: Path, shots: int, draws: Sequence[int], encoder: StateEncoder | None) -> None:
    """Measure a collection of intents, with all its training examples or with some of each label."""
    parts = {"clinc150": clinc150, "banking77": banking77}[name](data)
    for seed in draws if shots else [0]:
        training = draw(parts["train"], shots, seed) if shots else parts["train"]
        began = time.perf_counter()
        trained = train_classifier(LabelledTexts.of(training[0], [[one] for one in training[1]]), encoder)
        seconds = time.perf_counter() - began
        classifier = trained.classifier
        report(f"{name}, {shots or 'all'} a label, draw {seed}", classifier, parts, seconds)


def report(what: str, classifier: TextClassifier, parts: dict[str, Split], seconds: float) -> None:
    """Print how well the test part is labelled, alone and together with texts that have no label."""
    texts, labels = parts["test"]
    scores = classifier.scores(classifier.features(texts))
    places = {label: place for place, label in enumerate(classifier.labels)}
    expected = np.array([places[label] for label in labels])
    predicted = scores.argmax(1)
    is_right = predicted == expected
    f1 = macro_f1(expected, predicted, len(places))
    line = f"accuracy {100 * is_right.mean():.2f}, macro-F1 {100 * f1:.2f}"
    if "oos_test" in parts:
        for name, threshold in (
            ("left-out labels", classifier.threshold),
            ("validation", threshold_of_validation(classifier, parts)),
        ):
            sure = is_right & (confidences(scores) >= threshold)
            rejected = confidences(scores_of(classifier, parts["oos_test"][0])) < threshold
            joint = (sure.sum() + rejected.sum()) / (len(texts) + len(rejected))
            line += (
                f"; with {len(rejected)} out of scope, threshold by {name}: {100 * joint:.2f}"
                f" (in scope {100 * sure.mean():.1f}, rejected {100 * rejected.mean():.1f})"
            )
    print(f"{what}: {line}; network {classifier.space.share}; {cost(seconds)}", flush=True)


def scores_of(classifier: TextClassifier, texts: Sequence[str]) -> Floats:
    """Return the score of each label for each text."""
    return classifier.scores(classifier.features(texts))


def threshold_of_validation(classifier: TextClassifier, parts: dict[str, Split]) -> float:
    """Return the threshold that is best for the validation parts, weighted as the parts of the test are."""
    texts, labels = parts["val"]
    scores = scores_of(classifier, texts)
    others = confidences(scores_of(classifier, parts["oos_val"][0]))
    known = confidences(scores)
    is_right = np.array([classifier.labels[place] for place in scores.argmax(1)]) == np.array(labels)
    sizes = len(parts["test"][0]), len(parts["oos_test"][0])
    return max(
        np.quantile(np.concatenate((known, others)), np.linspace(0, 0.9, 181)).tolist(),
        key=lambda one: sizes[0] * ((known >= one) & is_right).mean() + sizes[1] * (others < one).mean(),
    )


def polarity(data: Path, encoder: StateEncoder | None, only: Sequence[int] | None) -> None:
    """Measure sentence polarity with 10-fold cross-validation."""
    folds = 10
    folder = data / "tasks/classification/sentence_polarity/sentence_polarity"
    texts, labels = [], []
    for name, label in (("pos", "positive"), ("neg", "negative")):
        lines = (folder / f"rt-polarity.{name}").read_text("latin-1").splitlines()
        texts += [line.strip() for line in lines if line.strip()]
        labels += [label] * (len(texts) - len(labels))
    targets = LabelledTexts.of(texts, [[label] for label in labels]).targets
    fold_of = stratified_folds(targets, np.arange(len(texts)), folds)
    found = []
    began = time.perf_counter()
    for fold in only or range(folds):
        training = np.flatnonzero(fold_of != fold)
        own = LabelledTexts.of([texts[i] for i in training], [[labels[i]] for i in training])
        classifier = train_classifier(own, encoder).classifier
        test = np.flatnonzero(fold_of == fold)
        predictions = classifier.predict([texts[i] for i in test], 1)
        right = [one.labels[0].name == labels[i] for one, i in zip(predictions, test, strict=True)]
        found.append(float(np.mean(right)))
        print(f"  fold {fold}: {100 * found[-1]:.2f}", flush=True)
    seconds = time.perf_counter() - began
    print(f"polarity, {len(found)} of {folds} folds: accuracy {100 * np.mean(found):.2f}; {cost(seconds)}")


def folders(path: Path) -> None:
    """Measure the sorting of notes into the folders that they are in, as `rnnchat sort` does."""
    began = time.perf_counter()
    notes, _ = read_sortable([path])
    sizes: dict[str, int] = {}
    for note in notes:
        sizes[note.folder] = sizes.get(note.folder, 0) + 1
    counted = [note for note in notes if note.folder and sizes[note.folder] >= LEAST_NOTES]
    sorter = learn_sorting(counted, "folders")
    metrics = sorter.metrics
    print(
        f"folders of {path.name}: {metrics.texts} notes in {len(sorter.labels)} folders,"
        f" accuracy {100 * metrics.accuracy:.2f}, among three {100 * metrics.accuracy_top3:.2f},"
        f" macro-F1 {100 * metrics.macro_f1:.2f}; {cost(time.perf_counter() - began)}",
        flush=True,
    )


def cost(seconds: float) -> str:
    """Return how long something took, and the most memory that the process has used so far."""
    return f"{seconds:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most"


if __name__ == "__main__":
    main()
