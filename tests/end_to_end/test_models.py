"""`rnnchat models` with models that somebody else may have put there."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from rnnchat.library.models import CARD, NETWORK, TOKENIZER, Library
from rnnchat.library.shipped import shipped_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.end_to_end.helpers import rnnchat
from tests.helpers.models import publish_tiny
from tests.helpers.mutations import files_of, put, rehash
from tests.helpers.waiting import patience

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SECONDS = 20
"""Nothing waits, even on a busy machine."""


@pytest.fixture
def models(library: Library, paths: Paths, tokenizer: Tokenizer, tiny_shape: NetworkShape) -> Path:
    """The folder of models, with two versions of `good`."""
    for seed in (1, 2):
        publish_tiny(library, "good", tokenizer, tiny_shape, seed)
    return paths.models


def listed(home: Path) -> dict[str, str]:
    result = rnnchat(home, "models", "list", "--json", timeout=SECONDS)
    assert result.returncode == 0, result.stderr
    rows = json.loads(result.stdout)["models"]
    assert [row["name"] for row in rows if row["shipped"]] == shipped_names()
    return {row["name"]: row["summary"] for row in rows if not row["shipped"]}


def test_bad_models_are_rows_and_are_not_used(home: Path, library: Library, models: Path) -> None:
    sound = files_of(library.version_folders(library.find("good"))[-1])
    put(models / "a-card" / "v0001", {**sound, CARD: sound[CARD].replace(b"12345", b"1" * 4_000)})
    put(models / "b-cut" / "v0001", {**sound, TOKENIZER: sound[TOKENIZER][:-100]})
    fits = {**sound, TOKENIZER: sound[TOKENIZER][:-100]}
    rehash(fits)
    put(models / "c-tokenizer" / "v0001", fits)
    for name, file in (("d-pipe", CARD), ("e-pipe", NETWORK)):
        put(models / name / "v0001", sound)
        (models / name / "v0001" / file).unlink()
        os.mkfifo(models / name / "v0001" / file)
    put(models / "f-zero" / "v0001", sound)
    (models / "f-zero" / "v0001" / NETWORK).unlink()
    (models / "f-zero" / "v0001" / NETWORK).symlink_to("/dev/zero")
    put(models / "base" / "v0001", sound)
    began = time.monotonic()
    rows = listed(home)
    assert list(rows) == ["a-card", "b-cut", "base", "c-tokenizer", "d-pipe", "e-pipe", "f-zero", "good"]
    bad = [name for name in rows if name != "good"]
    assert [name for name in rows if "damaged" in rows[name]] == [
        "a-card",
        "base",
        "d-pipe",
        "e-pipe",
        "f-zero",
    ]
    text = rnnchat(home, "models", "list", timeout=SECONDS).stdout
    assert sum(line.startswith("* base ") for line in text.splitlines()) == 1
    result = rnnchat(home, "models", "check", timeout=SECONDS)
    assert result.returncode == 1
    said = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert said["good"] == said["base"] == "OK"
    for name in bad:
        if name == "base":
            continue
        assert said[name] != "OK"
        for words in (["models", "use", name], ["generate", "x", "--model", name]):
            refused = rnnchat(home, *words, timeout=SECONDS)
            assert refused.returncode == 1
            assert refused.stderr.count("\n") == 2, "a message and a hint"
        assert rnnchat(home, "models", "show", name, timeout=SECONDS).returncode == 0
    assert time.monotonic() - began < patience(3 * SECONDS)
    assert rnnchat(home, "models", "use", "base").returncode == 0
    assert rnnchat(home, "models", "delete", "base").returncode == 0
    assert "base" not in listed(home)


def test_a_deleted_model_is_restored_in_use(home: Path, paths: Paths, models: Path) -> None:
    def used() -> list[str]:
        rows = json.loads(rnnchat(home, "models", "list", "--json").stdout)["models"]
        return [row["name"] for row in rows if row["in_use"]]

    assert rnnchat(home, "models", "use", "good").returncode == 0
    assert used() == ["good"]
    assert rnnchat(home, "models", "delete", "good").returncode == 0
    assert used() == ["base"]
    assert rnnchat(home, "generate", "x", "--tokens", "2").returncode == 0
    restored = rnnchat(home, "models", "restore", "GOOD")
    assert "in use again" in restored.stdout
    assert used() == ["good"]


def test_going_back_says_which_version_is_in_use(home: Path, models: Path) -> None:
    said = [rnnchat(home, "models", "rollback", "good").stdout for _ in range(2)]
    for one in said:
        assert one.startswith("good is now the version of 2026-01-02 03:04:05.")
    assert sorted(p.name for p in (models / "good").iterdir()) == ["v0003", "v0004"]


def test_a_name_of_letters_and_marks(home: Path, models: Path) -> None:
    name = "मेरी हिंदी"
    assert rnnchat(home, "models", "copy", "good", name).returncode == 0
    assert rnnchat(home, "models", "use", name).returncode == 0
    assert name in rnnchat(home, "models", "list").stdout


def test_a_seed_that_is_none_changes_nothing(home: Path, paths: Paths, models: Path) -> None:
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text('{"seed": -1, "model": "good", "temperature": NaN}')
    result = rnnchat(home, "generate", "x", "--tokens", "3")
    assert result.returncode == 0, result.stderr
