"""What a training says to a person, line by line."""

from __future__ import annotations

import pytest

from rnnchat.training.runs.report import TrainingReport

ENCODING = [
    (
        {"base": "base-zh", "reason": "most of the notes are in Chinese"},
        "Starts from base-zh, as most of the notes are in Chinese.",
    ),
    (
        {"base": "scratch", "reason": "there is no base for notes in Cyrillic"},
        "Starts from scratch: there is no base for notes in Cyrillic.",
    ),
    ({"base": "scratch", "reason": ""}, "Starts from scratch."),
    ({"base": "me"}, "Starts from me."),
]


@pytest.mark.parametrize(("choice", "sentence"), ENCODING)
def test_the_base_and_the_reason_for_it_are_printed(choice: dict[str, str], sentence: str) -> None:
    printed: list[str] = []

    def print_line(text: str, *, over: bool = False) -> None:
        printed.append(text)

    TrainingReport(print_line, live=False).show({"event": "encoding", **choice, "vocabulary": 6144})
    assert printed == [f"{sentence} The tokenizer has 6,144 tokens."]
