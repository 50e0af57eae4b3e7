"""Data that is embedded in notes is left out, and the prose around it never is."""

from __future__ import annotations

import base64
import random
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.text.notes import Scan, scan
from rnnchat.text.notes.clean import clean, clean_keeping_markup, sanitize
from rnnchat.text.notes.tracked_text import track_lines

NOISE = random.Random(1).randbytes(4_000)
PICTURE = base64.b64encode(NOISE[:300]).decode()
LINES = base64.encodebytes(NOISE[:600]).decode()
DRAWING = "".join(f"M{n}.25 {n * 2}.5L{n}.75 {n}" for n in range(40))
ENCODED = "%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cpath d='M1 1'/%3E%3C/svg%3E".replace(" ", "%20")


def hex_dump() -> str:
    rows = [NOISE[start : start + 16] for start in range(0, 80, 16)]
    return "".join(
        f"{n * 16:08x}: {' '.join(row[i : i + 2].hex() for i in range(0, 16, 2))}  ................\n"
        for n, row in enumerate(rows)
    )


def uuencoded() -> str:
    import binascii

    lines = [binascii.b2a_uu(NOISE[start : start + 45]).decode() for start in range(0, 180, 45)]
    return f"begin 644 cat.png\n{''.join(lines)}`\nend\n"


DATA = {
    "a picture": f"![a](data:image/png;base64,{PICTURE})",
    "a picture over lines": f"![a](data:image/png;base64,{LINES.strip()})",
    "a picture in HTML": f'<img src="data:image/png;base64,{PICTURE}">',
    "a reference": f"[p]: data:image/png;base64,{PICTURE}",
    "a bare URI over lines": f"data:image/png;base64,{LINES}",
    "capitals and a charset": f"DATA:image/PNG;charset=utf-8;base64,{PICTURE}",
    "URL-encoded": f"![b](data:image/svg+xml,{ENCODED})",
    "URL-encoded, bare": f"data:image/svg+xml;charset=utf-8,{ENCODED}",
    "in a style sheet": f"background: url(data:image/svg+xml,{ENCODED});",
    "a drawing in a URI": "url(\"data:image/svg+xml;utf8,<svg xmlns='x'><path d='M1 1 2 2'/></svg>\")",
    "base64": LINES,
    "base64 in one line": PICTURE,
    "a certificate": f"-----BEGIN CERTIFICATE-----\n{LINES}-----END CERTIFICATE-----\n",
    "a hex dump": hex_dump(),
    "uuencoded": uuencoded(),
    "a drawing": f'<svg viewBox="0 0 9 9">\n<g>\n\n<path d="{DRAWING}"/></g>\n</svg>',
    "a path alone": f'<path d="{DRAWING}"/>',
    "a drawing in capitals": f"<SVG><PATH d='{DRAWING}'/></SVG>",
    "the numbers of a path": DRAWING,
    "a script": "<script>\nif (a < b) { run('x'); }\n</script>",
    "a style sheet": '<style type="text/css">\n.a > b { color: red }\n</style>',
    "MathML": "<math><mrow><mi>x</mi><mo>=</mo><mn>2</mn></mrow></math>",
    "Excalidraw": f"%%\n## Drawing\n```compressed-json\n{LINES}```\n%%",
    "minified": "var a=function(b,c){return b(c)};" * 400,
    "minified JSON": '{"k":[1,2,{"x":"y"}],"n":null},' * 500,
}

BROKEN = {
    "an unclosed drawing": '<svg width="1">',
    "an unclosed script": "<script>",
    "an unclosed style sheet": "<style>",
    "the end of a drawing": "</svg>",
    "the end of a script": "</script>",
    "the end of a style sheet": "</style>",
    "the end of MathML": "</math>",
    "unclosed MathML": "<math>",
    "an unclosed comment": "<!-- so",
    "the end of a comment": "-->",
    "an unclosed URI": "![p](data:image/png;base64,",
    "an unclosed quotation": '<img src="data:image/png;base64,AAAA',
    "a certificate without an end": "-----BEGIN CERTIFICATE-----",
    "uuencoded without an end": "begin 644 x",
    "a rule": "---",
    "braces": "{{ {% {{< [[ ((",
    "a drawer without an end": ":PROPERTIES:",
    "an export without an end": "export const meta = {",
    "percent signs": "%%",
    "an escape sequence without an end": "\x1b]0;title",
    "tick": "`",
    "dollar": "$",
}

