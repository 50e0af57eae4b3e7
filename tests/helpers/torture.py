"""A folder of odd files and names, with what is right for each: its prose is read, or it is skipped.

Run ``python -m tests.helpers.torture FOLDER`` to make it, for the command line and the screens.
"""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Expected:
    """What must become of a file: its prose is read, or it is skipped with such a reason."""

    prose: tuple[str, ...] = ()
    """Sentences that must be in the text that is learned."""
    reason: str = ""
    """What the reason for skipping it must contain."""
    absent: tuple[str, ...] = ()
    """What must not be learned."""
    may_be_skipped: bool = False
    """Whether it may as well be skipped, so long as that is said."""


def make_torture_tree(folder: Path) -> dict[str, Expected]:
    """Fill `folder`; return what is expected of each file or folder, by its path under it."""
    tree = _Tree(folder)
    for fill in (
        *(_names, _dotted_names, _special_files, _deep_folders, _encodings, _damage, _binary, _line_ends),
        *(_front_matter, _embedded, _markup, _secrets, _copies, _ignored, _sizes, _unreadable),
    ):
        fill(tree)
    return tree.expected


class _Tree:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.expected: dict[str, Expected] = {}
        self._sentences = 0

    def sentence(self) -> str:
        """Return prose that stands nowhere else."""
        self._sentences += 1
        number = self._sentences
        own = "".join("bcdfghjklm"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{number:03}")
        return f"The {own} tree by the river kept its leaves until the first frost of that year."

    def path(self, name: str | bytes) -> tuple[str, Path]:
        text = os.fsdecode(name)
        path = self.folder / text
        for parent in reversed(path.parents):  # `parents=True` calls itself for each
            if len(parent.parts) >= len(self.folder.parts):
                parent.mkdir(exist_ok=True)
        return text, path

    def read(
        self, name: str | bytes, make: Callable[[str], str | bytes] | None = None, **more: object
    ) -> None:
        """Add a file whose sentence must be read; `make` builds the file around it."""
        text, path = self.path(name)
        sentence = self.sentence()
        content = sentence + "\n" if make is None else make(sentence)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.expected[text] = Expected(prose=(sentence,), **more)  # type: ignore[arg-type]

    def skip(self, name: str | bytes, reason: str, content: str | bytes | None = None) -> None:
        """Add a file that must be skipped."""
        text, path = self.path(name)
        content = self.sentence() + "\n" if content is None else content
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.expected[text] = Expected(reason=reason)


def _names(tree: _Tree) -> None:
    for name in (
        b"names/latin-\xe9t\xe9.md",
        b"names/\xff\xfe\x80.md",
        b"names/caf\xe9/in.md",
        b"names/new\nline.md",
        b"names/tab\tand\rreturn.md",
        b"names/escape\x1b[31mred\x1b]0;title\x07.md",
        b"names/\x01\x7f.md",
        b"names/back\\slash.md",
        b"names/ leading and trailing .md",
        b"names/-rf.md",
        b"names/--help",
        b"names/$(reboot) `date` %s {x} [bold]red[-].md",
        b"names/'quote\" & <tag>.md",
        b"names/" + b"n" * 252 + b".md",
        b"names/" + ("ü" * 126).encode() + b".md",
        "names/עברית \u202egpj.md".encode(),
        "names/مذكرات.md".encode(),
        "names/日記.txt".encode(),
        "names/😀👩‍👧.md".encode(),
        "names/a\u0301 decomposed.md".encode(),
        "names/\u00e1 composed.md".encode(),
        "names/\u2028\u0085.md".encode(),
        "names/\ufeffmark.md".encode(),
        b"names/UPPER.MD",
        b"names/no suffix",
        b"names/~nobody",
        b"names/CON.md",
        b"names/...md",
    ):
        tree.read(name) if name != b"names/...md" else tree.skip(name, "hidden")
    tree.skip("names/.hidden.md", "hidden file")
    tree.path("names/.obsidian/x.md")[1].write_text(tree.sentence())
    tree.expected["names/.obsidian"] = Expected(reason="hidden folder")
    tree.path("names/node_modules/x.md")[1].write_text(tree.sentence())
    tree.expected["names/node_modules"] = Expected(reason="folder of programs")


def _dotted_names(tree: _Tree) -> None:
    for name in (
        *("2024.01.15 Meeting", "Mr. Smith", "11.1 Topic", "v1.2 release notes", "notes.2024", "Notes etc."),
        *(
            "Dr.Smith",
            "1.2",
            "Ende.Später",
            "3.14159",
            "J.R.R. Tolkien",
            "2024-01-15.journal entry",
            "What...now",
            "v1.2b",
            "U.S.A",
            "2.a",
        ),
    ):
        tree.read(f"dots/{name}")
    for name in ("script.py", "data.csv", "x.svg", "archive.tar.gz", "README.old", "sheet.xlsx", "note.md~"):
        tree.skip(f"dots/{name}", "")


def _special_files(tree: _Tree) -> None:
    _, pipe = tree.path("special/pipe.md")
    os.mkfifo(pipe)
    tree.expected["special/pipe.md"] = Expected(reason="pipe")
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(pipe.parent)  # a socket's path must be short
        try:
            one.bind("socket.md")
            tree.expected["special/socket.md"] = Expected(reason="socket")
        finally:
            os.chdir(here)
    with contextlib.suppress(OSError, AttributeError):
        os.mknod(pipe.parent / "device.md", 0o20666, os.makedev(1, 3))
        tree.expected["special/device.md"] = Expected(reason="device")
    for name, target in (
        *(
            ("loop.md", "loop.md"),
            ("loop folder", "."),
            ("dangling.md", "nowhere.md"),
            ("zero.md", "/dev/zero"),
        ),
        *(("outside.md", "/etc/hostname"), ("up", "../..")),
    ):
        (pipe.parent / name).symlink_to(target)
        tree.expected[f"special/{name}"] = Expected(reason="link")
    tree.read("special/first.md")
    os.link(pipe.parent / "first.md", pipe.parent / "second.md")
    tree.expected["special/second.md"] = Expected(reason="same file")


def _deep_folders(tree: _Tree) -> None:
    for depth, name in ((1_300, "a"), (12, "n" * 250)):
        tree.read("/".join([f"deep{depth}", *[name] * depth, "note.md"]))
    # Deeper than a path may be long: skipped, with a reason.
    top = tree.path("too deep/x")[1].parent
    here = Path.cwd()
    try:
        os.chdir(top)
        for _ in range(25):
            Path("m" * 200).mkdir()
            os.chdir("m" * 200)
        Path("note.md").write_text(tree.sentence())
    finally:
        os.chdir(here)
    for depth in range(1, 26):
        place = "/".join(["too deep", *["m" * 200] * depth])
        if len(os.fsencode(tree.folder / place)) + 1 > 4096:
            tree.expected[place] = Expected(reason="name too long")
            break


def _encodings(tree: _Tree) -> None:
    german = "Über Flüsse und schöne Straßen läuft er öfter nach Hause."
    russian = "Дождь шёл весь день, и река поднялась на ладонь."
    for encoding, sentence in (
        *(
            (name, german)
            for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le")
        ),
        *((name, german) for name in ("cp1252", "mac_roman", "cp850")),
        *((name, russian) for name in ("cp1251", "koi8_r", "cp866")),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("shift_jis", "一日中雨が降って、家にいて本を読んでいました。"),
        ("euc_jp", "一日中雨が降って、家にいて本を読んでいました。"),
        ("gb18030", "今天下了一整天的雨，所以我们呆在家里读书。"),
        ("big5", "今天下了一整天的雨，所以我們待在家裡讀書。"),
        ("euc_kr", "하루 종일 비가 와서 우리는 집에서 책을 읽었다."),
    ):
        name = f"encodings/{encoding}.txt"
        _, path = tree.path(name)
        lines = f"{sentence} \n{sentence}\n({encoding})\n"
        path.write_bytes(lines.encode(encoding))
        tree.expected[name] = Expected(prose=(sentence,))


def _damage(tree: _Tree) -> None:
    good = "Größe, Übermut und schöne Wörter für jeden.\n"
    tree.read("damage/one bad byte.md", lambda s: (good * 5).encode() + b"\x92\n" + s.encode())
    tree.read("damage/bad byte in a word.md", lambda s: (good * 5).encode() + b"W\xf8rd\xff\n" + s.encode())
    tree.read("damage/cut.md", lambda s: (s + good * 5 + "語").encode()[:-1])
    tree.read("damage/overlong.md", lambda s: (good * 5).encode() + b"\xc0\xaf \xe0\x80\xaf\n" + s.encode())
    tree.read(
        "damage/surrogates.md", lambda s: (good * 5).encode() + b"\xed\xa0\xbd\xed\xb8\x80\n" + s.encode()
    )
    tree.read("damage/two marks.md", lambda s: b"\xef\xbb\xbf" * 2 + s.encode())
    tree.read("damage/odd utf-16.md", lambda s: (good + s).encode("utf-16") + b"x")
    tree.read("damage/half a pair.md", lambda s: (good + s).encode("utf-16-le") + b"\x3d\xd8")
    tree.read(
        "damage/stray control.md", lambda s: s + " \x01 and so on, as if nothing had happened at all.\n"
    )
    _, path = tree.path("damage/later cp1252.md")
    path.write_bytes((good * 5).encode() + "Später schrieb er größere Sätze, natürlich.\n".encode("cp1252"))
    tree.expected["damage/later cp1252.md"] = Expected(prose=("Später schrieb er größere Sätze, natürlich.",))


def _binary(tree: _Tree) -> None:
    for name, content in (
        ("png.md", b"\x89PNG\r\n\x1a\n"),
        ("png header and text.txt", b"\x89PNG\r\n\x1a\nIHDR text and more text"),
        ("jpeg.txt", b"\xff\xd8\xff\xe0JFIF" + b"text " * 50),
        ("gif.md", b"GIF89a\x01\x01\x80"),
        ("pdf.txt", b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n" * 9),
        ("zip.md", b"PK\x03\x04\x14content.xml"),
        ("gzip", b"\x1f\x8b\x08\x08notes"),
        ("elf", b"\x7fELF\x02\x01\x01 GNU"),
        ("sqlite.txt", b"SQLite format 3\0" + b"CREATE TABLE notes (text)" * 9),
        ("nulls.md", b"a\0b\0\0c text text"),
        ("control.md", b"\x01\x02\x03\x04\x05 text"),
        ("noise.md", bytes((number * number * 7 + number // 3) % 255 + 1 for number in range(3_000))),
    ):
        tree.skip(f"binary/{name}", "text" if name == "noise.md" else "binary", content)
    for name, content in (("mark", b"\xef\xbb\xbf"), ("nothing", b""), ("blanks", b" \n\t\n\r\n \n")):
        tree.skip(f"empty/{name} alone.md", "empty", content)


def _line_ends(tree: _Tree) -> None:
    tree.read("ends/crlf.md", lambda s: f"one\r\n{s}\r\ntwo\r\n")
    tree.read("ends/no end.md", lambda s: s)
    tree.read("ends/mixed.md", lambda s: f"one\r{s}\r\ntwo\n\rthree")
    # By the cleaning of what stands between lone carriage returns, form feeds and the like.
    tree.read("ends/cr alone.md", lambda s: f"---\rtitle: x\r---\r{s}\rtwo\r")
    tree.read("ends/form feed.md", lambda s: f"one\f{s}\vtwo\x85three")
    tree.read("ends/separators.md", lambda s: f"one\u2028{s}\u2029two")


def _front_matter(tree: _Tree) -> None:
    # By the cleaning of front matter.
    tree.read("front/yaml.md", lambda s: f"---\ntitle: x\ntags: [a, b]\n---\n{s}\n")
    tree.read("front/toml.md", lambda s: f"+++\ntitle = 'x'\n+++\n{s}\n")
    tree.read("front/json.md", lambda s: f'{{\n  "title": "x"\n}}\n\n{s}\n')
    tree.read(
        "front/a rule first.md", lambda s: f"---\n{s}\n\nAnd then it rained.\n\n---\n\nThe second day.\n"
    )
    tree.read("front/slides.md", lambda s: f"---\n\n# Slide\n\n{s}\n\n---\n\n# Two\n\nWords.\n")
    tree.read("front/never closed.md", lambda s: f"---\ntitle: x\n\n{s}\n")
    tree.read("front/plus signs.md", lambda s: f"+++\n{s}\n+++\nmore\n")
    tree.read("front/rules only.md", lambda s: f"---\n---\n{s}\n---\n")
    tree.read("front/dots end it.md", lambda s: f"---\na: 1\n...\n{s}\n")


def _embedded(tree: _Tree) -> None:
    # By the cleaning of pictures and data within prose.
    picture = base64.b64encode(bytes(range(256)) * 12).decode()
    tree.read(
        "embedded/data uri.md", lambda s: f"Before it.\n\n![x](data:image/png;base64,{picture})\n\n{s}\n"
    )
    tree.read(
        "embedded/data uri in a sentence.md",
        lambda s: f"See ![x](data:image/png;base64,{picture}) here. {s}\n",
    )
    tree.read(
        "embedded/data uri larger than a line.md",
        lambda s: f"![x](data:image/png;base64,{picture * 40})\n\n{s}\n",
    )
    tree.read(
        "embedded/base64.md",
        lambda s: f"{s}\n\n" + "\n".join(picture[i : i + 76] for i in range(0, 2_000, 76)),
    )
    tree.read("embedded/svg.md", lambda s: f'<svg><path d="M10 10 L20 20 C1 2 3 4 5 6"/></svg>\n\n{s}\n')
    tree.read("embedded/url encoded.md", lambda s: f"data:image/svg+xml,%3Csvg%20xmlns%3D\n\n{s}\n")


def _markup(tree: _Tree) -> None:
    tree.read("markup/html.md", lambda s: f'<figure class="x">\n<p>{s}</p>\n</figure>\n')
    tree.read("markup/shortcode.md", lambda s: f"{{{{< figure src=x >}}}}\n\n{s}\n")
    tree.read("markup/liquid.md", lambda s: f"{{% raw %}}\n{s}\n{{% endraw %}}\n")
    tree.read("markup/org.org", lambda s: f"* Head\n:PROPERTIES:\n:ID: x\n:END:\n{s}\n")
    tree.read(
        "markup/escapes.md", lambda s: f"\x1b[31m{s}\x1b[0m\x1b]8;;http://x\x07link\x1b]8;;\x07 \u202e\n"
    )
    tree.read("markup/roles.md", lambda s: f"<|user|> {s} <|model|> <s> </s> <0x0A>\n")
    tree.read("markup/brackets.md", lambda s: f"[bold] [/] [@click=app.quit] {s}\n")


def _secrets(tree: _Tree) -> None:
    # By the screening for secrets; what looks like one is made here, so that none stands in the repository.
    begin, end = (f"-----{word} RSA PRIVATE KEY-----" for word in ("BEGIN", "END"))
    body = base64.b64encode(bytes(range(200))).decode()
    tree.read("secrets/header in prose.md", lambda s: f"A key begins with {begin} as everyone knows.\n{s}\n")
    key = "\n".join([begin, *(body[i : i + 64] for i in range(0, len(body), 64)), end])
    tree.read("secrets/a key.md", lambda s: f"{s}\n\n{key}\n\nMore words.\n", absent=(body[:64],))
    password = "".join(map(chr, range(104, 112))) + "42"
    tree.read("secrets/password.md", lambda s: f"{s}\npassword: {password}\n", absent=(password,))
    for name in ("server.key", "id_ed25519", ".env.local"):
        tree.skip(f"secrets/{name}", "keys or passwords")


def _copies(tree: _Tree) -> None:
    tree.read("copies/one.md", lambda s: s * 4)
    _, path = tree.path("copies/two.md")
    path.write_text((tree.folder / "copies/one.md").read_text().upper())
    tree.expected["copies/two.md"] = Expected(reason="copy of another note")
    for number, text in enumerate(
        (
            *("I ran 1 km in the rain and the wind.", "I ran 2 km in the rain and the wind."),
            *("Balance of the day: +99", "Balance of the day: -15", "Lunch was 😀", "Lunch was 😢"),
            *("वह घर आता है", "वह घर आती है", "你去。", "你去？"),
        )
    ):
        name = f"copies/differ {number}.md"
        tree.path(name)[1].write_text(text + "\n", encoding="utf-8")
        tree.expected[name] = Expected(prose=(text,))


def _ignored(tree: _Tree) -> None:
    for number, lines in enumerate(
        (
            *(
                b"\xef\xbb\xbfprivate.md\n",
                b"!\nprivate.md\n",
                b"\\\n!\\\nprivate.md",
                b"[z-a]\nprivate.md\r\n",
            ),
            *(
                b"private.md   \n",
                b"**/private.*\n",
                b"/private.md\n",
                b"*\n!*.md\n!keep\nprivate.md",
                b"p[!x]ivate*",
            ),
            b"x" * 100_000 + b"\n\nprivate.md\0not this\n",
        )
    ):
        place = f"ignored/{number}"
        tree.path(f"{place}/.gitignore")[1].write_bytes(lines)
        tree.read(f"{place}/open.md")
        tree.skip(f"{place}/private.md", "ignored by .gitignore")
        tree.expected[f"{place}/.gitignore"] = Expected(reason="hidden" if number != 7 else "ignored")
    tree.path("ignored/folder/.gitignore")[1].write_text("shut/\n!shut/a.md\n")
    tree.path("ignored/folder/shut/a.md")[1].write_text(tree.sentence())
    tree.expected["ignored/folder/shut"] = Expected(reason="ignored by .gitignore")
    tree.expected["ignored/folder/.gitignore"] = Expected(reason="hidden")


def _sizes(tree: _Tree) -> None:
    tree.read("sizes/long line.md", lambda s: s + " It rained again and again." * 3_000 + "\n")
    tree.read("sizes/huge line.md", lambda s: s + "\n" + "x" * 300_000 + "\n", may_be_skipped=True)
    tree.read("sizes/many lines.md", lambda s: "\n" * 50_000 + s + "\n" * 50_000)
    tree.read("sizes/combining.md", lambda s: s + "\n\na" + "\u0301" * 5_000 + "\n")
    tree.read("sizes/brackets.md", lambda s: s + "\n" + "[" * 20_000 + "\n", may_be_skipped=True)
    name, path = tree.path("sizes/sparse.md")
    with path.open("wb") as file:
        file.truncate(80 * 2**20)
    tree.expected[name] = Expected(reason="larger than 64 MB")


def _unreadable(tree: _Tree) -> None:
    if os.geteuid() == 0:
        return  # root reads everything
    for name in ("locked.md", "locked/in.md"):
        tree.skip(f"unreadable/{name}", "permission")
    (tree.folder / "unreadable/locked.md").chmod(0)
    (tree.folder / "unreadable/locked").chmod(0)
    tree.expected["unreadable/locked"] = tree.expected.pop("unreadable/locked/in.md")


if __name__ == "__main__":
    print(f"{len(make_torture_tree(Path(sys.argv[1])))} files and folders")
