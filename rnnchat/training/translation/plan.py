"""What a translator's network is and how it is trained, by how many pairs there are."""

from __future__ import annotations

from dataclasses import dataclass

from rnnchat.tasks.translation.network import TranslationShape
from rnnchat.tasks.translation.pair_tokenizer import vocabulary_for

MANY_PAIRS = 60_000
"""From this many pairs on, a network sees each of them only a few times in a usual budget."""


PAIRS_PER_MINUTE = 15_000
"""A processor core reads about this many pairs in a minute of training, as was measured."""
STARTING_MINUTES = 0.5
"""So much of a budget is spent before the network has learned anything: graphs are built."""


@dataclass(frozen=True)
class TranslationPlan:
    """The sizes of a network and the settings of its training."""

    vocabulary: int
    """The most pieces of the tokenizer."""
    embedding: int = 256
    encoder: int = 256
    decoder: int = 384
    dropout: float = 0.1
    """The share of the values that are dropped from embeddings, states and outputs."""
    tokens: int = 512
    """The target pieces of a batch. Batches of half the size learn more in the same time than larger ones."""
    learning_rate: float = 4e-3
    """The highest learning rate."""
    warm_up_steps: int = 100
    """The learning rate rises over this many steps, and then falls to 0 with the time that is left."""
    guide: float = 0.5
    """The weight at first of the loss that draws the attention to what the alignment says."""
    guided_share: float = 0.67
    """That weight falls to 0 over this share of the budget."""
    ema_steps: float = 300.0
    """About so many steps' weights are averaged."""
    most_steps: int | None = None
    """The training ends after this many steps where the budget does not end it before."""
    seed: int = 0

    def shape(self, source_vocabulary: int, target_vocabulary: int) -> TranslationShape:
        """Return the sizes of the network for tokenizers of these sizes."""
        return TranslationShape(
            source_vocabulary, target_vocabulary, self.embedding, self.encoder, self.decoder
        )


def least_minutes(pairs: int) -> float:
    """Return the minutes in which a training reads each of so many pairs about once."""
    return STARTING_MINUTES + pairs / PAIRS_PER_MINUTE


def make_plan(pairs: int, seed: int) -> TranslationPlan:
    """Return the plan for a training on this many pairs.

    Few pairs are seen many times, so more is dropped, and the vocabulary is smaller.
    """
    if pairs >= MANY_PAIRS:
        return TranslationPlan(vocabulary_for(pairs), seed=seed)
    return TranslationPlan(vocabulary_for(pairs), dropout=0.4, seed=seed)
