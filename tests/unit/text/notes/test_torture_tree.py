"""Whatever lies in a folder: it is read, or skipped with a reason, and no prose is lost."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnchat.storage.display import display_path
from rnnchat.text.notes import Scan, read_corpus, scan
from rnnchat.text.notes.raw import read_raw
from tests.helpers.torture import Expected, make_torture_tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Expected], Scan]]:
    folder = tmp_path_factory.mktemp("torture")
    expected = make_torture_tree(folder)
    yield folder, expected, scan([folder])
    for path in (folder / "unreadable").rglob("*"):
        path.chmod(0o700)
    # Python's own way of removing folders calls itself for each, which so many are too deep for.
    subprocess.run(["rm", "-rf", folder], check=True)


def test_it_is_large_enough(tree: tuple[Path, dict[str, Expected], Scan]) -> None:
    assert len(tree[1]) >= 80


def test_every_file_is_read_or_skipped_with_a_reason(tree: tuple[Path, dict[str, Expected], Scan]) -> None:
    folder, expected, result = tree
    texts = {
        os.path.relpath(path, folder): note.text
        for path, note in zip(result.paths, result.notes, strict=True)
    }
    skipped = {os.path.relpath(item.path, folder): item.reason for item in result.skipped}
    wrong = []
    for name, right in expected.items():
        if name in skipped and name not in texts:
            if (not right.prose or right.may_be_skipped) and right.reason in skipped[name] and skipped[name]:
                continue
            wrong.append(f"{display_path(name)}: skipped: {skipped[name]}; expected {right}")
        elif name not in texts:
            wrong.append(f"{display_path(name)}: neither read nor skipped")
        elif not right.prose:
            wrong.append(f"{display_path(name)}: read, though {right.reason}")
        else:
            gone = [prose for prose in right.prose if prose not in texts[name]]
            learned = [secret for secret in right.absent if secret in texts[name]]
            if gone or learned:
                wrong.append(f"{display_path(name)}: lost {gone}, learned {learned}: {texts[name][:80]!r}")
    assert not wrong, "\n".join(wrong)
    assert not set(texts) - set(expected), "nothing else is read"
    assert set(texts) | set(skipped) == set(expected)


def test_what_was_found_is_told_to_programs(tree: tuple[Path, dict[str, Expected], Scan]) -> None:
    _, _, result = tree
    said = json.loads(json.dumps(result.as_dict()))
    assert len(said["skipped"]) == len(result.skipped)
    for item in result.skipped:
        display_path(item.path).encode()


def test_it_is_split_and_scored(tree: tuple[Path, dict[str, Expected], Scan]) -> None:
    folder, _, result = tree
    corpus = read_corpus(result)
    assert corpus.training
    assert corpus.validation
    assert len(read_raw([folder])) >= len(result.notes)
