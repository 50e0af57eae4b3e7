"""Markup is cleaned away before notes are learned; what a person writes, and all code, stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnchat.text.notes import scan
from rnnchat.text.notes.clean import clean, clean_tracked
from rnnchat.text.notes.tracked_text import track_lines

MARK = "5f2b6c3e" * 4

CLEANED = {
    "figure": ('<figure class="wide">\n  <img src="a.png"\n alt="x > y">\n</figure>\n\nText', "Text"),
    "caption": ("<figcaption>A caption</figcaption>", "A caption"),
    "inline": ("Some <b>bold</b> and <EM>loud</EM> wo<i>rd</i>s", "Some bold and loud words"),
    "link": ('See <a href="https://a.example" target="_blank">the page</a>.', "See the page."),
    "blocks": ("<div><p>One</p><p>Two</p></div>", "One\nTwo"),
    "break": ("One<br>two<br/>\nthree", "One\ntwo\nthree"),
    "break in a table": ("| a<br>b | c |", "| a b | c |"),
    "picture in a sentence": ('Here <img src="a.png"> it is.', "Here it is."),
    "superscript": ("x<sup>2</sup>, ML<sup>Markup</sup>", "x2, ML Markup"),
    "video": ('<video controls width="3"><source src="a.mp4"></video>\nText', "Text"),
    "comment": ("One <!-- not\nthis --> two", "One two"),
    "entities": ("Tom &amp; Anna&nbsp;said &quot;hi&quot; &#8211; &lt;3", 'Tom & Anna said "hi" – <3'),
    "entities that mean a tag": ("The &lt;div&gt; element", "The &lt;div> element"),
    "Hugo": ('{{< figure src="a.png" >}}\n{{% note %}}\nText\n{{% /note %}}', "Text"),
    "Hugo without blanks": ('{{<notice type="info">}}\nText\n{{</notice>}}', "Text"),
    "Hugo's code": (
        '{{< highlight go "linenos=1" >}}\na := "<b>"\n{{< /highlight >}}',
        '```go\na := "<b>"\n```',
    ),
    "Liquid": ("{% include note.html %}\nDear {{ page.name | upcase }} all", "Dear all"),
    "Liquid over lines": ('{% include figure.html\n  src="a" %}\nText', "Text"),
    "Jekyll's code": ("{% highlight ruby %}\nputs '<b>'\n{% endhighlight %}", "```ruby\nputs '<b>'\n```"),
    "Anki": ("{{c1::Paris::city}} is in {{c2::France}}", "Paris is in France"),
    "imports": ("import Tabs from '@theme/Tabs';\nimport {\n  A,\n  B\n} from \"./x\"\n\nText", "Text"),
    "exports": ("export const meta = {\n  title: 'x'\n}\n\nText", "Text"),
    "an import below": ("# Title\n\nimport Tabs from '@theme/Tabs';\n\nText", "# Title\n\nText"),
    "components": ('<Tabs groupId="os" items={["a", "b"]}>\nText\n</Tabs>\n<Chart data={{a: 1}} />', "Text"),
    "a component in lines": ("<Note>\n\nText\n\n</Note>", "Text"),
    "a custom element": ('<my-widget name="x"></my-widget>\nText', "Text"),
    "wiki links": ("[[Page]], [[Page|the page]], [[Page#Part]]", "Page, the page, Page > Part"),
    "wiki links to a part": ("[[#Part]] and [[Page#^37066d]]", "Part and Page"),
    "wiki links in tables": (r"| [[Page\|the page]] | x |", "| the page | x |"),
    "daily pages": ("[[2024-01-02]] was quiet", "2024-01-02 was quiet"),
    "embeds": ("![[picture.png]]\nText ![[Page#^abc123]] more", "Text more"),
    "block marks": ("A thought. ^37066d\n\nAnother. ^quote1\n", "A thought.\n\nAnother."),
    "block references": ("See ((5f2b6c3e-1234-4321-abcd-123456789abc)) there", "See there"),
    "Org links": ("[[https://a.example][the page]] and [[file:x.org]]", "the page and file:x.org"),
    "bare URL": ("See https://a.example/b?utm_source=c#d, or (http://b.example/x).", "See, or."),
    "a line that is a URL": ("Text\n\n- https://a.example/b\n- <https://b.example>\n\nMore", "Text\n\nMore"),
    "URL and Chinese": ("见 https://a.example/b。然后回家", "见。然后回家"),
    "a link to itself": ("Read [https://a.example/b](https://a.example/b) now", "Read now"),
    "tracking": ("[a](https://a.example/b?id=1&utm_source=c&fbclid=d)", "[a](https://a.example/b?id=1)"),
    "Joplin": (f"Text\n\nid: {MARK}\nparent_id: {MARK}\ntitle: x\nis_todo: 0\ntype_: 1", "Text"),
    "Joplin's pictures": (f"![scan.png](:/{MARK})\nSee [the file](:/{MARK}).", "See the file."),
    "Org": ("#+TITLE: x\n#+STARTUP: overview\n* Day\n:PROPERTIES:\n:ID: x\n:END:\nText", "* Day\nText"),
    "Org's times": (
        "* DONE Mill\nCLOSED: [2024-01-02 Tue 10:00]\n:LOGBOOK:\nCLOCK: [x]\n:END:\nText",
        "* DONE Mill\nText",
    ),
    "an indented drawer": ("* Day\n  :PROPERTIES:\n  :ID: x\n  :END:\n  Text", "* Day\n  Text"),
    "Logseq": ("- A thought\n  id:: 5f2b6c3e\n  collapsed:: true\n- Another", "- A thought\n- Another"),
    "Obsidian": ("One %%not this%% two\n\n%%\nnor this\n%%\n\nthree", "One two\n\nthree"),
    "Notion": (f"[The page](The%20page%20{MARK}.md)\n\nThe title {MARK}", "The page\n\nThe title"),
    "Kramdown": ("# Title {#title .big}\n{: .note}\nText\n{:toc}", "# Title\nText"),
    "table of contents": ("[TOC]\n\nText\n\n[[_TOC_]]", "Text"),
    "a doctype": ("<!DOCTYPE html>\n<html><body><h1>Title</h1>Text</body></html>", "Title\nText"),
}

KEPT = [
    "a < b, x <- y, a <= b, 3 > 2 and <3",
    "if a<b and c>d then stop",
    "List<String>, Map<String, Object>, Optional<data>, Vec<T>, List<S>",
    "<me@example.org> wrote, and press <Esc> or <C-p> or <leader>",
    "Put <your-name> and <title> there",
    "The <div> was never closed",
    "*emphasis*, **strong**, _so_, ~~not~~ and ==this==",
    "- [ ] a task\n- [x] done\n  - deeper\n\n1. one\n2. two",
    "[a link](https://a.example/b) and ![a picture](img/a.png)",
    "[a link][ref] and a note[^1]\n\n[ref]: https://a.example/b\n[^1]: So it is.",
    "> a quotation\n> [!note] of two lines",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "`<b>`, `{{ x }}`, `[[y]]`, ``a ` <i>`` and `https://a.example`",
    '```html\n<div class="x">{{< y >}}</div> [[z]] https://a.example &amp;\n```',
    "~~~\n<b>{% x %}</b>\n~~~",
    "```\nnever closed <b>x</b>",
    "Text:\n\n    <b>code</b> {{ x }} [[y]]\n\n    https://a.example\n\nText",
    "- item\n\n  ```\n  <b>x</b>\n  ```",
    "#+begin_src html\n<b>x</b>\n#+end_src",
    "$a<b>c$ and $$\\frac{{a}}{{b}} [[c]]$$",
    "\\frac{{a}}{{b}}",
    "[[1, 2], [3, 4]] and [[1, 2]]",
    "if [[ -f x ]]; then [[:space:]]",
    "100%% sure and 50%% of it",
    "AT&T; R&D &c. &notathing;",
    "x^2 and y ^2 and a ^note",
    "import tax is due; import from Spain",
    "foo :: Int -> Int and std::vector",
    "id: mine\ntype: yours",
    ":PROPERTIES:\nProse in it, all the same.\n:END:",
    "Call me at 12: lunch. example.com is mine.",
    "__init__ and snake_case_name",
    "# Heading\n\nTitle\n=====\n\n---\n\n***",
]


@pytest.mark.parametrize(("text", "wanted"), CLEANED.values(), ids=CLEANED)
def test_markup_is_cleaned_away(text: str, wanted: str) -> None:
    assert clean(f"# Notes\n\n{text}\n") == f"# Notes\n\n{wanted}\n" or clean(f"{text}\n") == f"{wanted}\n"


@pytest.mark.parametrize("text", KEPT)
def test_what_a_person_writes_stays(text: str) -> None:
    assert clean(f"Hello.\n\n{text}\n") == f"Hello.\n\n{text}\n"


PIECES = [part for text, _ in CLEANED.values() for part in (text, text[: len(text) // 2])] + KEPT


@given(st.lists(st.sampled_from([*PIECES, "\n", " "]), max_size=8), st.sampled_from(["", " ", "\n", "\n\n"]))
@settings(deadline=None, max_examples=200)
def test_what_is_clean_of_markup_stays_as_it_is(parts: list[str], between: str) -> None:
    once = clean(between.join(parts))
    assert clean(once) == once


@given(
    st.lists(st.sampled_from(PIECES), max_size=6),
    st.sampled_from(["<b>{{ x }}</b> [[y]] &amp; https://a.example"]),
)
@settings(deadline=None, max_examples=100)
def test_code_stays_whatever_is_around_it(parts: list[str], code: str) -> None:
    text = "\n\n".join(part for part in parts if not set(part) & set("`~$<%:#{"))
    assert f"```\n{code}\n```" in clean(f"{text}\n\n```\n{code}\n```\n\n{text}\n")


@given(st.lists(st.sampled_from(PIECES), max_size=6), st.integers(0, 999))
@settings(deadline=None, max_examples=150)
def test_no_sentence_is_lost_between_markup(parts: list[str], number: int) -> None:
    sentence = f"we walked to the mill {number} times"
    text = "".join(f"{part}\n\n{sentence} {place}\n\n" for place, part in enumerate(parts))
    kept = clean(text)
    assert all(f"{sentence} {place}" in kept for place in range(len(parts)))


def test_code_in_its_own_file_is_not_markup() -> None:
    text = "x = '<b>a</b>'  # [[y]] {{ z }} https://a.example\n"
    assert clean_tracked(track_lines(text), ".py").text == text
    assert clean_tracked(track_lines(text), ".txt").text != text


def test_indentation_is_no_code_in_html(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>\n\n    <p class='a'>One &amp; two</p>\n\n    <p>Three</p>\n</html>\n")
    (note,) = scan([page]).notes
    assert [line.strip() for line in note.text.split("\n") if line] == ["One & two", "Three"]


def test_markup_is_told_once_for_each_note(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Hello.\n" + "Some <b>bold</b> words.\n" * 50 + "[[Page]]\n")
    found = scan([tmp_path])
    assert [(item.kind, item.line, item.places) for item in found.removed] == [
        ("HTML", 2, 100),
        ("wiki link", 52, 1),
    ]
    assert found.removed[0].characters == 50 * len("<b></b>")
