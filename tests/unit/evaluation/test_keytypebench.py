"""The rules of KeyTypeBench, on cases of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.keytypebench import Case, Tally, is_right, read_cases


@pytest.mark.parametrize(
    ("shown", "right"),
    [
        ("the old garden", True),
        ("the old garden gate", True),
        ("the old", True),
        ("the", True),
        ("the ol", False),
        ("the new", False),
        (" the ", True),
    ],
)
def test_what_is_shown_agrees_with_what_may_be(shown: str, right: bool) -> None:
    assert is_right(shown, ("a house", "the old garden")) is right


def record(identity: str, kind: str, title: str = "notes") -> dict[str, Any]:
    """A line of the benchmark."""
    return {
        "id": identity,
        "context": {"beforeCursor": "In ", "afterCursor": ""},
        "expected": {"kind": kind, "shownAcceptable": ["time"]},
        "source": {"title": title},
    }


def test_cases_are_read_and_counted(tmp_path: Path) -> None:
    lines = [record("core-append-1", "insert"), record("core-midword-2", "suppress", "tldr pages")]
    (tmp_path / "core.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "policy.jsonl").write_text(json.dumps(record("policy-secure-1", "suppress", "secure")))
    cases = read_cases(tmp_path)
    assert [(case.suite, case.category) for case in cases] == [
        ("core", "append"),
        ("core", "midword"),
        ("policy", "secure"),
    ]
    assert [case.acceptable for case in cases] == [("time",), (), ()]
    assert [case.is_read for case in cases] == [False, True, False]


def test_the_rates() -> None:
    tally = Tally()
    may, must_not = (Case("core", "append", "", "", texts, False) for texts in (("time",), ()))
    for case, shown in ((may, "time"), (may, "space"), (may, ""), (must_not, "time"), (must_not, "")):
        tally.add(case, shown)
    assert (tally.cases, tally.insert, tally.shown, tally.right, tally.handled) == (5, 3, 3, 1, 2)
    assert "precision  33.3%, wrong  40.0%, coverage  33.3%, handled  40.0%" in tally.line()
