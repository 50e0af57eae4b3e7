"""Standard streams as they may be given: closed, full, in another encoding; and Ctrl+C at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.helpers import AT_ONCE, COMMAND, environment, json_lines, rnnchat
from tests.helpers.places import NOTES

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

WORDS = "Łódź “hello” → ☃"


def in_shell(home: Path, command: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run `rnnchat` in bash, with what bash can do to its streams."""
    line = command.replace("rnnchat", " ".join(COMMAND))
    result = subprocess.run(
        ["bash", "-c", line], env=environment(home, **more), capture_output=True, timeout=60, check=False
    )
    for stream in (result.stdout, result.stderr):
        assert b"Traceback" not in stream and b"Exception ignored" not in stream, result
        assert b"unforeseen" not in stream, result
    return result


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "koi8-r", "cp932", "utf-16"])
@pytest.mark.parametrize("more", ["", "--json"])
def test_any_encoding_takes_the_output(tmp_path: Path, encoding: str, more: str) -> None:
    command = f'rnnchat generate "{WORDS}" --tokens 4 --seed 3 {more}'
    result = in_shell(tmp_path, command, PYTHONIOENCODING=encoding)
    assert result.returncode == 0, result.stderr
    shown = result.stdout.decode(encoding)
    if more:
        whole = "".join(json.loads(line)["text"] for line in shown.splitlines())
        utf8 = in_shell(tmp_path, command, PYTHONIOENCODING="utf-8").stdout.decode()
        assert whole == "".join(json.loads(line)["text"] for line in utf8.splitlines()), "JSON loses nothing"
    else:
        assert "hello" in shown


def test_errors_are_told_in_any_encoding(tmp_path: Path) -> None:
    result = in_shell(tmp_path, f"rnnchat generate x --model '{WORDS}'", PYTHONIOENCODING="ascii")
    assert result.returncode == 1
    assert b"no model called" in result.stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("rnnchat complete <&-", 1),
        ("rnnchat complete --lines <&-", 1),
        ("rnnchat generate - <&-", 1),
        ("rnnchat <&-", 1),
        ("rnnchat draft x <&-", 1),
        ("rnnchat where <&-", 0),
        ("rnnchat complete </dev/null", 0),
        ("rnnchat complete --lines </dev/null", 0),
        ("rnnchat generate - --tokens 2 </dev/null", 0),
    ],
)
def test_standard_input_that_is_closed_or_empty(tmp_path: Path, command: str, code: int) -> None:
    result = in_shell(tmp_path, command)
    assert result.returncode == code
    if code:
        assert result.stderr.startswith(b"rnnchat: ") and result.stderr.count(b"\n") == 2


@pytest.mark.parametrize(
    "command", ["where", "where --json", "models list", "generate x --tokens 2", "--help"]
)
def test_an_output_that_is_full(tmp_path: Path, command: str) -> None:
    result = in_shell(tmp_path, f"rnnchat {command} > /dev/full")
    assert result.returncode == 1
    assert b"disk is full" in result.stderr
    silent = in_shell(tmp_path, f"rnnchat {command} > /dev/full 2> /dev/full")
    assert silent.returncode == 1


@pytest.mark.parametrize(
    ("command", "code"), [("where", 0), ("models list --json", 0), ("nonsense", 2), ("models show x", 1)]
)
@pytest.mark.parametrize("streams", [">&-", "2>&-", "2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(tmp_path: Path, command: str, code: int, streams: str) -> None:
    assert in_shell(tmp_path, f"rnnchat {command} {streams}").returncode == code


def test_nothing_lands_in_a_file_that_got_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """A training writes files first and prints afterwards."""
    result = in_shell(tmp_path, f"rnnchat train '{NOTES}' {' '.join(AT_ONCE)} <&- >&- 2>&-")
    assert result.returncode == 0
    assert rnnchat(tmp_path, "models", "check").returncode == 0
    assert "gain" in json_lines(rnnchat(tmp_path, "models", "list", "--json").stdout)[0]["models"][0]


@pytest.mark.parametrize("command", ["where", "generate x --tokens 30 --json", "--help", "models"])
def test_a_reader_that_has_gone(tmp_path: Path, command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        result = subprocess.run(
            [*COMMAND, *command.split()],
            env=environment(tmp_path),
            stdout=write,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)
    assert result.stderr == b""
    assert result.returncode == 0


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9 \x1b[31m\xc2\x9b.md"
    command = [*COMMAND, "train", name, "--name", "x"]
    result = subprocess.run(command, env=environment(tmp_path), capture_output=True, check=False)
    assert result.returncode == 1
    assert b"caf\\xe9" in result.stderr
    assert b"\x1b" not in result.stderr and b"\xc2\x9b" not in result.stderr


def test_warnings_go_to_the_log(tmp_path: Path) -> None:
    """Whatever warns, in whatever thread: neither its source nor its text is shown."""
    (tmp_path / "sitecustomize.py").write_text(
        "import rnnchat.library.describe as d, warnings, threading\n"
        "old = d.describe_entry\n"
        "def new(*a, **k):\n"
        "    import numpy as np\n"
        "    np.exp(np.float32([1000])); np.log(np.zeros(1)); warnings.warn('a secret')\n"
        "    thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()\n"
        "    return old(*a, **k)\n"
        "d.describe_entry = new\n"
    )
    tree = str(Path(__file__).parents[2])
    found = rnnchat_in(tmp_path, f"{tmp_path}:{tree}", "models", "list")
    assert found.returncode == 0
    assert found.stderr == ""
    log = (tmp_path / "state/errors.log").read_text()
    assert "RuntimeWarning" in log and "ZeroDivisionError" in log and "secret" not in log


def rnnchat_in(home: Path, python_path: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command with other modules before its own."""
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(home, PYTHONPATH=python_path),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("delay", [0.06, 0.12, 0.2, 0.3, 0.45])
@pytest.mark.parametrize(
    "words",
    [
        # With this seed the text goes on for seconds: a draw of chance may end it at once.
        ("generate", "x", "--tokens", "100000", "--seed", "3", "--json"),
        ("complete", "--lines"),
    ],
    ids=str,
)
def test_ctrl_c_at_any_moment_is_quiet(tmp_path: Path, delay: float, words: tuple[str, ...]) -> None:
    code = "from rnnchat.cli import main; main()"
    process = subprocess.Popen(
        [
            sys.executable,
            "-S",
            "-c",
            f"import sys; sys.path[:0] = {sys.path!r}; print(); sys.stdout.flush(); {code}",
            *words,
        ],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()  # Python itself has started
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert error.strip() == b""
    assert process.returncode in (130, -signal.SIGINT)
