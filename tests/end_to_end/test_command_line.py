from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from rnnchat.library.shipped import shipped_names
from tests.end_to_end.helpers import COMMAND, SHORT_LENGTH, environment, json_lines, rnnchat
from tests.helpers.places import NOTES
from tests.helpers.waiting import patience

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

Trained = tuple[Path, list[dict[str, Any]]]


def test_a_training_tells_what_the_design_says(trained: Trained) -> None:
    home, events = trained
    kinds = [event["event"] for event in events]
    assert kinds[0] == "scan"
    assert kinds[-1] == "done"
    assert {"scan", "memory", "progress", "sample", "done"} <= set(kinds)
    scan, done = events[0], events[-1]
    assert scan["files"] == len(list(NOTES.iterdir()))
    assert done["model"] == "me"
    assert 0 < done["bits_per_byte"] < 5
    (shown,) = json_lines(rnnchat(home, "models", "show", "me", "--json").stdout)
    assert done["seconds"] < 60 * shown["card"]["training"]["minutes"] + patience(5)
    assert done["tokens_per_second"] > 0
    progress = [event for event in events if event["event"] == "progress"]
    # By how much depends on the steps that a busy machine takes in the time.
    assert done["bits_per_byte"] < progress[0]["bits_per_byte"], "it has learned something"
    assert done["gain"]["bits_per_byte"] < done["gain"]["base_bits_per_byte"], "it helps with held-out notes"


def test_a_scan_for_programs(tmp_path: Path) -> None:
    (found,) = json_lines(rnnchat(tmp_path, "scan", NOTES, "/dev/null", "--json").stdout)
    assert found["files"] == len(found["read"]) == len(list(NOTES.iterdir()))
    assert found["bytes"] > 5_000
    assert found["skipped"] == [
        {"path": "/dev/null", "reason": "not a regular file (a pipe, socket or device)"}
    ]
    assert found["secrets"] == []


def test_what_was_trained_can_be_scored(trained: Trained) -> None:
    home, _ = trained
    some = sorted(NOTES.iterdir())[:2]
    result = rnnchat(home, "evaluate", *some, "--model", "me", "--json")
    (score,) = json_lines(result.stdout)
    assert score["bytes"] == sum(path.stat().st_size for path in some)
    assert score["pieces"] > 400
    assert 0 < score["bits_per_byte"]["network"] < 5
    bits = score["bits_per_byte"]
    assert list(bits) == ["network", "memory", "mixture", "adaptive"]
    assert all(0 < value < 5 for value in bits.values())
    limited = json_lines(rnnchat(home, "evaluate", NOTES, "--model", "me", "--limit", "500", "--json").stdout)
    assert 500 <= limited[0]["bytes"] < 700


def test_what_was_trained_speaks(trained: Trained) -> None:
    home, _ = trained
    words = ("generate", "The river", "--model", "me", "--seed", "3", "--tokens", "40")
    first, again = rnnchat(home, *words), rnnchat(home, *words)
    assert first.stdout == again.stdout
    assert first.stdout.startswith("The river")
    lines = json_lines(rnnchat(home, *words, "--json").stdout)
    assert "The river" + "".join(line["text"] for line in lines) + "\n" == first.stdout
    assert all(0 <= line["probability"] <= 1 for line in lines)
    assert lines[-1]["finish"] in ("end", "length")
    assert lines[-1]["tokens_per_second"] > 0
    whole = "".join(line["text"] for line in lines)
    for origin in lines[-1]["origins"]:
        assert whole[origin["start"] :].startswith(origin["text"])
        note = Path(origin["path"]).read_text(encoding="utf-8")
        assert origin["text"].splitlines()[0] in note.splitlines()[origin["line"] - 1]
    piped = rnnchat(home, *words[:1], "-", *words[2:], stdin="The river")
    assert piped.stdout == first.stdout


