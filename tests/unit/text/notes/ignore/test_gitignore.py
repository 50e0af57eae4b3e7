"""What git ignores is not learned: compared with git itself, over generated ignore files and trees."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rnnchat.text.notes import scan
from rnnchat.text.notes.ignore.gitignore import Rules
from rnnchat.text.notes.ignore.wildmatch import Wildmatch
from rnnchat.text.notes.walk import Candidate, Skipped, walk

IGNORED = "ignored by .gitignore"
LONG = "It rained all day and the river rose by a hand, so we stayed in and read. "
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings of git, and where they would be."""
    folder = tmp_path / "person"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    return folder


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def tree(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} {LONG}", encoding="utf-8")


def read(*paths: Path) -> set[str]:
    return {item.name for item in walk(paths) if isinstance(item, Candidate)}


def left_out(path: Path) -> set[str]:
    """The paths that are left out because git ignores them, seen from `path`."""
    return {
        os.path.relpath(item.path, path)
        for item in walk([path])
        if isinstance(item, Skipped) and item.reason == IGNORED and item.path.name != ".git"
    }


def git_ignores(repository: Path, paths: list[str]) -> set[str]:
    """Which of `paths` git ignores, but for what lies in a folder that it ignores."""
    said = subprocess.run(
        ["git", "-C", repository, "check-ignore", "--no-index", "--stdin", "-z"],
        input=b"\0".join(map(os.fsencode, paths)),
        capture_output=True,
        check=False,
    )
    assert said.returncode in (0, 1), said.stderr
    ignored = {os.fsdecode(path) for path in said.stdout.split(b"\0") if path}
    return {path for path in ignored if os.path.dirname(path) not in ignored}  # noqa: PTH120


def everything(folder: Path) -> list[str]:
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        found += [os.path.relpath(os.path.join(place, name), folder) for name in (*folders, *files)]  # noqa: PTH118
    return found


@pytest.fixture(scope="module")
def real_repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("real")
    subprocess.run(["git", "init", "-q", folder], check=True, env={**os.environ, "HOME": str(folder)})
    yield folder


FRAGMENTS = [
    *(
        "a",
        "b",
        "ab",
        "foo",
        "bar.md",
        ".md",
        "x",
        "é",
        "A",
        " ",
        "  ",
        "#",
        "!",
        "\\",
        "\\ ",
        "\\!",
        "\\#",
        "\\a",
    ),
    *(
        "*",
        "**",
        "***",
        "?",
        "/",
        "/",
        "/",
        "**/",
        "/**",
        "/**/",
        "*/",
        "[a-c]",
        "[!a]",
        "[^a]",
        "[[:alpha:]]",
    ),
    *(
        "[[:digit:]x]",
        "[]]",
        "[]-a]",
        "[z-a]",
        "[",
        "]",
        "[a",
        "[\\]]",
        "[[:nope:]]",
        "[[:]",
        "[a-]",
        "[a\\-c]",
        "-",
    ),
    *("\r", "\t", "\0", "\ufeff", "["),
]
NAMES = [
    "a",
    "b",
    "ab",
    "foo",
    "bar.md",
    "xé.md",
    "A",
    "a b",
    "x[1]",
    "!x",
    "#a",
    "a ",
    "c\\d",
    "]",
    "foo.md",
]
FOLDERS = ["a", "b", "foo", "ab", "A", "a b"]
LINES = st.lists(st.sampled_from(FRAGMENTS), min_size=0, max_size=5).map("".join)
FILES = st.lists(LINES, min_size=0, max_size=6).map("\n".join)
PLACES = st.lists(st.sampled_from(FOLDERS), min_size=0, max_size=3).map(tuple)


