"""Modules that have moved can be imported from where they were, with a warning that says where they are."""

from __future__ import annotations

import importlib
import sys

import pytest


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("rnnchat.notes.corpus", "rnnchat.text.notes.corpus", "scan"),
        ("rnnchat.library.paths", "rnnchat.storage.paths", "Paths"),
    ],
)
def test_an_old_place_still_works(old: str, new: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, old, raising=False)
    with pytest.warns(DeprecationWarning, match=f"now {new}"):
        moved = importlib.import_module(old)
    assert getattr(moved, name) is getattr(importlib.import_module(new), name)