def test_any_text_can_be_scored(trained: Trained, tmp_path: Path) -> None:
    home, _ = trained
    (tmp_path / "unknown.txt").write_text("𒀀𒀁𒀂 ﷽ \u0000\u200f Ω≈ç√ 雨が好きです\n", encoding="utf-8")
    (tmp_path / "long.txt").write_text("x" * 1_000_000, encoding="utf-8")
    for name in ("unknown.txt", "long.txt"):
        result = rnnchat(home, "evaluate", tmp_path / name, "--model", "me", "--limit", "300", "--json")
        if result.returncode:
            assert "no text to score" in result.stderr
            continue
        (score,) = json_lines(result.stdout)
        assert 0 < score["bytes"] <= 300
        assert all(0 < bits < 40 for bits in score["bits_per_byte"].values())
    (tmp_path / "empty.txt").write_text("")
    result = rnnchat(home, "evaluate", tmp_path / "empty.txt", "--model", "me")
    assert result.returncode == 1
    assert "no text to score" in result.stderr


def test_families_are_compared_and_nothing_is_left(tmp_path: Path) -> None:
    result = rnnchat(tmp_path, "compare", NOTES, "--minutes", "0.15", "--json", timeout=280)
    assert result.returncode == 0, result.stderr
    rows = {row["family"]: row for row in json_lines(result.stdout)}
    assert set(rows) == {
        *("unigram", "n-gram", "HMM", "RNN", "LSTM", "GRU"),
        *("mixture", "mixture, adaptive"),
    }
    assert all(0 < row["bits_per_byte"] < 8 and row["parameters"] > 0 for row in rows.values())
    assert rows["HMM"]["bits_per_byte"] < rows["unigram"]["bits_per_byte"]
    assert rows["mixture, adaptive"]["bits_per_byte"] < rows["GRU"]["bits_per_byte"]
    assert not list((tmp_path / "state").glob("compare-*"))
    assert not list((tmp_path / "data").glob("models/*"))


def test_a_draft_is_completed(trained: Trained) -> None:
    home, _ = trained
    result = rnnchat(home, "complete", "--model", "me", "-n", "3", "--json", stdin="I would like th")
    (answer,) = json_lines(result.stdout)
    assert 1 <= len(answer["suggestions"]) <= 3
    assert set(answer["suggestions"][0]) == {"text", "probability"}
    assert answer["milliseconds"] > 0
    assert answer["inline"] is None or set(answer["inline"]) == {"text", "probability"}
    (inside,) = json_lines(
        rnnchat(home, "complete", "--model", "me", "--json", "--after", "is", stdin="I would like th").stdout
    )
    assert (inside["suggestions"], inside["inline"]) == ([], None)
    shown = rnnchat(home, "complete", "--model", "me", stdin="I would like th")
    assert answer["suggestions"][0]["text"] in shown.stdout
    assert rnnchat(home, "complete", stdin=b"\xff\xfe half \xe2\x82").returncode == 0


def test_an_editor_asks_line_by_line(trained: Trained) -> None:
    home, _ = trained
    questions = [
        '{"before": "I would like th"}',
        "not JSON",
        "[]",
        '{"before": 1}',
        '{"before": "a \\ud800"}',
        '{"before": "I would", "passed": [1]}',
    ]
    result = rnnchat(home, "complete", "--model", "me", "--lines", stdin="\n".join(questions) + "\n")
    assert result.returncode == 0
    answers = json_lines(result.stdout)
    assert ["suggestions" in answer for answer in answers] == [True, False, False, False, True, False]
    assert all(answer["hint"] for answer in answers[1:4])
    again = json.dumps({"before": "I would like th", "dismiss": answers[0]["suggestions"][0]["text"]})
    (less,) = json_lines(rnnchat(home, "complete", "--model", "me", "--lines", stdin=again + "\n").stdout)
    assert answers[0]["suggestions"][0]["text"] not in [one["text"] for one in less["suggestions"]]
    passed = [{"before": "I would "}, {"before": "I would l", "passed": ["like", "like to"]}]
    sent = "".join(json.dumps(question) + "\n" for question in passed)
    _, other = json_lines(rnnchat(home, "complete", "--model", "me", "--lines", stdin=sent).stdout)
    _, same = json_lines(
        rnnchat(home, "complete", "--model", "me", "--lines", stdin=sent.replace("passed", "-")).stdout
    )
    ranks = [[one["text"] for one in answer["suggestions"]] for answer in (same, other)]
    assert ranks[0][0] == "ike"
    assert "ike" not in ranks[1][:2]