SENTENCES = [
    "we walked to the mill and nobody spoke",
    "The river rose by a hand.",
    "Naïve café, déjà vu: où l'on dîne à l'été!",
    "Дождь шёл весь день, и река поднялась.",
    "一日中雨が降って、川の水が増えた。",
    "So it goes, 12 times (or 13)",
]


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_embedded_data_is_left_out_and_the_prose_beside_it_stays(data: str) -> None:
    before, after = SENTENCES[0], "Then 3 of us left early"
    kept = clean(f"# Title\n\n{before}\n\n{data}\n\n{after}\n")
    assert kept.startswith(f"# Title\n\n{before}\n")
    assert kept.endswith(f"{after}\n")
    assert len(kept) < len(before) + len(after) + 60, kept


@pytest.mark.parametrize("name", ["svg", "script", "style", "math"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_prose_between_a_start_tag_and_an_end_tag_that_are_apart_stays(sentence: str, name: str) -> None:
    kept = clean(f"One.\n\n<{name}>\n\n{sentence} 1\n\n</{name}>\n\nTwo.\n")
    assert f"{sentence} 1" in kept


@given(
    st.lists(st.tuples(st.sampled_from(SENTENCES), st.sampled_from([*DATA.values(), *BROKEN.values()]))),
    st.sampled_from(["\n", "\n\n", "\r\n", "\r"]),
)
@settings(deadline=None, max_examples=150)
def test_no_prose_is_lost_around_anything(parts: list[tuple[str, str]], line_end: str) -> None:
    blank = "\n\n"
    text = blank.join(f"{sentence} {n}\n\n{thing}" for n, (sentence, thing) in enumerate(parts))
    if ("<!-- so" in text and "-->" in text) or text.split("\n").count("%%") > 1:
        return  # what stands between is a comment
    kept = clean(text.replace("\n", line_end))
    for n, (sentence, _) in enumerate(parts):
        assert f"{sentence} {n}" in kept


@given(
    st.lists(st.sampled_from([*SENTENCES, *DATA.values(), *BROKEN.values(), "\n", "\n\n", " ", "- ", "> "]))
)
@settings(deadline=None, max_examples=150)
def test_what_is_clean_stays_as_it_is(parts: list[str]) -> None:
    once = clean("".join(parts))
    assert clean(once) == once


HOSTILE = [
    *"< data: {{ {% [[ ` $ <!-- <svg> <script> </svg> (data:a/b;base64,A data:a/b,<svg \\(".split(),
    *"$$ (( {: <A/b={ [a](http://b [![ {{< {{c1:: http://) ?utm_a= %% &lt; <b <b> a<b".split(),
    *('<a b="', "<A b={", "\\begin{a}"),
    *(
        "    x\n\n",
        "```\n",
        "k: [\n",
        "---\n",
        ":PROPERTIES:\n",
        "begin 644 a\n",
        "-----BEGIN A-----\n",
        " ",
        "\t",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_is_cleaned_in_linear_time(unit: str) -> None:
    start = time.process_time()
    clean(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 60, "minutes or hours, where each sign reads all that follow"


def test_every_kind_of_line_break_ends_a_line() -> None:
    assert clean("a\rb\r\nc\x0bd\x85e\u2028f\u2029g\x1ch") == "a\nb\nc\nd\ne\nf\ng\nh\n"
    assert clean("here\x0cPage two") == "here\n\nPage two\n", "a new page is a new paragraph"
    assert sanitize("soft\x0bbreak\x85next\x0cpage") == "soft\nbreak\nnext\n\npage"


def test_an_escape_sequence_without_an_end_takes_no_text_with_it() -> None:
    assert sanitize("a \x1b]0;title\nand more\x07 b") == "a 0;title\nand more b"
    assert sanitize("a \x1b]0;title\x07b\x1b[31mc") == "a bc"


def test_sequences_that_begin_with_one_character_of_c1_are_removed_whole() -> None:
    assert sanitize("a \x9b31mred\x9b0m \x9d0;title\x9cb \x90q\x07c") == "a red b c"
    assert sanitize("\x9bHello \x9dtitle") == "Hello title"


def test_lines_are_counted_as_an_editor_does() -> None:
    tracked = track_lines("a\rb\x0cc\r\nd\x85e\n")
    assert tracked.text == "a\nb\n\nc\nd\ne\n"
    assert list(tracked.line_numbers) == [1, 2, 2, 2, 3, 3, 4]


def test_a_long_line_of_prose_is_prose(tmp_path: Path) -> None:
    novel = "It was a long year, and the river rose by a hand each week. " * 3_000
    chinese = "一日中雨が降って川の水が増えたので家にいて本を読んでいました" * 4_000
    assert clean(novel).strip() == novel.strip()
    assert clean(chinese).strip() == chinese
    (tmp_path / "data.md").write_text("Words stay.\n" + "9.81,3.14;" * 20_000)
    (note,) = scan([tmp_path]).notes
    assert note.text == "Words stay.\n"


def test_a_note_that_is_nothing_but_data_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x" * 200_000)
    (tmp_path / "meta.md").write_text("---\ntitle: x\n---\n")
    why = {item.path.name: item.reason for item in scan([tmp_path]).skipped}
    assert why["x.txt"] == "one line has 200,000 characters: data, not prose"
    assert why["meta.md"] == "nothing left after removing front matter"


def test_tables_of_figures_stay() -> None:
    table = "".join(f"A{n} C{n} H{n} " for n in range(60)) + "\n"
    years = "".join(f"2024 {n:02} {n + 10} {n + 20} {n + 30}\n" for n in range(40))
    paths = (
        "docs/guides/how-to-install-the-program-on-a-machine-without-network/and-what-then/step-by-step.md\n"
        * 3
    )
    assert clean(table).strip() == table.strip()
    assert clean(years) == years
    assert clean(paths) == paths
    assert clean("The form is data:image/png;base64,… and data: yes, or no.\n").count("data:") == 2


def test_what_the_base_model_learned_keeps_its_markup() -> None:
    text = "---\ntitle: x\n---\n<b>Bold</b> at https://a.example/b\n"
    assert clean_keeping_markup(text) == "<b>Bold</b> at https://a.example/b\n"


def folder(tmp_path: Path, text: str) -> Scan:
    (tmp_path / "a.md").write_text(text)
    return scan([tmp_path])


def test_what_is_dropped_is_told_by_kind_and_line(tmp_path: Path) -> None:
    secret = "password = " + "hunter2" * 2
    found = folder(
        tmp_path,
        f"---\ntitle: x\n---\nHello <b>world</b>.\n\n{secret}\n![p](data:image/png;base64,{PICTURE})\n\n"
        f"See https://a.example/b.\nAnd <i>on</i>.\n\n{LINES}\nThe end.\n",
    )
    told = [(item.kind, item.line, item.end, item.places) for item in found.removed]
    last = 12 + LINES.count("\n") - 1
    assert told == [
        ("front matter", 1, 3, 1),
        ("HTML", 4, 4, 4),
        ("embedded data", 7, 7, 1),
        ("bare URL", 9, 9, 1),
        ("encoded data", 12, last, 1),
    ]
    assert [secret.line for secret in found.secrets] == [6]
    assert found.bytes == len(found.notes[0].text.encode())
    assert found.removed[4].characters == len(LINES) - 1
    assert str(found.removed[0]) == "front matter, lines 1–3"
    assert str(found.removed[1]) == "HTML, 4 places, the first in line 4"
    record = found.as_dict()["dropped"][0]
    assert record["path"] == str(tmp_path / "a.md")
    assert (record["kind"], record["line"], record["end"]) == ("front matter", 1, 3)
    assert (record["characters"], record["places"]) == (len("---\ntitle: x\n---\n"), 1)


def test_lines_of_secrets_are_those_of_the_file(tmp_path: Path) -> None:
    found = folder(
        tmp_path, "One\x0cTwo\x85three\r\nfour\rpassword = " + "hunter2" * 2 + "\nfive <b>six</b>\n"
    )
    assert [secret.line for secret in found.secrets] == [3]
    assert [item.line for item in found.removed] == [4]


def test_a_paragraph_that_comes_again_is_told(tmp_path: Path) -> None:
    paragraph = "The same long paragraph about the mill, the river and the rain of that long year. " * 3
    found = folder(tmp_path, f"# One\n\n{paragraph}\n\nTwo\n\n{paragraph}\n\nThree\n")
    assert [(item.kind, item.line) for item in found.removed] == [("copies of other paragraphs", 7)]


def test_a_note_of_nothing_but_prose_drops_nothing(tmp_path: Path) -> None:
    assert folder(tmp_path, "# Title\n\nA *word*, `code` and [a link](https://a.example).\n").removed == ()


def test_a_compressed_block_of_many_sizes_is_found() -> None:
    for size in (150, 400, 3_000):
        block = base64.encodebytes(zlib.compress(NOISE[:size])).decode()
        assert clean(f"Before it.\n\n{block}\nAfter it.\n") == "Before it.\n\nAfter it.\n"


def test_sequences_that_begin_with_one_c1_character_are_removed_whole() -> None:
    assert sanitize("a\x9b31mred\x9b0m b") == "ared b"
    assert sanitize("\x9d0;title\x07x") == "x"
    assert sanitize("\x90never closed") == "never closed"
    assert sanitize("a\x9bword") == "aword"
