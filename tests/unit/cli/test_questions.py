"""An editor's questions, a line each: whatever a line holds, the next one is answered."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.cli import complete as completion
from rnnchat.cli import line_reader
from rnnchat.cli.complete import LineRequest
from rnnchat.cli.line_reader import LineReader
from rnnchat.completion.completer import Completer
from rnnchat.errors import RnnchatError
from rnnchat.lm.recurrent import RecurrentNetwork
from rnnchat.text.tokenizer import Tokenizer

BAD = [
    b"[" * 100_000,
    b'{"before":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"before": ' + b"9" * 5_000 + b"}",
    b'{"before": "a", "new": ' + b"9" * 5_000 + b"}",
    b'{"before": "caf\xe9"}',
    b"\xff\xfe{\x00",
    b"\x00",
    b"",
    b"null",
    b"[]",
    b'"before"',
    b"{}",
    b'{"before": null}',
    b'{"before": "a", "dismiss": 5}',
    b'{"before": "a", "after": null}',
    b'{"before": "a", "after": ["b"]}',
    b'{"before": "a", "passed": "ab"}',
    b'{"before": "a", "passed": [["b"]]}',
    b'{"before": "a", "passed": {"b": 1}}',
]


def answers(monkeypatch: pytest.MonkeyPatch, completer: Any, lines: list[bytes]) -> list[dict[str, Any]]:
    """Return what is answered to `lines`, in order."""
    out: list[dict[str, Any]] = []
    monkeypatch.setattr(completion, "print_json", out.append)
    monkeypatch.setattr(LineReader, "is_ready", lambda reader: True)
    monkeypatch.setattr(
        completion.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"\n".join(lines) + b"\n"))
    )
    completion._answer_lines(completer, 3, 0.4)
    return out


@pytest.mark.parametrize("line", BAD, ids=lambda line: repr(line[:24]))
def test_a_bad_line_is_told_and_the_next_one_answered(
    line: bytes, tiny_network: RecurrentNetwork, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answers(monkeypatch, Completer(tiny_network, tokenizer), [line, b'{"before": "Still here"}'])
    assert len(said) == 2
    assert said[0]["error"] and said[0]["hint"]
    assert "suggestions" in said[1]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ('"before": 1', '"before" must be a text.'),
        ('"after": null', '"after" must be a text.'),
        ('"dismiss": ["like"]', '"dismiss" must be a text.'),
        ('"passed": "like"', '"passed" must be a list of texts.'),
        ('"passed": null', '"passed" must be a list of texts.'),
        ('"passed": ["like", 1]', '"passed" must be a list of texts.'),
        ('"new": "yes"', '"new" must be true or false.'),
        ('"new": 1', '"new" must be true or false.'),
    ],
)
def test_a_field_of_a_wrong_type_is_named(
    field: str,
    message: str,
    tiny_network: RecurrentNetwork,
    tokenizer: Tokenizer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = f'{{"before": "I would l", {field}}}'.encode()
    (said,) = answers(monkeypatch, Completer(tiny_network, tokenizer), [line])
    assert set(said) == {"error", "hint"}
    assert said["error"] == message
    assert field.partition(":")[0] in said["hint"]


def test_a_line_that_is_too_long_is_dropped_in_parts(
    tiny_network: RecurrentNetwork, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "LONGEST_LINE", 1_000)
    monkeypatch.setattr(line_reader, "CHUNK", 64)
    long = b'{"before": "' + b"a" * 5_000 + b'"}'
    said = answers(monkeypatch, Completer(tiny_network, tokenizer), [long, b'{"before": "Still here"}', long])
    assert ["error" in one for one in said] == [True, False, True]
    assert "at most 0 MB" in said[0]["error"]


def test_halves_of_surrogates_and_nul_are_text(
    tiny_network: RecurrentNetwork, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [rb'{"before": "a\u0000b \ud800", "dismiss": "\udfff", "passed": ["\ud83d"], "new": true}']
    (said,) = answers(monkeypatch, Completer(tiny_network, tokenizer), lines)
    assert "suggestions" in said


def test_what_nobody_foresaw_ends_no_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        """Fails at the first draft, and while it rests after the second."""

        begun = 0

        def suggest(self, before: str, count: int, after: str) -> list[Any]:
            if before == "first":
                raise IndexError("secret text")
            return []

        def inline(self, before: str, after: str, threshold: float) -> None:
            return None

        def corrections(self, before: str) -> list[Any]:
            return []

        def begin(self) -> None:
            self.begun += 1

        def ignore(self, before: str, texts: object) -> None:
            pass

        def work_while_idle(self, hurry: object) -> None:
            raise ZeroDivisionError

    failing = Failing()
    said = answers(
        monkeypatch, failing, [b'{"before": "first"}', b'{"before": "second"}', b'{"before": "third"}']
    )
    assert "IndexError" in said[0]["error"]
    assert "secret" not in json.dumps(said)
    assert [one.get("suggestions") for one in said[1:]] == [[], []]
    assert failing.begun == 3


def test_nothing_is_read_ahead_while_the_next_request_waits(
    tiny_network: RecurrentNetwork,
    tokenizer: Tokenizer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    completer = Completer(tiny_network, tokenizer)
    reading, writing = os.pipe()
    waiting: list[bool] = []
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as editor:

        def work(is_interrupted: Callable[[], bool]) -> None:
            waiting.append(is_interrupted())
            if len(waiting) == 3:
                editor.close()

        monkeypatch.setattr(completer, "work_while_idle", work)
        monkeypatch.setattr(completion.sys, "stdin", SimpleNamespace(buffer=stream))
        editor.write(b'{"before": "a"}\n' * 3)
        completion._answer_lines(completer, 3, 0.4)
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert waiting == [True, True, False]


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: json.dumps(text).encode()))
def test_any_line_is_a_question_or_an_error(line: bytes) -> None:
    try:
        question = LineRequest.read(line)
    except RnnchatError as error:
        assert error.hint
    else:
        question.before.encode("utf-8")


@given(st.text(st.characters(exclude_categories=())), st.lists(st.text(st.characters(exclude_categories=()))))
def test_every_draft_can_be_asked_about(before: str, passed: list[str]) -> None:
    question = LineRequest.read(json.dumps({"before": before, "passed": passed}).encode())
    assert len(question.passed) == len(passed)
    question.before.encode("utf-8")