def test_keys_saved_are_measured(trained: Trained) -> None:
    home, _ = trained
    (scores,) = json_lines(
        rnnchat(home, "evaluate", NOTES, "--model", "me", "--typing", "--limit", "200", "--json").stdout
    )
    saved = scores["keystrokes_saved"]
    assert 0 < saved["ghost"] < 1
    assert 0 < saved["menu"] < 1
    assert 0 < scores["top1"] <= scores["top3"] < 1
    assert scores["p95_ms"] > 0
    ghost, seconds = scores["ghost"], scores["seconds_saved"]
    assert 0 < ghost["shown"] <= 1
    assert 0 < ghost["precision"]["whole"] <= ghost["precision"]["first_word"] <= 1
    assert 0 <= ghost["wrong"] < ghost["shown"]
    assert 0 < seconds["ghost"] < seconds["of"]


def test_without_a_budget_notes_are_remembered_and_learned_later(tmp_path: Path) -> None:
    result = rnnchat(tmp_path, "train", NOTES, "--minutes", "0", "--from", "base", "--json")
    assert result.returncode == 0, result.stderr
    events = json_lines(result.stdout)
    told = [event["event"] for event in events if event["event"] != "phase"]
    assert told == ["scan", "encoding", "memory", "sample", "mixing", "mixture", "done"]
    assert events[-1]["ended"] == "at once"
    assert "has not learned" in rnnchat(tmp_path, "models", "show", "me").stdout
    some = sorted(NOTES.iterdir())[:1]
    (scores,) = json_lines(rnnchat(tmp_path, "evaluate", *some, "--model", "me", "--json").stdout)
    bits = scores["bits_per_byte"]
    assert bits["adaptive"] < bits["mixture"] < bits["network"] / 2  # the notes are in its memory
    later = rnnchat(tmp_path, "train", NOTES, "--from", "me", "--minutes", "0.15", *SHORT_LENGTH, "--json")
    assert later.returncode == 0, later.stderr
    plan = next(event for event in json_lines(later.stdout) if event["event"] == "plan")
    assert plan["epochs"] > 0
    assert json_lines(later.stdout)[-1]["ended"] != "at once"


def test_without_a_budget_and_a_base_the_memory_speaks_alone(tmp_path: Path) -> None:
    *learned, new = sorted(NOTES.iterdir())
    result = rnnchat(tmp_path, "train", *learned, "--minutes", "0", "--from", "scratch")
    assert result.returncode == 0, result.stderr
    assert "has indexed your notes" in result.stdout
    said = rnnchat(tmp_path, "generate", "# ", "--model", "me", "--tokens", "40", "--seed", "1", "--json")
    words = "".join(chunk["text"] for chunk in json_lines(said.stdout)).split()
    assert len(words) > 5
    (scores,) = json_lines(rnnchat(tmp_path, "evaluate", new, "--model", "me", "--json").stdout)
    bits = scores["bits_per_byte"]  # its network only knows how often each piece comes
    assert bits["mixture"] < 0.95 * bits["network"]


def test_the_models_on_the_command_line(trained: Trained) -> None:
    home, _ = trained
    assert rnnchat(home, "models", "copy", "me", "other").returncode == 0
    assert rnnchat(home, "models", "rename", "other", "another one").returncode == 0
    assert rnnchat(home, "models", "use", "another one").returncode == 0
    (listed,) = json_lines(rnnchat(home, "models", "list", "--json").stdout)
    assert {row["name"]: row["in_use"] for row in listed["models"]} == {
        "another one": True,
        "me": False,
        **dict.fromkeys(shipped_names(), False),
    }
    assert "learned from" in rnnchat(home, "models", "show", "me").stdout
    assert rnnchat(home, "models", "check").returncode == 0
    assert "restore" in rnnchat(home, "models", "delete", "another one").stdout
    assert rnnchat(home, "models", "restore", "another one").returncode == 0
    assert rnnchat(home, "models", "delete", "another one", "--forever").returncode == 0
    assert rnnchat(home, "models", "restore", "another one").returncode == 1
    assert rnnchat(home, "models", "use", "me").returncode == 0
    places = json_lines(rnnchat(home, "where", "--json").stdout)[0]
    assert set(places) == {"data", "config", "state"}
    assert all(str(home) in folder for folder in places.values())


