"""Links in notes: the text that people read stays; addresses and brackets for programs are removed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.tracked_text import GAP, Edit

_EMBED = re.compile(r"!\[\[[^\[\]\n]{1,500}\]\]")
_WIKI_LINK = re.compile(
    r"""(?<![\[!])\[\[(?![\s:\["'])(?P<target>[^\[\]|\n]{1,300})"""
    r"(?:\\?\|(?P<text>[^\[\]\n]{1,300}))?\]\](?!\])"
)
_ORG_LINK = re.compile(r"\[\[(?P<target>[^\[\]\n]{1,2000})\]\[(?P<text>[^\[\]\n]{1,500})\]\]")
_NUMBERS = re.compile(r"[\d\s,.+\-]*,[\d\s,.+\-]*")
_PICTURE = re.compile(r"(?i)\.(?:png|jpe?g|gif|svg|webp|pdf|mp[34])$")

_EMPTY_LINK = re.compile(r"!?\[(?P<text>[^\[\]\n]{0,500})\]\(\s{0,10}\)")
_EMPTY_DEFINITION = re.compile(r"(?m:^)[ ]{0,3}\[[^\[\]\n]{1,200}\]:[ \t]*(?=\n|\Z)")
# Resources of Joplin, and pages that Notion exported: the target is an identifier, not an address.
_OWN_LINK = re.compile(
    r"(?P<embed>!?)\[(?P<text>[^\[\]\n]{0,500})\]"
    r"\((?::/[0-9a-f]{32}[^()\n]{0,40}|(?!https?:)[^()\n]{0,500}[0-9a-f]{32}(?:\.\w{2,4})?)\)"
)
_LINK_TO_ITSELF = re.compile(r"\[(?P<text>(?:https?://|www\.)[^\[\]\s]{1,2000})\]\([^()\n]{1,2000}\)", re.I)

# A URL ends where an East Asian script begins, as people continue there without a blank.
_URL = re.compile(
    r"""(?i)(?:(?<![^\W_])(?<![/@.\-])|(?<=[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]))(?P<angle><?)(?:(?:https?|ftps?|file|s3|obsidian|notion|evernote|zotero)://"""
    r"""|www\.(?=[\w\-]+\.\w))[^\s<>"'`|\x01-\x03\u3000-\u9fff\uac00-\ud7af\uff00-\uffef\[\]{}]{1,5000}>?"""
)
_IN_A_LINK = re.compile(r"(?:\]\(\s*<?|\]:[ \t]*<?)\Z")
_TRACKING = re.compile(
    r"(?P<lead>[?&])(?:(?:utm_[a-z]+|fbclid|gclid|mc_[ce]id|igshid|_hsenc|_hsmi|msclkid)=[^&\s)\]>\"'#]{0,500}(?P<next>&?))+"
)


def find_links(text: str, shown: str) -> Iterator[Edit]:
    """Yield the brackets of wiki links, embeds, and links whose target is empty or an identifier.

    Other links in Markdown stay as they are written.
    """
    if "[" not in shown:
        return
    for match in _EMBED.finditer(shown):
        yield Edit(*match.span(), "embed")
    for match in _ORG_LINK.finditer(shown):
        yield Edit(*match.span(), "wiki link", _part(text, match, "text").strip())
    for match in _WIKI_LINK.finditer(shown):
        target, name = _part(text, match, "target").strip(), _part(text, match, "text").strip()
        if _NUMBERS.fullmatch(target) and not name:
            continue
        if not name and _PICTURE.search(target):
            yield Edit(*match.span(), "embed")
        else:
            yield Edit(*match.span(), "wiki link", name or _as_shown(target) or GAP)
    for match in _OWN_LINK.finditer(shown):
        yield Edit(
            *match.span(), "link to a resource", _part(text, match, "text") if not match["embed"] else GAP
        )
    for match in _EMPTY_LINK.finditer(shown):
        yield Edit(*match.span(), "", _part(text, match, "text") or GAP)
    for match in _EMPTY_DEFINITION.finditer(shown):
        yield Edit(*match.span(), "")


def find_urls(_: str, shown: str) -> Iterator[Edit]:
    """Yield the URLs that are not part of a link, and the tracking parameters of those that are."""
    if "://" not in shown and "www." not in shown.lower():
        return
    for match in _LINK_TO_ITSELF.finditer(shown):
        yield Edit(*match.span(), "bare URL")
    for match in _URL.finditer(shown):
        if _IN_A_LINK.search(shown[max(0, match.start() - 40) : match.start() + len(match["angle"])]):
            continue
        start, end = match.start(), match.end()
        if match["angle"] and shown[end - 1] == ">":
            yield Edit(start, end, "bare URL")
            continue
        start += len(match["angle"])
        end = _end_of_url(shown, start, end)
        if shown[start - 1 : start] == "(" and shown[end : end + 1] == ")":
            start, end = start - 1, end + 1
        yield Edit(start, end, "bare URL")
    for match in _TRACKING.finditer(shown):
        yield Edit(*match.span(), "tracking", match["lead"] if match["next"] else "")


def _part(text: str, match: re.Match[str], name: str) -> str:
    """Return the text of a group of a match, with the code that is masked in `shown`."""
    return text[match.start(name) : match.end(name)] if match[name] else ""


def _as_shown(target: str) -> str:
    """Return what a wiki link without a text shows: the page, and the heading on it."""
    page, mark, heading = target.partition("#")
    if not mark or heading.startswith("^"):
        return page.strip()
    return f"{page.strip()} > {heading.strip()}" if page.strip() else heading.strip()


def _end_of_url(text: str, start: int, end: int) -> int:
    """Return where a URL ends, without the punctuation of the sentence around it."""
    closing = text.count(")", start, end) - text.count("(", start, end)
    while end > start and text[end - 1] in ".,;:!?*_~)>…”’":
        if text[end - 1] == ")":
            if closing <= 0:
                return end
            closing -= 1
        end -= 1
    return end
