"""What may stand in the place of a model's files, and what may stand in them."""

from __future__ import annotations

import errno
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rnnchat.checking import check_model
from rnnchat.errors import ModelError
from rnnchat.library.models import (
    BASE_NETWORK,
    CARD,
    MEMORY,
    MIXTURE,
    NETWORK,
    TOKENIZER,
    Library,
)
from rnnchat.library.shipped import shipped_names
from rnnchat.lm.shape import NetworkShape
from rnnchat.loading import load_model
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import publish_tiny
from tests.helpers.mutations import Files, outcome, problems, put


def test_a_whole_model_is_sound(library: Library, folder: Path) -> None:
    assert problems(library) == []
    assert outcome(library, "whole") == "harmless"
    assert check_model(library, library.find("base")) == []


MODEL_FILES = (CARD, NETWORK, TOKENIZER, MEMORY, MIXTURE, BASE_NETWORK)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    elsewhere.write_bytes(b"{}")
    path.symlink_to(elsewhere)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("file", MODEL_FILES)
@pytest.mark.parametrize(
    ("place", "said"),
    [
        (_pipe, "is a pipe"),
        (_link, "is a link"),
        (_zero, "is a link"),
        (_sparse, "too large"),
        (_nothing, "empty|damaged"),
        (Path.mkdir, "is a folder"),
        (lambda path: None, "is missing"),
    ],
)
def test_what_is_no_file_is_told_at_once(
    library: Library, folder: Path, file: str, place: Callable[[Path], object], said: str
) -> None:
    (folder / file).unlink()
    place(folder / file)
    began = time.process_time()
    entry = library.find("whole")
    assert entry.card is None
    assert any(word in entry.problem for word in said.split("|")), entry.problem
    assert problems(library)
    with pytest.raises(ModelError):
        load_model(library, "whole")
    assert [entry.name for entry in library.entries()] == ["whole", *shipped_names()]
    assert time.process_time() - began < 2


@pytest.mark.parametrize("way", ["link", "broken link", "file", "pipe", "no version", "linked version"])
def test_what_is_no_folder_of_a_model(library: Library, folder: Path, paths: Paths, way: str) -> None:
    place = paths.models / "odd"
    if way == "link":
        place.symlink_to(folder.parent)
    elif way == "broken link":
        place.symlink_to("/nowhere")
    elif way == "file":
        place.write_text("x")
    elif way == "pipe":
        os.mkfifo(place)
    elif way == "no version":
        place.mkdir()
        (place / "version 1").mkdir()
    else:
        place.mkdir()
        (place / "v0001").symlink_to(folder)
    entry = library.find("odd")
    assert entry.card is None and entry.problem
    assert check_model(library, entry)
    for change in (library.load, library.roll_back, lambda name: library.copy(name, "other")):
        with pytest.raises(ModelError):
            change("odd")
    token = library.delete("odd")
    assert [e.name for e in library.entries()] == ["whole", *shipped_names()]
    assert library.restore(token) == "odd"
    library.remove_forever(library.delete("odd"))
    assert library.deletions() == []
    assert folder.is_dir(), "what a link led to stays"


def test_a_folder_that_is_out_of_reach(
    library: Library, paths: Paths, folder: Path, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = Path.iterdir

    def iterdir(path: Path) -> Iterator[Path]:
        if path.name == "whole":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return reach(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert [entry.name for entry in library.entries()] == [tiny_model, "whole", *shipped_names()]
    assert "permission denied" in library.find("whole").problem
    assert problems(library)
    for change in (
        library.load,
        library.roll_back,
        library.versions,
        lambda name: library.copy(name, "other"),
    ):
        with pytest.raises(ModelError, match="permission denied"):
            change("whole")


def test_what_is_hidden_or_empty_is_no_model(library: Library, paths: Paths, folder: Path) -> None:
    (paths.models / ".DS_Store").write_text("x")
    (paths.models / "empty").mkdir()
    (folder.parent / "v0002.old").mkdir()
    (folder.parent / f"v{'9' * 30}").mkdir()
    (folder.parent / "v٠٠٠٩").mkdir()
    assert [entry.name for entry in library.entries()] == ["whole", *shipped_names()]
    assert outcome(library, "whole") == "harmless"


@pytest.mark.parametrize("name", ["base", "Base", "ｂａｓｅ"])
def test_a_shipped_model_is_not_hidden_by_a_folder(
    library: Library, paths: Paths, sound: Files, name: str
) -> None:
    put(paths.models / name / "v0001", sound)
    own, shipped = library.entries()[:2]
    assert (own.name, own.card, own.shipped) == (name, None, False)
    assert "comes with rnnchat" in own.problem
    assert shipped.card is not None
    assert library.find(name) == shipped
    assert library.load("base").card.network["vocabulary"] == shipped.card.network["vocabulary"]
    assert not own.is_called("base") and shipped.is_called("base")
    assert library.rename(name, "mine") == "mine"
    assert library.find("mine").card is not None
    with pytest.raises(ModelError, match="comes with rnnchat"):
        library.rename("base", "other")


def test_such_a_folder_can_be_deleted(library: Library, paths: Paths, sound: Files) -> None:
    put(paths.models / "base" / "v0001", sound)
    token = library.delete("base")
    assert [entry.name for entry in library.entries()] == shipped_names()
    assert library.restore(token) == "base 2"


def test_one_bad_version_leaves_the_other(library: Library, folder: Path, sound: Files) -> None:
    put(folder.parent / "v0002", {**sound, NETWORK: sound[NETWORK][:-10]})
    assert [problem[:5] for problem in problems(library)] == ["v0002"]
    library.roll_back("whole")
    assert outcome(library, "whole") == "harmless"
    with pytest.raises(ModelError):
        library.roll_back("whole")
    assert outcome(library, "whole") == "harmless", "what cannot be gone back to changes nothing"


def test_a_tiny_model_without_a_memory_is_sound(
    library: Library, tokenizer: Tokenizer, tiny_shape: NetworkShape
) -> None:
    publish_tiny(library, "tiny", tokenizer, tiny_shape)
    assert problems(library, "tiny") == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
