"""Text in: walk, decode, clean, screen for secrets, deduplicate, split."""

from rnnchat.notes.corpus import Corpus, Note, Scan, Secret, read_corpus, scan
from rnnchat.notes.dropped import Dropped
from rnnchat.notes.walk import Skipped

__all__ = ["Corpus", "Dropped", "Note", "Scan", "Secret", "Skipped", "read_corpus", "scan"]
