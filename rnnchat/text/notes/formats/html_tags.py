"""HTML and JSX tags in notes, distinguished from other angle brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.tracked_text import BREAK, GAP, Edit

_BLOCK = frozenset(
    (
        "address article aside blockquote body br canvas caption center col colgroup dd details dialog "
        "dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head "
        "header hr html iframe legend li link main menu meta nav noframes noscript object ol optgroup "
        "option p pre section select style script summary svg table tbody td template textarea tfoot th "
        "thead title tr ul video"
    ).split()
)
"""Block elements, which are on lines of their own."""
_INLINE = frozenset(
    (
        "a abbr acronym area audio b base basefont bdi bdo big button cite code data datalist del dfn em "
        "embed font i img input ins kbd label map mark marquee meter nobr output param picture progress q "
        "rp rt ruby ref s samp slot small source span strike strong sub sup time track tt u var wbr"
    ).split()
)
_DRAWN = frozenset(
    (
        "animate animateMotion animateTransform circle clipPath defs desc ellipse feBlend feColorMatrix "
        "feComposite feFlood feGaussianBlur feMerge feMergeNode feOffset filter foreignObject g image "
        "line linearGradient marker mask metadata path pattern polygon polyline radialGradient rect set "
        "stop switch symbol text textPath tspan use view math mi mn mo mrow msup msub msubsup mfrac msqrt "
        "mroot mtext mover munder munderover mtable mtr mtd mspace mstyle semantics annotation"
    ).split()
)
_PREFIXES = frozenset(("o", "v", "w", "m", "st1", "rdf", "dc", "cc", "sodipodi", "inkscape", "xsl"))
_ALONE = frozenset(
    (
        "area base br col embed frame hr img input link meta param source track wbr li p td th tr dd dt "
        "option thead tbody tfoot colgroup"
    ).split()
)
"""Elements that need no closing tag."""
_ALSO_TYPES = frozenset(
    (
        "address area article aside audio base body button canvas caption data details dialog embed "
        "footer form frame head header image input label line link main map mark menu meta object option "
        "output param path pattern picture progress section select set slot source style summary switch "
        "symbol table template text time title track use var video view"
    ).split()
)
"""Names that are also type parameters, as in `Optional<data>`."""

_LONGEST_ROW = 2_000

_BOOLEAN = (
    "allowfullscreen|webkitallowfullscreen|mozallowfullscreen|async|autofocus|autoplay|checked|compact|controls|"
    "default|defer|disabled|download|hidden|inert|ismap|itemscope|loop|markdown|multiple|muted|nomodule|noresize|"
    "noshade|novalidate|nowrap|open|playsinline|readonly|required|reversed|scoped|seamless|selected"
)
_ATTRIBUTE = (
    r"\s{1,200}(?:[\w:@.\-]{1,80}\s{0,20}=\s{0,20}"
    r"""(?:"[^"]{0,5000}"|'[^']{0,5000}'|\{(?:[^{}]|\{[^{}]{0,1000}\}){0,2000}\}|[^\s"'<>`={}]{1,2000})"""
    rf"|(?:{_BOOLEAN})(?![\w-])"
    r"|\{\.\.\.[^{}<>]{1,200}\})"
)
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[A-Za-z][\w.:\-]{{0,60}})(?P<more>(?:{_ATTRIBUTE}){{0,60}})\s{{0,200}}(?P<closed>/?)>"
)
_CLOSING = re.compile(r"</([A-Za-z][\w.:\-]{0,60})\s{0,20}>")
_AFTER_BRACKET = re.compile(r"(?P<name>[A-Za-z][\w.:\-]{0,60})(?P<next>.?)")
_OTHER = re.compile(r"<!doctype [^<>]{1,300}>|<\?xml[^<>]{0,300}\?>|<!\[CDATA\[|\]\]>|<>|</>", re.I)


def find_tags(text: str) -> Iterator[Edit]:
    """Yield the tags of HTML, SVG, MathML and JSX in `text`, whose code is masked.

    `a < b`, `List<String>`, <3, <me@example.org> and <placeholder> are not tags.
    """
    if "<" not in text:
        return
    closing = {match[1] for match in _CLOSING.finditer(text)}
    for match in _TAG.finditer(text):
        if _is_tag(text, match, closing):
            yield Edit(*match.span(), "HTML", _put(text, match))
    yield from _find_others(text, closing)


def _find_others(text: str, closing: set[str]) -> Iterator[Edit]:
    fragments = "<>" in text and "</>" in text
    for match in _OTHER.finditer(text):
        if match[0] in ("<>", "</>") and not fragments:
            continue
        if match[0] == "]]>" and "<![CDATA[" not in text.upper():
            continue
        yield Edit(*match.span(), "HTML", BREAK)


def _is_tag(text: str, match: re.Match[str], closing: set[str]) -> bool:
    name = match["name"]
    known = _known(name)
    has_more = bool(match["more"] or match["closed"])
    if match["end"]:
        # The opening tag, by which a component is recognised, may be inside code or removed already.
        return known or _is_component(name)
    if not known:
        if not _is_component(name):
            return False
        return has_more or name in closing
    before = text[match.start() - 1 : match.start()]
    if not has_more and (before.isalnum() or before == "_"):
        is_type = name.lower() in _ALSO_TYPES or (len(name) == 1 and name.isupper())
        if is_type:
            return False
    return has_more or name.lower() in _ALONE or name in closing


def _known(name: str) -> bool:
    if name in _DRAWN or (name.split(":", maxsplit=1)[0] in _PREFIXES and ":" in name):
        return True
    return (name.islower() or name.isupper()) and name.lower() in _BLOCK | _INLINE


def _is_component(name: str) -> bool:
    """Return whether a name can be that of a JSX component or a custom element."""
    if "-" in name:
        return name.islower()
    return name[0].isupper() and not name.isupper() and name.replace(".", "").isalnum()


def _put(text: str, match: re.Match[str]) -> str:
    name = match["name"].lower()
    if name in ("sup", "sub") and text[match.start() - 1 : match.start()].isalpha():
        # H₂O is one word, but ML<sup>Markup Language</sup> is not.
        return " " if text[match.end() : match.end() + 1].isalpha() else GAP
    if name not in _BLOCK:
        return GAP if not match["name"][0].isupper() or name in _INLINE else BREAK
    before = text[max(0, match.start() - _LONGEST_ROW) : match.start()]
    is_row = before[before.rfind("\n") + 1 :].startswith("|")
    return " " if is_row else BREAK


def may_be_tag(text: str, start: int) -> bool:
    """Return whether `text` would have a tag if an angle bracket were before `start`."""
    match = _AFTER_BRACKET.match(text, start)
    if match is None:
        return text[start : start + 1] in ("/", "!", "?", ">")
    if _known(match["name"]):
        return True
    return _is_component(match["name"]) and match["next"] not in ("&", ">", ",")
