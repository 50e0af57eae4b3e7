"""The commands `translate` and `translate train`, as a person calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from rnnchat.tasks.translation.pairs import SentencePair
from tests.end_to_end.helpers import COMMAND, environment, json_lines, rnnchat
from tests.helpers.translation import write_pairs
from tests.helpers.waiting import patience, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

ENGINE = """
import sys, time, types

def train_network(folder, report, should_stop):
    path = folder / "checkpoint" / "step"
    path.parent.mkdir(exist_ok=True)
    step = int(path.read_text()) if path.exists() else 0
    while True:
        step += 1
        report({"event": "progress", "seconds": step, "remaining": 9, "step": step})
        if should_stop():
            path.write_text(str(step))
            return
        time.sleep(0.02)

name = "rnnchat.training.translation.engine.train"
sys.modules[name] = types.ModuleType(name)
sys.modules[name].train_network = train_network
"""
"""A module that Python imports when it starts, which stands for the training of a network with no end."""


def test_a_translator_is_trained_used_and_kept_like_other_models(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs.tsv")
    result = rnnchat(tmp_path, "translate", "train", pairs, "--name", "fr", "--json")
    assert result.returncode == 0, result.stderr
    events = json_lines(result.stdout)
    assert [event["event"] for event in events if event["event"] != "phase"] == ["pairs", "warning", "done"]
    (answer,) = json_lines(rnnchat(tmp_path, "translate", "the dog sees two eggs", "--json").stdout)
    assert answer["text"] == "Le chien voit deux œufs"
    assert (answer["from"], answer["similarity"], answer["source"]["line"]) == ("memory", 0.95, 24)
    lines = rnnchat(tmp_path, "translate", "-", stdin="The cat draws a lamp.\n\nMy aunt forgets a tree!\n")
    assert lines.stdout == "Le chat dessine une lampe.\n\nMa tante oublie un arbre!\n"
    assert lines.returncode == 0
    partly = rnnchat(tmp_path, "translate", "-", "--json", stdin="The cat draws a lamp.\nzzz\n")
    assert partly.returncode == 1
    assert [line["text"] for line in json_lines(partly.stdout)] == ["Le chat dessine une lampe.", None]
    assert "Line 2" in partly.stderr
    spoken = rnnchat(tmp_path, "translate", "the", "cat", "sees", "a", "boat")
    assert spoken.stdout == "Le chat voit un bateau\n"
    for stdin, message in (("", "standard input is empty"), (b"\x7fELF\x02\0\0\1", "cannot be used: binary")):
        refused = rnnchat(tmp_path, "translate", "-", stdin=stdin)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert message in refused.stderr
    odd = "\x9b31mThe cat draws a lamp.\x9b0m\r\n42\n".encode()
    assert rnnchat(tmp_path, "translate", "-", stdin=odd).stdout == "Le chat dessine une lampe.\n42\n"
    wide = "The cat draws a lamp.\n🙂\n".encode("utf-16")
    assert rnnchat(tmp_path, "translate", "-", stdin=wide).stdout == "Le chat dessine une lampe.\n🙂\n"
    listed = json.loads(rnnchat(tmp_path, "models", "list", "--json").stdout)["models"]
    assert next(model for model in listed if model["name"] == "fr")["task"] == "translate"
    assert "80 pairs" in rnnchat(tmp_path, "models", "show", "fr").stdout
    assert rnnchat(tmp_path, "models", "check", "fr").stdout == "fr: OK\n"
    assert "translates phrases" in rnnchat(tmp_path, "models", "use", "fr").stderr
    reverse = rnnchat(tmp_path, "translate", "train", pairs, "--name", "en", "--reverse", "--minutes", "0")
    assert reverse.returncode == 0, reverse.stderr
    assert "Read 80 pairs." in reverse.stdout
    assert "several translators" in rnnchat(tmp_path, "translate", "x").stderr
    back = rnnchat(tmp_path, "translate", "--model", "en", "Le juge suit la lune.")
    assert back.stdout == "The judge follows the moon.\n"
    assert rnnchat(tmp_path, "models", "delete", "en").returncode == 0


def test_lines_are_translated_as_they_come(tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs.tsv")
    trained = rnnchat(tmp_path, "translate", "train", pairs, "--name", "fr", "--minutes", "0")
    assert trained.returncode == 0, trained.stderr
    assert "Done: fr looks phrases up in 80 pairs." in trained.stdout
    assert "Measuring" not in trained.stdout
    process = subprocess.Popen(
        [*COMMAND, "translate", "-"],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin is not None and process.stdout is not None
    for phrase, translation in (
        ("The cat draws a lamp.", "Le chat dessine une lampe."),
        ("The dog sees a boat.", "Le chien voit un bateau."),
    ):
        process.stdin.write(f"{phrase}\n")
        assert process.stdout.readline() == f"{translation}\n"  # while standard input is still open
    process.stdout.close()
    process.stdin.write("The cat draws a lamp.\n")
    process.stdin.close()
    assert process.wait(patience(30)) == 0


def test_ctrl_c_saves_a_checkpoint_and_resume_continues(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "sitecustomize.py").write_text(ENGINE)
    rows = [SentencePair(f"number {n} is here", f"le numéro {n} est là", n) for n in range(2_500)]
    pairs = write_pairs(tmp_path / "pairs.tsv", rows)
    path = os.pathsep.join([str(tmp_path / "engine"), os.environ.get("PYTHONPATH", str(Path.cwd()))])
    folder = tmp_path / "state" / "translation-runs" / "fr"

    def train(*more: str) -> int:
        """Train until the first step of the network, stop, and return the step that was saved."""
        process = subprocess.Popen(
            [*COMMAND, "translate", "train", "--name", "fr", "--json", *more],
            env=environment(tmp_path, PYTHONPATH=path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "progress":
                break
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=patience(30))
        assert process.returncode == 130, said
        assert "rnnchat translate train --resume --name 'fr'" in said
        wait_for((folder / "checkpoint" / "step").exists, "the checkpoint")
        return int((folder / "checkpoint" / "step").read_text())

    first = train(str(pairs))
    again = rnnchat(tmp_path, "translate", "train", pairs, "--name", "fr")
    assert again.returncode == 1
    assert "--resume" in again.stderr
    other = rnnchat(tmp_path, "translate", "train", "--resume", "--minutes", "3")
    assert other.returncode == 2
    assert train("--resume") > first
