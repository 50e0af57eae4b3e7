"""Wrong usage is told in plain words."""

from __future__ import annotations

import pytest

from rnnchat.cli.commands import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("compare x --minutes 0.05", "--minutes takes a number from 0.15 to 600, not 0.05"),
        ("generate x --tokens 0", "--tokens takes a whole number, 1 or more"),
        ("generate x --tokens many", "--tokens takes a whole number, 1 or more"),
        ("complete -n 51", "-n takes a whole number from 1 to 50"),
        ("train x --name y --cell foo", "--cell takes one of gru, lstm, rnn, not foo"),
        ("train x --name y --minutes soon", "--minutes takes a number"),
        ("compare x --minutes nan", "--minutes takes a number from 0.15 to 600, not nan"),
        ("sort x --like y --threshold nan", "--threshold takes a number from 0 to 1, not nan"),
        ("generate x --nope", "There is no option --nope"),
        ("generate x --token 3", "There is no option --token; did you mean --tokens?"),
        ("generate x y", "Unexpected argument: y"),
        ("generate x y z", "Unexpected arguments: y z"),
        ("generate x --tokens", "--tokens needs a value"),
        ("complete --lines=3", "--lines takes no value"),
    ],
)
def test_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    monkeypatch.setattr("rnnchat.cli.commands.prepare_streams", lambda: None)
    monkeypatch.setattr("rnnchat.cli.commands.log_interpreter_messages", lambda: None)
    monkeypatch.setattr("sys.argv", ["rnnchat", *words.split()])
    assert run() == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"rnnchat: {said}")
    assert "--help" in complaint
