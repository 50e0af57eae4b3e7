from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnchat.errors import ModelError, StorageError
from rnnchat.library.card import Card
from rnnchat.library.chats import Chats
from rnnchat.library.models import CARD, NETWORK, TOKENIZER, Library
from rnnchat.library.settings import Settings, change_settings, load_settings
from rnnchat.library.shipped import shipped_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_model
from rnnchat.storage import atomic
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny


def names(library: Library) -> list[str]:
    return [entry.name for entry in library.entries() if not entry.shipped]


def test_nobody_else_can_read_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    atomic.write_text(path, "private")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    atomic.write_text(path, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        atomic.write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"], "nothing half written stays"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    real = os.fsync

    def fails_at_second(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fails_at_second)
    with pytest.raises(StorageError):
        atomic.write_folder(tmp_path / "v0001", [("a", b"1"), ("b", b"2")])
    assert list(tmp_path.iterdir()) == []


def test_publish_and_load(library: Library, tiny_model: str) -> None:
    model = load_model(library, tiny_model)
    assert model.card.name == "tiny"
    assert model.generator.predictor.vocabulary == model.tokenizer.size


def test_versions_and_going_back(library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape) -> None:
    for seed in (1, 2, 3):
        publish_tiny(library, "tiny", tokenizer, tiny_shape, seed)
    assert library.find("tiny").versions == 2, "the one in use and the one before"
    newest = library.load("tiny").weights["embedding"]
    library.roll_back("tiny")
    assert (library.load("tiny").weights["embedding"] != newest).any()
    library.roll_back("tiny")
    assert (library.load("tiny").weights["embedding"] == newest).all(), "going back twice is a redo"


def test_rename_copy_delete_restore(library: Library, tiny_model: str) -> None:
    assert library.rename(tiny_model, "Léa’s notes".replace("’", "-")) == "Léa-s notes"
    library.copy("Léa-s notes", "second")
    with pytest.raises(ModelError, match="already"):
        library.copy("second", "LÉA-S NOTES")
    token = library.delete("second")
    assert names(library) == ["Léa-s notes"]
    library.copy("Léa-s notes", "second")
    assert library.restore(token) == "second 2", "what took the name meanwhile is not overwritten"
    assert library.check("second 2") == []
    library.remove_forever(library.delete("second 2"))
    assert library.deletions() == []


def test_what_a_training_left_goes_with_its_model(library: Library, paths: Paths, tiny_model: str) -> None:
    left, waiting = paths.runs / tiny_model, paths.runs / "waiting"
    for folder in (left, waiting):
        folder.mkdir(parents=True)
        (folder / "training.pieces").write_bytes(b"private")
    (left / "finished.json").write_text("{}")
    library.rename(tiny_model, "mine")
    assert (paths.runs / "mine" / "training.pieces").is_file()
    library.delete("mine")
    assert [p.name for p in paths.runs.iterdir()] == ["waiting"], "what is unfinished can still be resumed"


@pytest.mark.parametrize(
    "name", ["", "..", ".hidden", "a/b", "x" * 65, "base", "Base", "new\nline", "-x", "end."]
)
def test_names_that_cannot_be(library: Library, name: str) -> None:
    with pytest.raises(ModelError):
        library.check_name(name)


def test_unknown_models_are_named(library: Library, tiny_model: str) -> None:
    with pytest.raises(ModelError) as caught:
        library.load("nobody")
    assert "tiny" in caught.value.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(file=st.sampled_from([CARD, NETWORK, TOKENIZER]), place=st.floats(0, 1), bit=st.integers(0, 7))
def test_a_flipped_bit_never_goes_unnoticed(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape, file: str, place: float, bit: int
) -> None:
    if "flip" not in names(library):
        publish_tiny(library, "flip", tokenizer, tiny_shape)
    path = next(library.find("flip").folder.iterdir()) / file
    good = path.read_bytes()
    index = min(int(place * len(good)), len(good) - 1)
    path.write_bytes(good[:index] + bytes([good[index] ^ (1 << bit)]) + good[index + 1 :])
    try:
        if file == CARD:  # a letter of a description may change unseen; what is loaded must be sound
            with contextlib.suppress(ModelError):
                load_model(library, "flip")
        else:
            with pytest.raises(ModelError, match="damaged"):
                library.load("flip")
            assert library.check("flip")
        assert [e.name for e in library.entries() if e.name == "flip"] == ["flip"], "it stays listed"
    finally:
        path.write_bytes(good)


def test_going_back_is_only_advised_where_there_is_a_version_before(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    for is_expected in (False, True):
        publish_tiny(library, "twice", tokenizer, tiny_shape)
        newest = library.version_folders(library.find("twice"))[-1] / NETWORK
        content = newest.read_bytes()
        newest.write_bytes(b"damaged")
        with pytest.raises(ModelError) as caught:
            library.load("twice")
        assert ("rollback" in caught.value.hint) is is_expected
        newest.write_bytes(content)


def test_a_newer_card_is_refused() -> None:
    with pytest.raises(ModelError, match="newer version"):
        Card.from_json(b'{"schema": 99}')


def test_settings_survive_nonsense(paths: Paths) -> None:
    with change_settings(paths) as settings_:
        settings_.temperature = 1.5
        settings_.seed = 7
    assert load_settings(paths).temperature == 1.5
    assert load_settings(paths).seed == 7
    paths.settings.write_text('{"temperature": "hot", "model": 3, "top_p": 1, "unknown": true}')
    read = load_settings(paths)
    assert (read.temperature, read.model, read.top_p) == (Settings.temperature, "base", 1.0)
    paths.settings.write_text("[1, 2")
    assert load_settings(paths).temperature == Settings.temperature


def test_chats_are_kept_found_and_deleted(paths: Paths) -> None:
    chats = Chats(paths.chats)
    chat, first = chats.add_turn(None, "user", "Where do the herons nest?", "base")
    same, reply = chats.add_turn(chat, "model", "By the weir.", "base")
    assert same == chat
    other, _ = chats.add_turn(None, "user", 'quotes " and * stars', "base")
    assert [c.id for c in chats.find()] == [other, chat]
    assert [c.id for c in chats.find("her wei")] == [], "words are looked for within one turn"
    assert [c.id for c in chats.find("hero nes")] == [chat]
    assert [c.id for c in chats.find('" *')] in ([other], [other, chat], [])
    chats.remove_turn(reply)
    assert [turn.id for turn in chats.turns(chat)] == [first]
    assert chats.find("weir") == []
    chats.delete(chat)
    assert [c.id for c in chats.find()] == [other]
    assert paths.chats.stat().st_mode & 0o777 == 0o600


def test_a_damaged_database_has_a_clear_message(paths: Paths) -> None:
    paths.chats.parent.mkdir(parents=True)
    paths.chats.write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError) as caught:
        Chats(paths.chats).find()
    assert "damaged" in caught.value.hint


def test_a_model_is_not_kept_where_there_is_something_else(library: Library, paths: Paths) -> None:
    paths.models.mkdir(parents=True)
    (paths.models / "me").write_text("x")
    with pytest.raises(ModelError, match="taken by something else"):
        library.check_name("me")


@pytest.mark.parametrize("models", ["a file", "a broken link"])
def test_without_a_folder_of_models_the_shipped_one_is_there(
    library: Library, paths: Paths, models: str
) -> None:
    paths.data.mkdir(parents=True)
    if models == "a file":
        paths.models.write_text("x")
    else:
        paths.models.symlink_to("/nowhere")
    assert [entry.name for entry in library.entries()] == shipped_names()
    assert library.load("base")
    if models == "a file":
        assert library.unreadable() is not None
        with pytest.raises(StorageError, match="folder of models"):
            library.find("me")
