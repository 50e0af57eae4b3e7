"""Fit the choice of key sentences: ``python -m rnnchat.training.summarising.fit_key_sentences DATA``.

DATA holds the text collections. It takes two minutes on one core. The choice is fitted to abstracts of
papers with the sentence that authors and readers summed them up with, to posts with the summaries in
their front matter, and to notes with their titles.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from rnnchat.storage.atomic import replace_file
from rnnchat.storage.tensors import to_safetensors
from rnnchat.tasks.asking.terms import term_numbers, terms_of
from rnnchat.tasks.summarising.features import sentence_features
from rnnchat.tasks.summarising.key_sentences import FILE, NOTES, PAPERS, KeySentenceRanker, to_tensors
from rnnchat.tasks.summarising.listwise import Candidates, fit_scorer
from rnnchat.tasks.summarising.words import NGRAMS, Rarities
from rnnchat.training.summarising.rouge import best_rouge, rouge_words
from rnnchat.training.summarising.summaries import SummarisedText, abstracts, posts, titled_notes

ABSTRACTS = "tasks/summarisation/scitldr_a"
"""The folder of the abstracts in DATA."""
TERMS = 16_000
"""How many terms have a rarity of their own: those in the most texts."""
TEMPERATURE = 0.25
"""The gains, the sum of three kinds of ROUGE, are divided by this before their softmax."""
DECAY = {PAPERS: 0.02, NOTES: 0.003}
"""How much large weights cost."""
LEAST_GAIN = 0.3
"""A text is left out where no sentence has more in common with its summary."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit the weights and write them into the package."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("data", type=Path, help="the folder of the text collections")
    parser.add_argument(
        "--without-dev", action="store_true", help="leave SciTLDR's dev part out, to measure with"
    )
    parser.add_argument("--output", type=Path, default=FILE)
    chosen = parser.parse_args(arguments)
    parts = ("train",) if chosen.without_dev else ("train", "dev")
    papers = [one for part in parts for one in abstracts(chosen.data / ABSTRACTS, part)]
    others = [*posts(chosen.data), *titled_notes(chosen.data)]
    print(f"{len(papers):,} abstracts, {len(others):,} posts and notes", flush=True)
    rarities = count_rarities([*papers, *others])
    ranker = fit({PAPERS: papers, NOTES: others}, rarities)
    replace_file(chosen.output, to_safetensors(to_tensors(ranker)), private=False)
    return 0


def count_rarities(texts: Sequence[SummarisedText]) -> Rarities:
    """Return the inverse document frequencies of the terms of `texts`."""
    found: Counter[str] = Counter()
    for one in texts:
        found.update({term for sentence in one.sentences for term in terms_of(sentence)})
    kept = [term for term, count in found.most_common(TERMS) if count > 1]
    numbers = term_numbers(kept)
    values = np.log((len(texts) + 1) / (np.array([found[term] for term in kept], np.float32) + 1))
    order = np.argsort(numbers)
    return Rarities(numbers[order], values[order].astype(np.float32), float(np.log(len(texts) + 1)))


def fit(texts: Mapping[str, Sequence[SummarisedText]], rarities: Rarities) -> KeySentenceRanker:
    """Return the ranker that fits texts of both kinds."""
    scorers = {
        kind: fit_scorer(candidates(some, rarities), NGRAMS, temperature=TEMPERATURE, decay=DECAY[kind])
        for kind, some in texts.items()
    }
    return KeySentenceRanker(scorers, rarities)


def candidates(texts: Iterable[SummarisedText], rarities: Rarities) -> Candidates:
    """Return the sentences of the texts with their features and gains."""
    dense, numbers, sizes, groups, gains = [], [], [0], [], []
    group = 0
    for one in texts:
        references = [rouge_words(summary) for summary in one.summaries]
        gain = [sum(best_rouge(rouge_words(sentence), references)) for sentence in one.sentences]
        if max(gain, default=0) < LEAST_GAIN or len(gain) < 2:
            continue
        features = sentence_features(one.sentences, rarities)
        dense.append(features.dense)
        for ngrams in features.ngrams:
            numbers += ngrams
            sizes.append(len(ngrams))
        groups += [group] * len(gain)
        gains += gain
        group += 1
    return Candidates(
        np.concatenate(dense),
        np.array(numbers, np.int64),
        np.cumsum(sizes),
        np.array(groups, np.int64),
        np.array(gains),
    )


if __name__ == "__main__":
    sys.exit(main())
