"""What a file's name says about it: a note, another kind of text, or not text."""

from __future__ import annotations

import re

TEXT_SUFFIXES = frozenset(
    (
        ".md .markdown .mdown .mdx .qmd .rmd .txt .text .org .rst .adoc .asciidoc .tex .wiki .textile "
        ".norg .typ .vimwiki .zim .log .eml .mbox .srt .vtt .fountain .bib .csv .tsv .json .jsonl .yaml "
        ".yml .toml .ini .cfg .html .htm .xml .py .js .ts .rb .go .rs .c .h .cpp .java .sh .sql .lua "
        ".vim .el .lisp .hs .pl .php .css .r .jl .swift .kt .scala .ex .exs .clj"
    ).split()
)
"""Files that are text: a file that the user names may be any of these."""
PROSE_SUFFIXES = frozenset(
    (
        ".md .markdown .mdown .mdx .qmd .rmd .txt .text .org .rst .adoc .asciidoc .tex .wiki .textile "
        ".norg .typ .vimwiki .zim .eml .fountain"
    ).split()
)
"""Files that are read as notes where a folder is searched."""

DOCUMENT_SUFFIXES = frozenset((".doc .docx .odt .rtf .pdf .epub .pages .ppt .pptx .xls .xlsx .ods").split())
"""Documents that have to be exported as text first."""
SECRET_SUFFIXES = frozenset((".pem .key .p12 .pfx .kdbx .gpg .asc .keychain .jks .ppk").split())
"""Files that hold keys or passwords, which are never read."""
SECRET_NAMES = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", ".pgpass", ".htpasswd")
"""Names of files that hold keys or passwords, which are never read."""

_BINARY_SUFFIXES = frozenset(
    (
        ".png .jpg .jpeg .gif .webp .bmp .tif .tiff .ico .heic .heif .avif .psd .xcf .ai .eps .raw "
        ".cr2 .nef .mp3 .m4a .wav .flac .ogg .opus .aac .wma .aiff .mid .midi .mp4 .m4v .mov .avi "
        ".mkv .webm .wmv .flv .zip .gz .tgz .bz2 .xz .zst .7z .3gp .rar .tar .jar .war .dmg .iso .img "
        ".deb .rpm .apk .msi .exe .dll .so .dylib .a .o .obj .lib .bin .dat .pyc .pyo .class .wasm "
        ".db .sqlite .sqlite3 .mdb .ttf .otf .woff .woff2 .mobi .azw .azw3 .djvu .key .numbers .npy "
        ".npz .h5 .parquet .pkl .safetensors .onnx .swp .swo"
    ).split()
)
_PROGRAM_SUFFIXES = frozenset(
    (
        ".svg .excalidraw .canvas .ipynb .lock .map .patch .diff .bat .cmd .ps1 .gradle .plist "
        ".conf .properties .env .tf .proto .graphql .vue .svelte .tsx .jsx .mjs .cjs .cc .hpp .hh "
        ".cxx .cs .fs .vb .m .mm .zig .nim .dart .erl .hrl .ml .mli .asm .s .f90 .pas .tcl .awk "
        ".sed .mk .cmake .rproj .rhistory .sublime-project .sublime-workspace .code-workspace .opml "
        ".ics .vcf .less .scss .sass .bst .cls .sty .aux .toc .bbl .blg"
    ).split()
)
_KNOWN = TEXT_SUFFIXES | DOCUMENT_SUFFIXES | SECRET_SUFFIXES | _BINARY_SUFFIXES | _PROGRAM_SUFFIXES
_LOOKS_LIKE_ONE = re.compile(r"(?:[a-z][a-z0-9]{0,9}|[A-Z][A-Z0-9]{0,9})\Z")
_NUMBERED = re.compile(r"(?:\A|\.)[A-Z]\.[A-Z]\Z|(?:\A|[ .])\d+\.[A-Za-z]\Z")
"""Initials, and section numbers such as "1.a"."""


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name, in lower case with its dot; an empty string where it has none.

    Every known suffix counts. An unknown one has up to ten ASCII letters and digits, begins with a letter and
    does not mix cases. So "2024.01.15 Meeting", "notes.2024", "v1.2b", "Mr.Smith", "Ende.Später",
    "What...now" and "U.S.A" have none.
    """
    stem, dot, last = name.rpartition(".")
    if not stem.strip(".") or not last or (len(last) == 1 and _NUMBERED.search(stem + dot + last)):
        return ""
    suffix = dot + last.lower()
    if suffix in _KNOWN:
        return suffix
    return suffix if _LOOKS_LIKE_ONE.match(last) and not stem.endswith(".") else ""


def skip_reason(name: str, *, named_by_user: bool) -> str:
    """Return why a file called `name` is not a note; an empty string where it may be one.

    A file that the user names may be any text.
    """
    suffix = suffix_of(name)
    reason = ""
    if name in SECRET_NAMES or suffix in SECRET_SUFFIXES or name.startswith(".env"):
        reason = "may contain keys or passwords"
    elif not named_by_user and name.startswith("."):
        reason = "hidden file"
    elif suffix in DOCUMENT_SUFFIXES:
        reason = f"a {suffix[1:]} document (export it as text or Markdown first)"
    elif named_by_user:
        pass
    elif name.endswith("~") or (name.startswith("#") and name.endswith("#") and len(name) > 2):
        reason = "an editor's backup file"
    elif suffix in _BINARY_SUFFIXES:
        reason = "not text"
    elif suffix and suffix not in PROSE_SUFFIXES:
        reason = "not a notes format (name the file itself to read it)"
    return reason
