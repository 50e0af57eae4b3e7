"""A model whose files were damaged by chance is found to be, or does no harm.

`python -m tests.benchmarks.mutations` tries thousands.
"""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import pytest

from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from tests.helpers.mutations import Files, damaged, outcome, put, put_odd

pytestmark = pytest.mark.slow

BATCHES = 6
EACH = 25


@pytest.mark.timeout(120)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_damage_is_found_or_harmless(library: Library, paths: Paths, sound: Files, batch: int) -> None:
    folder: Path = paths.models / "whole" / "v0001"
    found = 0
    for number in range(EACH):
        chance = random.Random(f"{batch} {number}")
        how, files = damaged(chance, sound)
        put(folder, files)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found += outcome(library, "whole") == "found"
            except Exception as error:
                raise AssertionError(f"{how}: {type(error).__name__}: {error}") from error
    assert found > EACH // 2, "most of it is found"


def test_something_else_in_the_place_of_a_file_is_found(library: Library, paths: Paths, sound: Files) -> None:
    for number in range(20):
        folder: Path = paths.models / "whole" / "v0001"
        if folder.is_symlink():
            folder.unlink()
        put(folder, sound)
        how = put_odd(random.Random(number), folder)
        assert outcome(library, "whole") == "found", how
