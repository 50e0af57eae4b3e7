"""Moved to `rnnchat.text.notes.corpus`; this name goes in version 0.3."""

from __future__ import annotations

import warnings

from rnnchat.text.notes.corpus import Corpus, Note, Scan, read_corpus, scan

__all__ = ["Corpus", "Note", "Scan", "read_corpus", "scan"]

warnings.warn("rnnchat.notes.corpus is now rnnchat.text.notes.corpus", DeprecationWarning, stacklevel=2)
