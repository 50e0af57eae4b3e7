"""The folder of a run: what is in it, who may read it, and what becomes of one that was interrupted."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rnnchat.errors import NotesError, RnnchatError, TrainingError
from rnnchat.storage.paths import Paths
from rnnchat.training.engine import checkpoint
from rnnchat.training.runs.files import LOG, PREPARED, PREVIOUS_RUN, SETTINGS
from rnnchat.training.runs.job import TrainingJob
from rnnchat.training.runs.progress import SavedProgress, describe_progress
from rnnchat.training.runs.run import Run, find_unfinished_run, require_unfinished_run, unfinished_runs
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from tests.end_to_end.helpers import AT_ONCE, COMMAND, environment, rnnchat
from tests.helpers.places import NOTES
from tests.helpers.waiting import patience, wait_for

pytestmark = pytest.mark.slow

SAVED = {"seconds": 725.0, "curve": [[20.0, 5.0, 2.4], [60.0, 4.0, 2.0]]}


def interrupted(home: Path, name: str = "me", **settings: Any) -> Run:
    """Leave a run that has learned for twelve minutes."""
    paths = Paths(home / "data", home / "config", home / "state")
    run = Run.create(paths, RunSettings(name=name, paths=(str(NOTES),), **settings))
    checkpoint.save(run.checkpoints, 7, [], SAVED)
    return run


def is_kept(run: Run) -> bool:
    return SavedProgress.of(run) is not None


@pytest.mark.parametrize("json", [True, False])
def test_an_interrupted_training_is_not_thrown_away(home: Path, json: bool) -> None:
    run = interrupted(home)
    result = rnnchat(home, "train", NOTES, "--minutes", "0", *(["--json"] if json else []))
    assert result.returncode == 1
    assert result.stderr.startswith("rnnchat: There is an interrupted training of me (12 minutes learned, 20")
    assert "--resume" in result.stderr
    assert "--fresh" in result.stderr
    assert "--minutes 5" in result.stderr, "it was started with other settings"
    assert not result.stdout
    assert is_kept(run)


def test_another_name_leaves_it_alone(home: Path) -> None:
    run = interrupted(home)
    assert rnnchat(home, "train", NOTES, "--name", "you", *AT_ONCE).returncode == 0
    assert is_kept(run)


def test_fresh_discards_it_on_purpose(home: Path) -> None:
    run = interrupted(home)
    result = rnnchat(home, "train", NOTES, *AT_ONCE, "--fresh")
    assert result.returncode == 0, result.stderr
    assert "was discarded" in result.stderr
    assert not is_kept(run)
    assert run.is_finished
    again = rnnchat(home, "train", NOTES, *AT_ONCE, "--fresh")
    assert again.returncode == 0
    assert "discarded" not in again.stderr, "there was nothing to discard"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--resume", "--fresh"], 2, "choose one"),
        (["/elsewhere", "--resume"], 2, "the notes it began with"),
        (["--resume", "--minutes", "9"], 2, "--minutes 5"),
        (["--resume", "--cell", "lstm"], 2, "--cell gru"),
        (["--resume", "--seed", "3"], 2, "--seed 0"),
        (["--resume", "--from", "scratch"], 2, "--from auto"),
        (["--resume", "--set", "units=64"], 2, "--set"),
        (["--resume", "--name", "you"], 1, "no interrupted training"),
    ],
    ids=str,
)
def test_what_contradicts_resuming_is_said(home: Path, words: list[str], code: int, said: str) -> None:
    run = interrupted(home)
    result = rnnchat(home, "train", *words)
    assert result.returncode == code
    assert said in result.stderr
    assert is_kept(run)


@pytest.mark.parametrize(
    ("answer", "kept", "code"),
    [("q", True, 130), ("\x04", True, 130), ("what\nq", True, 130), ("f", False, 0)],
)
def test_a_person_is_asked(home: Path, answer: str, kept: bool, code: int) -> None:
    import pexpect

    run = interrupted(home)
    terminal = pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "train", str(NOTES), *AT_ONCE],
        env=environment(home),
        timeout=40,
        encoding="utf-8",
    )
    terminal.expect("There is an interrupted training of me")
    terminal.expect(r"\[r\]esume, \[f\]resh, \[q\]uit\?")
    for line in answer.split("\n"):
        if line == "\x04":
            terminal.sendeof()
        else:
            terminal.sendline(line)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == code
    assert is_kept(run) is kept


def test_resuming_is_what_enter_means(home: Path) -> None:
    import pexpect

    run = interrupted(home, minutes=0.0, base=SCRATCH)  # which takes a second
    terminal = pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "train", str(NOTES)],
        env=environment(home),
        timeout=40,
        encoding="utf-8",
    )
    terminal.expect(r"\[q\]uit\?")
    terminal.sendline("")
    terminal.expect("Resuming the training of me")
    terminal.expect("Done: me has indexed your notes")
    terminal.expect(pexpect.EOF)
    assert run.is_finished


def test_the_notes_of_an_interrupted_training_are_gone(home: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    paths = Paths(home / "data", home / "config", home / "state")
    run = Run.create(paths, RunSettings(name="me", paths=(str(notes),)))
    notes.rmdir()
    result = rnnchat(home, "train", "--resume")
    assert result.returncode == 1
    assert "are gone" in result.stderr
    assert str(notes) in result.stderr
    assert unfinished_runs(paths), "they may come back"
    with pytest.raises(NotesError):
        run.require_notes()
    (run.folder / PREPARED).write_text("{}")
    run.require_notes()  # what it learns from has been read


def test_a_training_that_could_not_begin_waits_for_nobody(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for _ in range(2):
        result = rnnchat(home, "train", tmp_path / "empty")
        assert result.returncode == 1
        assert "no notes to learn" in result.stderr
    assert rnnchat(home, "train", "--resume").returncode == 1


def test_discarding_gives_the_pieces_of_the_training_before_back(paths: Paths) -> None:
    settings = RunSettings(name="me", paths=(str(NOTES),))
    run = Run.create(paths, settings)
    (run.folder / "training.pieces").write_bytes(b"pieces")
    run.finish({"model": "me"})
    again = Run.create(paths, settings)
    assert (again.folder / PREVIOUS_RUN / "training.pieces").is_file()
    again.discard()
    assert run.is_finished
    assert (run.folder / "training.pieces").read_bytes() == b"pieces"
    assert [path.name for path in paths.runs.iterdir()] == ["me"]


def test_what_a_killed_command_was_discarding_goes_with_the_next(paths: Paths) -> None:
    settings = RunSettings(name="me", paths=(str(NOTES),))
    Run.create(paths, settings)
    (paths.runs / ".gone-1").mkdir()
    Run.create(paths, settings)
    assert [path.name for path in paths.runs.iterdir()] == ["me"]


DAMAGED = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b"\xff\xfe",
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "no paths": b'{"name": "me"}',
    "paths in one": b'{"name": "me", "paths": "abc"}',
    "paths of numbers": b'{"name": "me", "paths": [1]}',
    "a number for a name": b'{"name": 5, "paths": ["/x"]}',
    "minutes in words": b'{"name": "me", "paths": ["/x"], "minutes": "many"}',
    "minutes that are none": b'{"name": "me", "paths": ["/x"], "minutes": NaN}',
    "a seed below nothing": b'{"name": "me", "paths": ["/x"], "seed": -1}',
    "true for a number": b'{"name": "me", "paths": ["/x"], "units": true}',
    "an unknown cell": b'{"name": "me", "paths": ["/x"], "cell": "transformer"}',
}


@pytest.mark.parametrize("case", DAMAGED)
def test_settings_that_are_damaged_are_said_to_be(home: Path, case: str) -> None:
    run = interrupted(home)
    (run.folder / SETTINGS).write_bytes(DAMAGED[case])
    with pytest.raises(TrainingError, match="damaged"):
        run.settings  # noqa: B018


def test_a_damaged_run_on_the_command_line(home: Path) -> None:
    run = interrupted(home)
    (run.folder / SETTINGS).write_bytes(b"\xff{")
    for words in (["--resume"], [str(NOTES), "--minutes", "0"]):
        result = rnnchat(home, "train", *words)
        assert result.returncode == 1
        assert "damaged" in result.stderr
        assert "--fresh" in result.stderr
    assert rnnchat(home, "train", NOTES, *AT_ONCE, "--fresh").returncode == 0


@pytest.mark.parametrize("file", ["lock", "prepared.json", "plan.json"])
def test_a_folder_where_a_file_should_be(home: Path, file: str) -> None:
    run = interrupted(home)
    (run.folder / file).mkdir()
    result = rnnchat(home, "train", "--resume") if file == "lock" else None
    if result is not None:
        assert result.returncode == 1
        assert "cannot be locked" in result.stderr
    assert rnnchat(home, "train", NOTES, *AT_ONCE, "--fresh").returncode == 0


@pytest.mark.parametrize("path", [b"/notes/caf\xe9", b"/notes/\xff\xfe", "/notes/日記".encode()])
def test_paths_that_are_no_text_come_back_as_they_were(paths: Paths, path: bytes) -> None:
    run = Run.create(paths, RunSettings(name="me", paths=(os.fsdecode(path),)))
    assert os.fsencode(run.settings.paths[0]) == path


@pytest.mark.parametrize("name", ["日記", "моя книга", "Ørsted", "ꦲꦏ꧀ꦱꦫ", "e\u0301te\u0301", "2026.11"])
def test_a_run_for_a_model_of_any_name(paths: Paths, name: str) -> None:
    import unicodedata

    written = unicodedata.normalize("NFC", name)
    run = Run.create(paths, RunSettings(name=written, paths=(str(NOTES),)))
    assert require_unfinished_run(paths, name).folder == run.folder
    assert find_unfinished_run(paths, f" {unicodedata.normalize('NFD', name)} ") is not None
    assert run.settings.name == written


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077])
def test_nobody_else_may_read_what_a_run_keeps(home: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        run = interrupted(home, minutes=0.0, base=SCRATCH)
        log = run.folder / LOG
        log.touch(0o666)  # as an earlier version has left it
        log.chmod(0o666)
        job = TrainingJob(run, home=home)
        events = [event["event"] for event in job.events()]
    finally:
        os.umask(before)
    assert events[-1] == "done"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}
    open_to_others = {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077}
    assert not open_to_others


def test_the_child_keeps_what_libraries_write_to_itself() -> None:
    code = (
        "import os, sys\n"
        "sys.argv = ['worker', '/nowhere', '1']\n"  # not this one's parent: it ends at once
        "os.umask(0)\n"
        "from rnnchat.training.engine.worker import main\n"
        "main()\n"
        "print(oct(os.umask(0)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "0o77\n"


def test_how_far_a_run_is_in_words(home: Path) -> None:
    run = interrupted(home)
    assert describe_progress(run).startswith("12 minutes learned, 20")
    checkpoint.save(run.checkpoints, 8, [], {**SAVED, "seconds": 40.2})
    assert describe_progress(run).startswith("40 seconds learned, 20")
    checkpoint.save(run.checkpoints, 9, [], {"seconds": "x", "curve": [1]})
    assert describe_progress(run).startswith("nothing learned yet, 20")


def test_ctrl_c_while_the_notes_are_read_ends_in_a_moment(home: Path, tmp_path: Path) -> None:
    """While the notes are read, too, there is nothing to wait for."""
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(4000):
        (notes / f"{number}.md").write_text(f"Note {number}. " + "The river rose and fell again. " * 30)
    process = subprocess.Popen(
        [*COMMAND, "train", str(notes)],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"Reading the notes")
    wait_for(lambda: list((home / "state/runs").rglob("notes.spool")), "the first notes that were read")
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert time.monotonic() - asked < patience(4.0)
    assert not list((home / "state/runs").rglob("notes.spool"))


def test_errors_of_a_child_have_a_hint(home: Path) -> None:
    run = interrupted(home, base="nobody")
    with pytest.raises(RnnchatError) as caught:
        list(TrainingJob(run, home=home).events())
    assert caught.value.hint
    assert json.loads((run.folder / SETTINGS).read_text())["base"] == "nobody"
