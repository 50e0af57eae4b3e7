"""The real program over a folder of odd files and names: no traceback, every skip told, a sound model."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnnchat.storage.display import display_path
from tests.end_to_end.helpers import json_lines, rnnchat
from tests.helpers.torture import Expected, make_torture_tree

Tree = tuple[Path, dict[str, Expected]]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    folder = tmp_path_factory.mktemp("torture")
    yield folder, make_torture_tree(folder)
    for path in (folder / "unreadable").rglob("*"):
        path.chmod(0o700)
    # Python's own way of removing folders calls itself for each, which so many are too deep for.
    subprocess.run(["rm", "-rf", folder], check=True)


def must_be_skipped(tree: Tree) -> dict[str, str]:
    """Return what must be skipped, as paths that can be shown, and what the reason must contain."""
    folder, expected = tree
    return {display_path(folder / name): right.reason for name, right in expected.items() if not right.prose}


def must_be_read(tree: Tree) -> set[str]:
    """Return what must be read, as paths that can be shown."""
    folder, expected = tree
    return {
        display_path(folder / name)
        for name, right in expected.items()
        if right.prose and not right.may_be_skipped
    }


def assert_all_skips_are_told(tree: Tree, skipped: list[dict[str, Any]]) -> None:
    told = {item["path"]: item["reason"] for item in skipped}
    missing = [
        f"{path}: {told.get(path)}; expected {reason}"
        for path, reason in must_be_skipped(tree).items()
        if not told.get(path) or reason not in told[path]
    ]
    assert not missing, "\n".join(missing)
    assert not set(told) & must_be_read(tree)


def test_scan_names_every_skip_and_reads_the_rest(tree: Tree, tmp_path: Path) -> None:
    result = rnnchat(tmp_path / "home", "scan", tree[0])
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    joiners = "\u200c\u200d"  # of emoji, and of Persian and Indian scripts
    assert all(shown.isprintable() or shown in joiners for shown in result.stdout.replace("\n", ""))
    lines = result.stdout.split("\n")
    for path, reason in must_be_skipped(tree).items():
        assert any(line.startswith("  skip") and path in line and reason in line for line in lines), path
    read = [line for line in lines if line.startswith("  read")]
    for path in must_be_read(tree):
        assert any(line.endswith(f"  {path}") for line in read), path


def test_scan_tells_programs_the_same(tree: Tree, tmp_path: Path) -> None:
    result = rnnchat(tmp_path / "home", "scan", tree[0], "--json")
    assert result.returncode == 0, result.stderr
    (found,) = json_lines(result.stdout)
    assert_all_skips_are_told(tree, found["skipped"])
    assert found["files"] >= len(must_be_read(tree))


def test_it_is_learned_into_a_sound_model(tree: Tree, tmp_path: Path) -> None:
    home = tmp_path / "home"
    result = rnnchat(home, "train", tree[0], "--name", "torture", "--minutes", "0", "--json")
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    events = json_lines(result.stdout)
    (scanned,) = [event for event in events if event["event"] == "scan"]
    assert_all_skips_are_told(tree, scanned["skipped"])
    assert scanned["files"] >= len(must_be_read(tree))
    assert events[-1]["event"] == "done"
    assert events[-1]["model"] == "torture"
    checked = rnnchat(home, "models", "check", "torture")
    assert (checked.returncode, checked.stdout) == (0, "torture: sound\n")
    words = ("generate", "--model", "torture", "--tokens", "30", "--seed", "1", "The tree")
    spoken = rnnchat(home, *words)
    assert spoken.returncode == 0, spoken.stderr
    assert len(spoken.stdout) > len("The tree\n")
