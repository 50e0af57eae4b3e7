"""Moved to `rnnchat.text.notes`; this name goes in version 0.3."""
