"""Settings of git that say what it ignores, wherever git finds them: compared with git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rnnchat.text.notes import scan

PROSE = "It rained all day and the river rose by a hand, so we stayed in and read. "

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings of git."""
    folder = tmp_path / "person"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


@pytest.fixture
def repository(person: Path, tmp_path: Path) -> Path:
    """A repository with notes, some of them private."""
    folder = tmp_path / "work" / "repository"
    for name in ("open.md", "private/secret.md", "CAPITALS/secret.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{PROSE} {name}\n")
    subprocess.run(["git", "init", "-q", folder], check=True)
    (tmp_path / "rules").write_text("private/\n")
    return folder


def configure(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", folder, "config", *words], check=True)


def is_as_git_says(folder: Path) -> bool:
    """Whether what git ignores, and nothing else, is left out; and whether there is any of it."""
    read = set(scan([folder]).paths)
    ignored = set()
    for path in folder.rglob("*.md"):
        said = subprocess.run(["git", "-C", path.parent, "check-ignore", "-q", path], check=False)
        if said.returncode == 0:
            ignored.add(path.resolve())
    return bool(ignored) and read == {path.resolve() for path in folder.rglob("*.md")} - ignored


@pytest.mark.parametrize("written", ["absolute", "relative", "home"])
def test_a_file_that_the_settings_include_counts(
    repository: Path, person: Path, tmp_path: Path, written: str
) -> None:
    (person / "more").write_text(f"[core]\n\texcludesFile = {tmp_path / 'rules'}\n")
    named = {"absolute": str(person / "more"), "relative": "more", "home": "~/more"}[written]
    (person / ".gitconfig").write_text(f"[user]\n\tname = x\n[include]\n\tpath = {named}\n")
    assert is_as_git_says(repository)


@pytest.mark.parametrize(
    ("condition", "applies"),
    [
        ("gitdir:{work}/", True),
        ("gitdir:{work}/repository/.git", True),
        ("gitdir:repository/", True),
        ("gitdir:**/repository/**", True),
        ("gitdir/i:REPOSITORY/", True),
        ("gitdir:REPOSITORY/", False),
        ("gitdir:elsewhere/", False),
        ("gitdir:~/", False),
    ],
)
def test_a_file_that_is_included_for_some_repositories_counts_in_them(
    repository: Path, person: Path, tmp_path: Path, condition: str, applies: bool
) -> None:
    (person / "more").write_text(f"[core]\n\texcludesFile = {tmp_path / 'rules'}\n")
    named = condition.format(work=repository.parent)
    (person / ".gitconfig").write_text(f'[includeIf "{named}"]\n\tpath = more\n')
    assert (scan([repository]).paths != ()) and is_as_git_says(repository) is applies


def test_files_that_include_one_another_end(repository: Path, person: Path, tmp_path: Path) -> None:
    (person / ".gitconfig").write_text("[include]\n\tpath = .gitconfig\n")
    assert len(scan([repository]).paths) == 3
    (person / "more").write_text("[include]\n\tpath = more\n")
    (repository / ".git" / "config").write_text(f"[include]\n\tpath = {person / 'more'}\n")
    assert len(scan([repository]).paths) == 3


@pytest.mark.parametrize(
    "value", ["\tignoreCase", "\tignorecase = 1", "\tignorecase=on", '\tignorecase = "TRUE"']
)
def test_every_way_to_say_that_case_is_ignored(repository: Path, value: str) -> None:
    (repository / ".gitignore").write_text("capitals/\nPRIVATE/\n")
    (repository / ".git" / "config").write_text(f"[Core]\n{value}\n")
    assert is_as_git_says(repository)
    assert [path.name for path in scan([repository]).paths] == ["open.md"]


@pytest.mark.parametrize("value", ["\tignorecase =", "\tignorecase = false", "\tignorecase = 0"])
def test_every_way_to_say_that_it_is_not(repository: Path, value: str) -> None:
    (repository / ".gitignore").write_text("capitals/\nprivate/\n")
    (repository / ".git" / "config").write_text(f"[core]\n{value}\n")
    assert is_as_git_says(repository)


def test_the_settings_of_one_work_tree_count(repository: Path, tmp_path: Path) -> None:
    configure(repository, "extensions.worktreeConfig", "true")
    configure(repository, "--worktree", "core.excludesFile", str(tmp_path / "rules"))
    assert is_as_git_says(repository)


def test_a_git_folder_that_is_empty_hides_no_rules_above(repository: Path) -> None:
    (repository / ".gitignore").write_text("private/\n")
    notes = repository / "notes"
    (notes / ".git").mkdir(parents=True)
    (notes / "private").mkdir()
    (notes / "private" / "secret.md").write_text(PROSE + "secret")
    (notes / "open.md").write_text(PROSE + "open")
    assert is_as_git_says(notes)
