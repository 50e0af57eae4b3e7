"""Fitting the choice of answers: what is right is told from what is not."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from rnnchat.storage.tensors import read_safetensors
from rnnchat.tasks.asking.scoring_network import ScoringNetwork
from rnnchat.tasks.asking.sentence_evidence import FEATURES
from rnnchat.training.asking import fit_answers, pairs
from rnnchat.training.asking.fit_answers import main, overlap
from rnnchat.training.asking.listwise_network import NetworkFit
from rnnchat.training.asking.written import WrittenQuestion


@pytest.mark.parametrize(
    ("found", "wanted", "shared"),
    [("The mill", "a mill.", 1.0), ("old mill", "mill", 2 / 3), ("wheel", "mill", 0.0), ("", "mill", 0.0)],
)
def test_overlap_is_f1_over_words(found: str, wanted: str, shared: float) -> None:
    assert overlap(found, wanted) == pytest.approx(shared)


def test_the_networks_are_written_into_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = {
        f"person{number}/notes a.md": f"# A mill\n\nThe {name} mill is red. Clara built it in 18{number}4."
        for number, name in enumerate(("rye", "oat", "salt", "wind", "saw", "paper"), start=1)
    }
    (tmp_path / "pretrain").mkdir()
    with lzma.open(tmp_path / "pretrain/notes-permissive.jsonl.xz", "wt", encoding="utf-8") as file:
        for source, text in notes.items():
            file.write(json.dumps({"source": source, "text": text}) + "\n")
    asked = [
        WrittenQuestion("When was it built?", f"notes-permissive: {source}", 3, text[-5:-1])
        for source, text in notes.items()
    ]
    monkeypatch.setattr(pairs, "COLLECTIONS", {"notes-permissive": 1.0})
    monkeypatch.setattr(fit_answers, "factual_questions", lambda: asked)
    monkeypatch.setattr(fit_answers, "written_questions", list)
    monkeypatch.setattr(fit_answers, "SENTENCES", NetworkFit(units=2, networks=1, steps=5))
    monkeypatch.setattr(fit_answers, "SPANS", NetworkFit(units=2, networks=1, steps=5))
    monkeypatch.setattr(fit_answers, "FILE", tmp_path / "answers.safetensors")
    assert main([str(tmp_path)]) == 0
    assert "factual: 12 questions" in capsys.readouterr().out
    tensors = read_safetensors((tmp_path / "answers.safetensors").read_bytes())
    assert ScoringNetwork.from_tensors(tensors, "sentences.").hidden.shape == (len(FEATURES), 2)
    assert ScoringNetwork.from_tensors(tensors, "spans.").output.shape == (2,)
