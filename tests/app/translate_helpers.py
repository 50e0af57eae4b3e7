"""A saved translator for the tests of the app."""

from __future__ import annotations

from rnnchat.library.card import TRANSLATION_MEMORY, Card
from rnnchat.library.models import Library, to_safetensors
from rnnchat.tasks.base import TRANSLATE
from rnnchat.tasks.translation.memory import TranslationMemory
from tests.helpers.translation import sentence_pairs


def publish_translator(library: Library, name: str, languages: tuple[str, ...] = ()) -> None:
    """Save a translator of 80 pairs, without a network."""
    memory = to_safetensors(TranslationMemory.build(sentence_pairs()).to_tensors())
    learned = {"pairs": 80, "bytes": 9, "languages": list(languages)}
    card = Card(name, "2026-01-02T03:04:05+00:00", {}, {}, learned, task=TRANSLATE)
    library.publish_files(card, {TRANSLATION_MEMORY: memory})
