"""The command `compare` says how long it will take."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from rnnchat.cli.commands import commands
from rnnchat.cli.compare import describe_minutes


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.6, "36 seconds"), (1.5, "90 seconds"), (2, "2 minutes"), (20, "20 minutes"), (150, "2.5 hours")],
)
def test_minutes_in_words(minutes: float, words: str) -> None:
    assert describe_minutes(minutes) == words


def test_its_help_says_how_much_longer_it_takes_than_one_training() -> None:
    shown = CliRunner().invoke(commands, ["compare", "--help"], prog_name="rnnchat").output
    assert "the comparison takes about 4 times as long" in " ".join(shown.split())
