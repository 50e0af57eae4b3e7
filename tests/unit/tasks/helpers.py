"""Small sets of labelled texts, and of sentences with translations, for the tests of tasks."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

from rnnchat.tasks.classification.training import LabelledTexts

TOPICS = {
    "garden": "tomato soil compost bean seed water prune hedge weed rake".split(),
    "kitchen": "oven flour butter knead dough simmer onion garlic pan whisk".split(),
    "bicycle": "chain gear brake tyre pedal saddle spoke wheel puncture pump".split(),
    "music": "guitar chord melody rhythm piano octave tempo drum violin scale".split(),
    "money": "budget rent savings invoice tax loan interest bank receipt salary".split(),
}
"""Words of each topic."""


def topic_texts(per_label: int, labels: int = len(TOPICS), seed: int = 0) -> tuple[list[str], list[str]]:
    """Return texts of a few words of one topic among words of none, and the label of each."""
    choose = random.Random(seed)
    texts, names = [], []
    for label in list(TOPICS)[:labels]:
        for number in range(per_label):
            words = choose.sample(TOPICS[label], 4) + choose.sample(
                "today we then again some more".split(), 3
            )
            choose.shuffle(words)
            texts.append(f"{' '.join(words)} {number}")
            names.append(label)
    return texts, names


def topic_examples(per_label: int, labels: int = len(TOPICS), seed: int = 0) -> LabelledTexts:
    """Return the same as labelled texts."""
    texts, names = topic_texts(per_label, labels, seed)
    return LabelledTexts.of(texts, [[name] for name in names])


def write_topic_notes(root: Path, per_label: int = 6) -> Path:
    """Write the same as notes in a folder for each topic below `root`, and return `root`."""
    for number, (text, label) in enumerate(zip(*topic_texts(per_label), strict=True)):
        (root / label).mkdir(parents=True, exist_ok=True)
        (root / label / f"{number}.md").write_text(f"# Note {number}\n\n{text}\n")
    return root


def pair_rows() -> list[tuple[str, str]]:
    """Return 320 English sentences of four parts and their French translations, word for word in order."""
    parts = (
        {"the cat": "le chat", "the dog": "le chien", "the king": "le roi", "the girl": "la fille"},
        {"sees": "voit", "loves": "aime", "hears": "entend", "follows": "suit", "helps": "aide"},
        {"a tree": "un arbre", "a lake": "un lac", "a boat": "un bateau", "a song": "une chanson"},
        {"now": "maintenant", "here": "ici", "again": "encore", "today": "aujourd’hui"},
    )
    rows = []
    for chosen in itertools.product(*(part.items() for part in parts)):
        english, french = (" ".join(texts).capitalize() for texts in zip(*chosen, strict=True))
        rows.append((f"{english}.", f"{french}."))
    return rows
