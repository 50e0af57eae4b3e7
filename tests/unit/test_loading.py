"""Models are loaded in no more time than a person notices."""

from __future__ import annotations

import time

from rnnchat.library.models import BASE, Library
from rnnchat.loading import load_model
from tests.helpers.waiting import patience

LOADING_SECONDS = 0.15
"""Loading the shipped model takes at most this long once its files are in the disk's cache."""


def test_the_shipped_model_is_loaded_in_a_moment(library: Library) -> None:
    taken = []
    for _ in range(4):
        started = time.perf_counter()
        load_model(library, BASE)
        taken.append(time.perf_counter() - started)
    assert min(taken[1:]) < patience(LOADING_SECONDS)
