"""Text in: walk, decode, clean, screen for secrets, deduplicate, split."""

from rnnchat.text.notes.corpus import Corpus, Note, Scan, Secret, read_corpus, scan
from rnnchat.text.notes.dropped import Dropped
from rnnchat.text.notes.walk import Skipped

__all__ = ["Corpus", "Dropped", "Note", "Scan", "Secret", "Skipped", "read_corpus", "scan"]
