"""Paths as people type, paste, drop and set them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnchat.app.widgets.path_suggester import complete_path
from rnnchat.errors import PathError, StorageError
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.library.open_draft import find_draft
from rnnchat.storage.display import display_path
from rnnchat.storage.files import TextFile, has_changed, new_file, save_text
from rnnchat.storage.log import log_unexpected_error
from rnnchat.storage.paths import (
    Paths,
    brief_path,
    home_folder,
    make_private,
    parse_argument,
    parse_path,
    shortened_path,
    start_folder,
)
from rnnchat.text.notes.corpus import scan

HOME = Path("/home/me")


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/home/me/a.md", "/home/me/a.md"),
        ("  /home/me/a.md \n", "/home/me/a.md"),
        ("/home/me/My Notes", "/home/me/My Notes"),
        ("'/home/me/My Notes'", "/home/me/My Notes"),
        ('"/home/me/My Notes"', "/home/me/My Notes"),
        ("“/home/me/My Notes”", "/home/me/My Notes"),
        (r"'/home/me/it'\''s mine.md' ", "/home/me/it's mine.md"),
        (r"/home/me/My\ Notes\ \(old\)/a\&b.md", "/home/me/My Notes (old)/a&b.md"),
        ("file:///home/me/My%20Notes/caf%C3%A9.md", "/home/me/My Notes/café.md"),
        ("file://localhost/home/me/a.md", "/home/me/a.md"),
        ("FILE:/home/me/a%23b.md\r\n", "/home/me/a#b.md"),
        ("~", "/home/me"),
        ("~/notes", "/home/me/notes"),
        ("'~/My Notes'", "/home/me/My Notes"),
        ("//home//me", "/home/me"),
        ("C:\\notes", None),
    ],
)
def test_what_is_typed_or_dropped(typed: str, meant: str | None) -> None:
    assert parse_path(typed) == (Path.cwd() / typed if meant is None else Path(meant))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "No path"),
        ("  \n", "No path"),
        ("''", "No path"),
        ("~nouser", "no user called nouser"),
        ("~nouser/x", "no user called nouser"),
        ("'~nouser/x'", "no user called nouser"),
        ("~+/x", "no user called"),
        ("a\0b", "NUL"),
        ("file:///a%00b", "NUL"),
        ("x" * 256, "256 bytes"),
        ("日" * 86, "258 bytes"),
        ("/x" * 2100, "4,200 bytes"),
        ("\ud800", "cannot be in a file name"),
        ("file://elsewhere/home/me/a.md", "another computer"),
        ("file://x", "address"),
        ("https://example.org/a.md", "address"),
        ("smb://server/share", "address"),
        ("/home/me/a.md /home/me/b.md", "several"),
        ("'/home/me/a.md' '/home/me/b.md'", "several"),
        ("file:///home/me/a.md\nfile:///home/me/b.md", "several"),
    ],
)
def test_what_can_be_no_path_says_why(typed: str, why: str) -> None:
    with pytest.raises(PathError, match=why) as caught:
        parse_path(typed)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["'quoted'", r"a\ b", "~nouser", "file:x", "x /y", "%41"])
def test_what_is_there_is_meant_as_it_stands(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x")
    assert parse_path(name) == tmp_path / name
    assert parse_argument(name) == tmp_path / name


def test_a_folder_called_tilde_is_not_the_home(tmp_path: Path) -> None:
    (tmp_path / "~").mkdir()
    assert parse_path("~") == HOME
    assert parse_path("./~") == tmp_path / "~"


def test_the_shell_has_unquoted_an_argument_already() -> None:
    assert parse_argument("'a b'") == Path.cwd() / "'a b'"
    assert parse_argument(" a ") == Path.cwd() / " a "
    assert parse_argument(r"a\ b") == Path.cwd() / r"a\ b"
    assert parse_argument("~/a") == HOME / "a"
    assert parse_argument("file:///a%20b") == Path("/a b")
    assert parse_argument("caf\udce9") == Path.cwd() / "caf\udce9"
    with pytest.raises(PathError, match="no user"):
        parse_argument("~nouser/n")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40))
@example("it's")
@example('a "b" c')
def test_a_dropped_file_is_found_however_it_is_written(name: str) -> None:
    path = "/" + name.replace("/", "")
    if not path.strip("/ \t").strip() or Path(path) == Path("/") or ".." in path:
        return
    single = "'" + path.replace("'", "'\\''") + "'"
    assert parse_path(single) == Path(path)
    assert parse_path(f"file://{quote(path)}") == Path(path)


@given(st.text(max_size=60) | st.text("~/'\"\\ %.:afile\0\n\ud800\udce9", max_size=30))
def test_whatever_is_typed_is_a_path_or_a_message(typed: str) -> None:
    try:
        assert parse_path(typed).is_absolute()
    except PathError as error:
        assert error.message and error.hint
    suggested = complete_path(typed)
    assert suggested is None or suggested.startswith(typed)


@pytest.mark.parametrize(
    "typed",
    ["~nouser/x", "~", "~/", "x" * 5000, "/" * 5000, "a\0/b", "\ud800/x", "/proc/1/cwd/x", "/" + "x/" * 3000],
)
def test_completing_never_raises(typed: str) -> None:
    complete_path(typed)


def test_names_are_completed_also_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "notes").mkdir()
    assert complete_path("~/no") == "~/notes/"
    assert complete_path("no") == "notes/"


def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: object) -> object:
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)


def test_without_a_home_all_says_so_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    nobody(monkeypatch)
    with pytest.raises(PathError, match="home folder is unknown"):
        home_folder()
    with pytest.raises(PathError, match="home folder is unknown"):
        parse_path("~/notes")
    (tmp_path / "a.md").write_text("A note that is long enough to be one.\n")
    assert len(scan([tmp_path / "a.md"]).notes) == 1
    assert shortened_path("/home/me/a.md") == "/home/me/a.md"
    assert start_folder() == tmp_path
    assert Paths.from_environment().data == home / "data"
    monkeypatch.delenv("RNNCHAT_HOME")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(PathError, match="home folder is unknown"):
        Paths.from_environment()
    assert "Nothing that was saved is lost" in log_unexpected_error(ValueError())


@pytest.mark.parametrize(
    ("value", "why"), [("~nouser/x", "no user"), ("x" * 300, "too long"), ("http://x", "address")]
)
def test_a_home_that_cannot_be_says_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, value: str, why: str
) -> None:
    monkeypatch.setenv("RNNCHAT_HOME", value)
    with pytest.raises(PathError, match=why) as caught:
        Paths.from_environment()
    assert "RNNCHAT_HOME" in caught.value.hint
    assert "Nothing that was saved is lost" in log_unexpected_error(ValueError()), (
        "the one that tells of errors does not fail"
    )


def test_a_home_may_be_relative_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNCHAT_HOME", "here")
    assert Paths.from_environment().data == tmp_path / "here" / "data"
    monkeypatch.setenv("RNNCHAT_HOME", "~/there")
    assert Paths.from_environment().data == HOME / "there" / "data"
    monkeypatch.setenv("RNNCHAT_HOME", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert Paths.from_environment().data == tmp_path / "xdg" / "rnnchat"


def test_a_home_that_is_a_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RNNCHAT_HOME", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="is a file"):
        make_private(Paths.from_environment().data)
    assert "Nothing that was saved is lost" in log_unexpected_error(ValueError())


def test_a_folder_that_no_longer_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(PathError, match="no longer exists"):
        parse_path("a.md")
    assert start_folder() == HOME
    assert complete_path("a") is None


def test_a_name_is_shown_escaped() -> None:
    assert display_path(Path("caf\udce9.md")) == "caf\\xe9.md"
    assert display_path("café.md") == "café.md"
    assert display_path("\ud800") == "\\ud800"
    assert shortened_path("/home/me/a/b.md") == "~/a/b.md"
    assert shortened_path(str(Path.cwd() / "a.md"), nearby=True) == "a.md"
    assert shortened_path("/home/me/a/b.md", nearby=True) == "~/a/b.md"


# Names of any bytes


def test_a_draft_of_a_file_whose_name_is_not_utf8(paths: Paths, tmp_path: Path) -> None:
    drafts, path = Drafts(paths.drafts), tmp_path / os.fsdecode(b"caf\xe9.md")
    path.write_text("Bonjour.\n")
    opened, _ = find_draft(drafts, path)
    kept = drafts.keep(opened)
    assert kept.text == "Bonjour.\n"
    again = drafts.load()
    assert again == kept
    assert again is not None and again.file is not None and again.file.path == path
    assert drafts.of_file(path) == kept
    assert [one.title for one in drafts.find()] == ["caf\\xe9.md"]
    assert not has_changed(save_text(again.file, "Au revoir."))
    assert path.read_text() == "Au revoir."
    new, word = find_draft(drafts, tmp_path / os.fsdecode(b"n\xfc.md"))
    assert drafts.keep(Draft(text="x", file=new.file)).file == new.file
    assert "n\\xfc.md" in word


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "device", "below a file", "long", "nobody"])
def test_what_cannot_be_opened_says_why(paths: Paths, tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "below a file":
        path.write_text("")
        path = path / "x.md"
    elif kind == "long":
        path = tmp_path / ("x" * 300)
    else:
        path = Path("~nouser/x.md")
    with pytest.raises(StorageError) as caught:
        find_draft(Drafts(paths.drafts), path)
    assert caught.value.hint
    if kind in ("folder", "pipe", "device"):
        with pytest.raises(StorageError):
            new_file(path)
        with pytest.raises(StorageError):
            save_text(TextFile(path), "new")


def test_a_link_to_what_is_not_there_yet(paths: Paths, tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to(tmp_path / "target.md")
    draft, word = find_draft(Drafts(paths.drafts), link)
    assert "made when you save it" in word
    assert draft.file is not None
    save_text(draft.file, "new")
    assert (tmp_path / "target.md").read_text() == "new"
    assert link.is_symlink()


def test_a_folder_that_may_not_be_entered(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "closed" / "x.md"

    def refused(self: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", refused)
    with pytest.raises(StorageError, match="No permission") as caught:
        find_draft(Drafts(paths.drafts), path)
    assert "RNNCHAT_HOME" not in caught.value.hint
    with pytest.raises(StorageError, match="No permission"):
        new_file(str(path))


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(StorageError, match="may not write"):
        new_file(str(tmp_path / "x.md"))


def test_a_long_path_is_shown_as_its_last_folder_and_name_and_cut_at_the_end() -> None:
    assert brief_path("/a/b.md") == "/a/b.md"
    assert brief_path("/a/long/way/to/the/notes/of/mine/git/rebase.md") == "git/rebase.md"
    cut = brief_path(f"/notes/of/mine/git/{'rebase-' * 9}.md")
    assert cut.startswith("git/rebase-") and cut.endswith("…") and len(cut) == 40
