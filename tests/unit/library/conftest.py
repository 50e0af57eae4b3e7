"""A small model that has every file a model can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.library.models import Library
from rnnchat.storage.paths import Paths
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.mutations import Files, files_of, publish_whole, put


@pytest.fixture(scope="package")
def sound(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer, texts: list[str]) -> Files:
    """The files of the model."""
    home = tmp_path_factory.mktemp("whole")
    library = Library(Paths(home, home, home))
    publish_whole(library, "whole", tokenizer, texts)
    return files_of(library.version_folders(library.find("whole"))[-1])


@pytest.fixture
def folder(library: Library, paths: Paths, sound: Files) -> Path:
    """The version in use of the model, which is called `whole`."""
    folder = paths.models / "whole" / "v0001"
    put(folder, sound)
    return folder
