"""A home with a trained model, for the tests of the real program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.helpers import json_lines, rnnchat
from tests.helpers.places import NOTES


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A home in which a model called `me` learned the sample notes, and the events of its training."""
    home = tmp_path_factory.mktemp("trained")
    result = rnnchat(home, "train", NOTES, "--name", "me", "--minutes", "0.4", "--json")
    assert result.returncode == 0, result.stderr
    return home, json_lines(result.stdout)