@needs_git
@given(
    ignores=st.dictionaries(PLACES, FILES, min_size=1, max_size=3),
    exclude=FILES,
    files=st.lists(st.tuples(PLACES, st.sampled_from(NAMES)), min_size=1, max_size=12),
)
@example(ignores={(): "\ufeffa/\n"}, exclude="", files=[(("a",), "b")])
@example(ignores={(): "!\nfoo"}, exclude="", files=[((), "foo"), ((), "a")])
@example(ignores={(): "\\\n!\\\n[z-a]\nfoo"}, exclude="", files=[((), "foo"), ((), "a")])
@example(ignores={(): "foo**/bar.md"}, exclude="", files=[(("foo", "a"), "bar.md"), (("ab",), "bar.md")])
@example(ignores={(): "a/\n!a/foo"}, exclude="", files=[(("a",), "foo")])
@example(ignores={(): "*\n!*.md\r\n"}, exclude="", files=[((), "foo.md"), (("a",), "foo.md")])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_ignored_is_what_git_ignores(
    real_repository: Path,
    ignores: dict[tuple[str, ...], str],
    exclude: str,
    files: list[tuple[tuple[str, ...], str]],
) -> None:
    for entry in list(real_repository.iterdir()):
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for place, name in files:
        path = real_repository.joinpath(*place, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
        except OSError:
            continue  # a file of that name is there where a folder is wanted, or the other way round
    for place, text in ignores.items():
        folder = real_repository.joinpath(*place)
        if folder.is_dir():
            (folder / ".gitignore").write_bytes(text.encode())
    (real_repository / ".git/info/exclude").write_bytes(exclude.encode())
    assert left_out(real_repository) == git_ignores(real_repository, everything(real_repository))


@needs_git
@given(pattern=st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_folder_that_is_named_has_the_rules_of_those_above(real_repository: Path, pattern: str) -> None:
    for entry in list(real_repository.iterdir()):
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    tree(real_repository, "a/foo/bar.md", "a/foo/x.md", "a/foo/b/bar.md", "a/b.md", "foo/x.md")
    (real_repository / ".gitignore").write_bytes(pattern.encode())
    (real_repository / ".git/info/exclude").write_bytes(b"")
    ignored = git_ignores(real_repository, everything(real_repository))
    if not ignored & {"a", "a/foo"}:
        expected = {path.removeprefix("a/foo/") for path in ignored if path.startswith("a/foo/")}
        assert left_out(real_repository / "a/foo") == expected


@pytest.mark.parametrize(
    ("data", "ignored", "kept"),
    [
        (b"\xef\xbb\xbfprivate/\n", "private", "open"),
        (b"!\nprivate", "private", "!"),
        (b"\\\n!\\\nprivate", "private", "\\"),
        (b"[z-a]\nprivate", "private", "y"),
        (b"private\r\n", "private", "private\r"),
        (b"private   ", "private", "private "),
        (b"private\\ \n", "private ", "private"),
        (b"private\t", "private\t", "private"),
        (b"pri\0vate", "pri", "private"),
        (b"#private\n\\#open", "#open", "#private"),
        (b"x" * 200_000 + b"\nprivate", "private", "x"),
        (b"*a" * 3_000 + b"\nprivate", "private", "a" * 200),
        (b"[[:nope:]]\nprivate", "private", "n"),
        (b"[a\nprivate", "private", "a"),
        (b"pr\xffvate", "pr\udcffvate", "private"),
        (b"Private", "Private", "private"),
    ],
)
def test_lines(data: bytes, ignored: str, kept: str) -> None:
    rules = Rules(data)
    assert rules.decide(os.fsencode(ignored), True)
    assert not rules.decide(os.fsencode(kept), True)


def test_case_is_ignored_where_the_repository_says_so(repository: Path) -> None:
    write(repository, **{".git/config": "[core]\n\tignorecase = true\n", ".gitignore": "Private\n*.[A-C]x\n"})
    tree(repository, "private/a.md", "open.md")
    assert left_out(repository) == {"private"}


@pytest.mark.parametrize("rule", ["notes/private/", "/notes/private", "private", "**/private", "notes/p*"])
@pytest.mark.parametrize("git", ["folder", "file"])
def test_the_files_of_the_folders_above_count(tmp_path: Path, rule: str, git: str) -> None:
    top = tmp_path / "r"
    tree(top, "notes/private/a.md", "notes/open.md")
    if git == "folder":
        (top / ".git").mkdir()
    else:
        write(top, **{".git": "gitdir: ../elsewhere\n"})
    write(top, **{".gitignore": rule})
    assert read(top / "notes") == {"open.md"}
    assert read(top / "notes/private") == {"a.md"}, "what a person names is meant"
    assert read(top / "notes/private/a.md") == {"a.md"}


def test_a_folder_that_is_named_though_ignored_keeps_the_other_rules(repository: Path) -> None:
    write(repository, **{".gitignore": "*\nnotes/\n*.secret.md\n"})
    tree(repository, "notes/a.md", "notes/b.secret.md", "notes/in/c.md")
    assert read(repository / "notes") == {"a.md", "in/c.md"}


def test_a_rule_for_all_that_lies_in_a_folder_holds_where_the_folder_is_named(repository: Path) -> None:
    write(repository, **{".gitignore": "notes/**\n!notes/open.md\n"})
    tree(repository, "notes/a.md", "notes/open.md", "notes/in/b.md")
    assert read(repository / "notes") == {"open.md"}


def test_above_the_repository_nothing_counts(repository: Path) -> None:
    write(repository.parent, **{".gitignore": "*.md\n"})
    tree(repository, "a.md")
    assert read(repository) == {"a.md"}
    shutil.rmtree(repository / ".git")
    assert read(repository) == {"a.md"}, "without a repository only what lies in the folder counts"


def test_the_exclude_file_of_a_repository_counts(repository: Path) -> None:
    write(repository, **{".git/info/exclude": "private/\n*.x.md\n", ".gitignore": "!b.x.md\n"})
    tree(repository, "private/a.md", "a.x.md", "b.x.md", "in/c.x.md")
    assert read(repository) == {"b.x.md"}
    assert read(repository / "in") == set()


def test_the_exclude_file_is_found_from_a_work_tree(repository: Path, tmp_path: Path) -> None:
    write(repository, **{".git/info/exclude": "private\n", ".git/worktrees/w/commondir": "../..\n"})
    tree(tmp_path / "w", "private/a.md", "open.md")
    write(tmp_path / "w", **{".git": f"gitdir: {repository}/.git/worktrees/w\n"})
    assert read(tmp_path / "w") == {"open.md"}


def test_the_exclude_file_of_a_repository_within_counts(tmp_path: Path) -> None:
    top = tmp_path / "all"
    write(
        top,
        **{".gitignore": "b.md\n", "one/.git/info/exclude": "private\n/c.md\n", "one/.gitignore": "d.md\n"},
    )
    tree(
        top, *(f"{place}/{name}.md" for place in ("one", "two") for name in ("private/a", "b", "c", "d", "e"))
    )
    assert read(top) == {"one/e.md", "two/private/a.md", "two/c.md", "two/d.md", "two/e.md"}


@pytest.mark.parametrize("where", ["default", "named", "repository"])
def test_the_ignore_file_of_a_person_counts(repository: Path, own_settings: Path, where: str) -> None:
    tree(repository, "private/a.md", "open.md")
    if where == "default":
        write(own_settings, **{"config/git/ignore": "private"})
    elif where == "named":
        write(own_settings, **{".gitconfig": '[core]\n  excludesFile = "~/mine" ; ours\n', "mine": "private"})
    else:
        write(repository, **{".git/config": f"[Core] excludesfile={own_settings}/mine\n"})
        write(own_settings, mine="private")
    assert read(repository) == {"open.md"}
    assert read(repository / "private") == {"a.md"}


def test_a_link_to_rules_is_not_followed_and_a_folder_is_none(repository: Path, tmp_path: Path) -> None:
    write(tmp_path, rules="*.md\n")
    tree(repository, "a.md", "in/b.md")
    (repository / ".gitignore").symlink_to(tmp_path / "rules")
    (repository / "in/.gitignore").mkdir()
    assert read(repository) == {"a.md", "in/b.md"}


def test_where_the_rules_cannot_be_read_the_folder_is_not(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(repository, "a.md", "in/b.md", "in/deeper/c.md")
    write(repository, **{"in/.gitignore": "secret\n"})
    real = os.open

    def refuse(path: str, flags: int, mode: int = 0o777, **more: int) -> int:
        if os.fspath(path).endswith(".gitignore"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode, **more)

    monkeypatch.setattr("rnnchat.text.notes.ignore.gitignore.os.open", refuse)
    assert read(repository) == {"a.md"}
    said = {item.path.name: item.reason for item in scan([repository]).skipped}
    assert said["in"] == "folder not read: its .gitignore cannot be read (permission denied)"
    assert read(repository / "in/deeper") == set(), "nor a folder below it"


def test_many_rules_and_stars_take_no_time(repository: Path) -> None:
    lines = [f"name{number}" for number in range(20_000)]
    write(repository, **{".gitignore": "\n".join([*lines, "a*" * 30 + "b", "**/" * 30 + "b", "name7.md"])})
    tree(repository, *(f"in{number % 10}/name{number}.md" for number in range(300)), "a" * 200)
    assert left_out(repository) == {"in7/name7.md"}
    assert not Wildmatch(b"*a" * 50 + b"b", is_path=True).matches(b"a" * 4_000)