def test_a_damaged_model_is_named_and_the_rest_goes_on(trained: Trained, tmp_path: Path) -> None:
    home, _ = trained
    rnnchat(home, "models", "copy", "me", "damaged")
    weights = next((home / "data/models/damaged").iterdir()) / "network.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    result = rnnchat(home, "generate", "x", "--model", "damaged")
    assert result.returncode == 1
    assert re.match(r"rnnchat: The model damaged is damaged: .*\n  .+", result.stderr)
    assert rnnchat(home, "models", "check").returncode == 1
    assert rnnchat(home, "models", "list").returncode == 0
    assert rnnchat(home, "models", "delete", "damaged", "--forever").returncode == 0


def test_the_shipped_model_speaks_at_once(tmp_path: Path) -> None:
    result = rnnchat(tmp_path, "generate", "Once upon a time", "--tokens", "20", "--seed", "1")
    assert result.returncode == 0, result.stderr
    assert len(result.stdout) > 30


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("train",), 2, "Name the files or folders to learn"),
        (("train", "/nowhere/at/all"), 1, "There is nothing at"),
        (("train", str(NOTES), "--minutes", "0.01"), 1, "budget"),
        (("train", str(NOTES), "--set", "units=many"), 1, "cannot be 'many'"),
        (("train", str(NOTES), "--set", "units=-4"), 1, "not possible"),
        (("train", str(NOTES), "--name", "a/b"), 1, "cannot be called"),
        (("train", str(NOTES), "--from", "nobody"), 1, "no model called"),
        (("train", "--resume", "--name", "nobody"), 1, "no interrupted training"),
        (("train", str(NOTES), "--cell", "transformer"), 2, "transformer"),
        (("train", "--set", "help"), 0, "weight_drop"),
        (("scan", "/nowhere"), 1, "There is nothing at"),
        (("scan", "/dev/null"), 0, "pipe, socket or device"),
        (("generate", "x", "--model", "nobody"), 1, "no model called"),
        (("generate", "x", "--temperature", "99"), 1, "temperature cannot be"),
        (("evaluate", "/dev/null"), 1, "no text to score"),
        (("models", "delete", "base"), 1, "comes with rnnchat"),
        (("nonsense",), 2, "No such command"),
        ((), 1, "needs a terminal"),
    ],
    ids=str,
)
def test_bad_input_has_a_message_and_a_hint(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = rnnchat(tmp_path, *words)
    assert result.returncode == code
    if code:
        assert result.stderr.startswith("rnnchat: ")
        assert said in result.stderr
        assert result.stderr.count("\n") >= 2, "a message and a hint"
    else:
        assert said in result.stdout


@pytest.mark.parametrize("case", ["empty", "binaries", "one line", "invalid", "fifo", "loop"])
def test_notes_that_teach_nothing(tmp_path: Path, case: str) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    if case == "binaries":
        for number in range(3):
            (notes / f"{number}.txt").write_bytes(os.urandom(5_000))
    elif case == "one line":
        (notes / "line.txt").write_text("x " * 25_000_000)
    elif case == "invalid":
        (notes / "a.md").write_bytes(b"\x81\xfe\xff\x90" * 1000)
    elif case == "fifo":
        os.mkfifo(notes / "pipe.md")
    elif case == "loop":
        (notes / "again").symlink_to(notes)
    started = time.monotonic()
    result = rnnchat(tmp_path / "home", "train", notes, "--minutes", "0.2")
    assert result.returncode == 1
    assert result.stderr.startswith("rnnchat: There are no notes to learn from here.\n  ")
    if case != "empty":
        assert "skipped" in result.stderr
    assert time.monotonic() - started < patience(30)


def test_a_reader_that_goes_away_is_no_error(trained: Trained) -> None:
    home, _ = trained
    command = " ".join(COMMAND) + " generate x --model me --tokens 2000 --json | head -n 1"
    result = subprocess.run(
        ["bash", "-c", command], env=environment(home), capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk(tmp_path: Path, trained: Trained) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        result = rnnchat(small, "train", NOTES, "--minutes", "0.3", *SHORT_LENGTH)
        assert result.returncode == 1
        assert "disk is full" in result.stderr.lower()
        assert rnnchat(small, "models", "check").returncode == 0
        assert rnnchat(small, "models", "list").returncode == 0
        copied = rnnchat(small, "models", "copy", "base", "big")
        assert copied.returncode == 1
        assert "disk is full" in copied.stderr.lower()
        assert rnnchat(small, "models", "check").returncode == 0
    finally:
        subprocess.run(["umount", str(small)], check=False)
