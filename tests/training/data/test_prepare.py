"""Notes become pieces once; what was encoded before is not encoded again."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import pytest

from rnnchat.library.models import TOKENIZER, Library
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.prepare import prepare
from rnnchat.training.data.prepared import Prepared, pieces_on_disk, read_prepared
from rnnchat.training.data.spool import Spool
from rnnchat.training.runs.files import (
    DIGESTS,
    OFFSETS,
    PREPARED,
    PREVIOUS_RUN,
    TRAINING_PIECES,
    TRAINING_SPANS,
    VALIDATION_PIECES,
)
from rnnchat.training.runs.run import Run
from rnnchat.training.runs.settings import RunSettings


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(40):
        own = "abcdefghij"[number // 10] + "klmnopqrst"[number % 10]
        words = " ".join(f"{own}{letter} is a thing" for letter in "abcdefghijklmnopqrstuvwxyz")
        (folder / f"{number}.md").write_text(f"# Note {number}\n\n{words}\n", encoding="utf-8")
    return folder


def prepared(paths: Paths, notes: Path, base: str) -> tuple[Run, Prepared]:
    run = Run.create(paths, RunSettings(name="tiny", paths=(str(notes),), base=base))
    return run, prepare(run, paths, lambda _: None)


def documents(run: Run, counted: Prepared) -> dict[bytes, list[int]]:
    pieces = pieces_on_disk(run.folder / TRAINING_PIECES, counted.vocabulary)
    offsets = np.load(run.folder / OFFSETS)
    digests = np.load(run.folder / DIGESTS)
    spans = zip(digests, offsets[:-1], offsets[1:], strict=True)
    return {digest.tobytes(): pieces[start:end].tolist() for digest, start, end in spans}


def test_pieces_on_disk_are_those_of_the_notes(paths: Paths, notes: Path) -> None:
    run, counted = prepared(paths, notes, "scratch")
    tokenizer = Tokenizer((run.folder / TOKENIZER).read_bytes())
    told = {tokenizer.decode(document) for document in documents(run, counted).values()}
    assert told < {path.read_text(encoding="utf-8") for path in notes.iterdir()}
    kept_back = tokenizer.decode(pieces_on_disk(run.folder / VALIDATION_PIECES, counted.vocabulary).tolist())
    assert kept_back
    assert not any(text in kept_back for text in told)
    assert counted.encoded_notes == counted.files == 40
    assert counted.pieces == int(np.load(run.folder / TRAINING_SPANS)[:, 1].sum())
    assert not (run.folder / "notes.spool").exists()


def test_only_new_and_changed_notes_are_encoded_again(
    paths: Paths, library: Library, notes: Path, tiny_model: str
) -> None:
    first, counted = prepared(paths, notes, tiny_model)
    before = documents(first, counted)
    kept_back = 40 - len(before)
    first.finish({"event": "done"})
    (notes / "3.md").write_text("# Changed\n\nSomething else stands here now.\n" * 5, encoding="utf-8")
    (notes / "new.md").write_text("# New\n\nThis was not there before.\n" * 5, encoding="utf-8")
    second, again = prepared(paths, notes, tiny_model)
    assert again.encoded_notes == 2 + kept_back
    assert again.new_notes == 2
    after = documents(second, again)
    assert len(set(after) - set(before)) == 2
    for digest in set(after) & set(before):
        assert after[digest] == before[digest]
    spans = np.load(second.folder / TRAINING_SPANS)
    assert 2 < len(spans) < len(after), "the new ones, and about as much of the old"
    assert not (second.folder / PREVIOUS_RUN).exists()


def test_damaged_pieces_are_not_used(paths: Paths, library: Library, notes: Path, tiny_model: str) -> None:
    first, _ = prepared(paths, notes, tiny_model)
    first.finish({"event": "done"})
    (first.folder / OFFSETS).write_bytes(b"nonsense")
    _, again = prepared(paths, notes, tiny_model)
    assert again.encoded_notes == 40
    assert again.new_notes == 0


def test_the_record_of_version_0_1_is_read(tmp_path: Path) -> None:
    (tmp_path / PREPARED).write_text(
        '{"files": 40, "bytes": 9000, "skipped": 1, "secrets": 2, "training_bytes": 8500,'
        ' "validation_bytes": 500, "pieces": 3000, "vocabulary": 400, "base": "scratch", "style": "notes",'
        ' "description": "d", "texts": ["97 novels"], "encoded": 38, "new": 3}\n'
    )
    found = read_prepared(tmp_path)
    assert found is not None
    assert (found.credits, found.encoded_notes, found.new_notes) == (("97 novels",), 38, 3)
    assert (found.files, found.pieces, found.base) == (40, 3000, "scratch")
    (tmp_path / PREPARED).write_text(found.to_json())
    assert read_prepared(tmp_path) == found


def test_a_spool_gives_back_what_it_was_given(tmp_path: Path) -> None:
    texts = ["one", "zwei äöü", "三\n" * 1000, "😀"]
    with Spool(tmp_path / "spool") as spool:
        for number, text in enumerate(texts):
            spool.append(str(number), text)
        assert [text for _, batch in spool.in_batches(spool.entries) for text in batch] == texts
        head, tail = spool.cut(spool.entries[2], 501)
        assert spool.read(head) + spool.read(tail) == texts[2]
        assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "spool").exists()


def test_a_network_of_frequencies_says_how_often_pieces_come() -> None:
    from rnnchat.lm.recurrent import RecurrentNetwork
    from rnnchat.training.memory_only import unigram_network

    counts = np.array([0, 9, 90, 1])
    network = RecurrentNetwork(*unigram_network(counts))
    probabilities, state = network.step(1, network.start())
    np.testing.assert_allclose(probabilities, (counts + 0.5) / (counts + 0.5).sum(), rtol=1e-5)
    np.testing.assert_array_equal(network.step(3, state)[0], probabilities)
