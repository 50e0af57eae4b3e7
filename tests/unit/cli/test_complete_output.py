"""What `complete` prints for a person, and for a program."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from rnnchat import loading
from rnnchat.cli.complete import complete
from rnnchat.completion.completer import Suggestion

FOUND = [Suggestion("river", 0.4), Suggestion("rest", 0.0006), Suggestion("rye", 0.0004)]


@pytest.fixture
def completer(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A completer that always suggests the same."""
    made = SimpleNamespace(
        found=FOUND,
        prepare=lambda: None,
        suggest=lambda *_: made.found,
        inline=lambda *_: None,
        corrections=lambda _: [],
    )
    model = SimpleNamespace(completer=lambda: made)
    monkeypatch.setattr(loading, "load_model", lambda *_: model)
    return made


def test_what_would_be_printed_with_no_probability_is_left_out(completer: SimpleNamespace) -> None:
    assert CliRunner().invoke(complete, input="The r").output == "  40.0%  river\n   0.1%  rest\n"
    completer.found = FOUND[2:]
    assert CliRunner().invoke(complete, input="The r").output == "No suggestions.\n"


def test_a_program_gets_all_of_them(completer: SimpleNamespace) -> None:
    answer = json.loads(CliRunner().invoke(complete, ["--json"], input="The r").output)
    assert answer["suggestions"] == [one.as_dict() for one in FOUND]
