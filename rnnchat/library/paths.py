"""Moved to `rnnchat.storage.paths`; this name goes in version 0.3."""

from __future__ import annotations

import warnings

from rnnchat.storage.paths import Paths, parse_argument, parse_path

__all__ = ["Paths", "parse_argument", "parse_path"]

warnings.warn("rnnchat.library.paths is now rnnchat.storage.paths", DeprecationWarning, stacklevel=2)
