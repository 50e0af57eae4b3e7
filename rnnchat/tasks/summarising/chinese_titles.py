"""Titles for notes in Chinese: short phrases that are cut out of the clauses of key sentences.

There is no segmenter. Words of grammar show where a phrase begins and ends: what introduces a clause is left
out, such as a date, a pronoun or "but", and what is still too long is cut before or after a preposition.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rnnchat.tasks.asking.terms import terms_of
from rnnchat.tasks.summarising.key_sentences import shipped_ranker

SHORTEST, LONGEST = 4, 14
"""A title has so many characters; a Latin word counts as two."""
LONGEST_CLAUSE = 200
"""Only so many characters of a clause are read."""
SENTENCES = 4
"""So many key sentences are looked at for each title."""
FIRST_CLAUSE, OPENING = 3.0, 2.0
"""The score of a phrase is multiplied by these if it is of the first clause or the first sentence."""
CUT = 0.6
"""The score of a phrase is multiplied by this if it does not reach to the end of its clause."""
_CLAUSE = re.compile(r"[，。！？；：,!?;:（）()《》「」“”\"\n]+|——+|…+|\.(?=\s|$)")
"""Matches the marks between clauses."""
_OPENERS = re.compile(
    r"(?:今天|昨天|明天|最近|现在|目前|当时|后来|然后|接着|随后|于是|所以|因此|因为|由于|但是|但|不过|然而|而且|而|并且|如果|要是"
    r"|虽然|尽管|即使|只要|只有|其实|事实上|实际上|首先|其次|最后|最终|同时|此外|另外|例如|比如|以后|之后|从此|一般来说|总之|也就是说"
    r"|当然|显然|通常|有时候?|很多时候|主要的?问题(?:是|在于)|问题(?:是|在于)|原因是|在这里|在这(?:篇|个)\w{2}(?:中|里)"
    r"|在[^，在]{1,8}?(?:之前|之后|以前|以后|的?时候|时|期间)|(?:我|你|他|她|它|咱)们?的?|大家|人们|自己|本人|这|那|该|此"
    r"|可能|可以|能够?|需要|应该|必须|想要?|打算|准备|希望|觉得|认为|知道|发现|开始|已经|曾经|正在|一直|就|也|都|还|又|再|才"
    r"|要|会|得|是|了|着|把|将|对|对于|关于|有|个|一个|和|与|以及|或者?是?|或|作为|仿佛|时候|的时候|于|一些|一下|说)\s*"
)
"""Matches what introduces a clause and can be left out of a title."""
_ENDERS = re.compile(
    r"(?:了?很多|了|的|吗|呢|吧|啊|着|等|等等|来说|而言|的话|的?时候|时|之前|之后|以前|以后|里|中|和|与|及|或|从|在|是|把|给|对|为"
    r"|到|来|就|也|都|很|不|要|会|可以|一个|一些|这个|那个|我们?|你们?|他们?|所以|因为|但|而|再|被|将|以|用|向|比|让|更|最)$"
)
"""Matches what a title does not end with."""
_HANGING = re.compile(r"[在从以用向由给被于让使比]|因为|为了|什么|哪|没有?")
"""Matches the beginning of a phrase that is none without the rest of its sentence."""
_TOPICS = re.compile(r"决定|介绍|讨论|说明|解释|记录|总结|实现|如何|怎样|怎么|关于")
"""Matches a verb or a question after which the topic of a long clause follows."""
_CUTS = re.compile(
    r"以及|并且|而且|所以|因为|如果|然后|和|与|从|在|对|给|把|被|将|用|向|让|来|去|是|就|也|都|很|要|会"
)
"""Matches words before which a long clause can be cut."""
_DONE = re.compile(r"(?<=[到成完好])了|(?<=[\u4e00-\u9fff])了(?=\s*[A-Za-z])")
"""Matches the mark of a completed action, which a title leaves out."""
_BETWEEN_LATIN = re.compile(r"[A-Za-z0-9][\w.+#'/-]*")


def chinese_titles(sentences: Sequence[str], count: int) -> list[str]:
    """Return at most `count` phrases of key sentences, those first whose characters the text repeats most."""
    repeated = Counter(term for one in sentences for term in terms_of(one))
    scores: dict[str, float] = {}
    for number in shipped_ranker().choose(sentences, count * SENTENCES):
        for place, clause in enumerate(_CLAUSE.split(sentences[number].replace("`", ""))):
            shown = title_phrase(clause)
            if shown:
                whole = 1.0 if clause.rstrip().endswith(shown) else CUT
                weight = 1.0 if number else OPENING if place else FIRST_CLAUSE
                score = weight * whole * _telling(shown, repeated)
                scores[shown] = max(scores.get(shown, 0.0), score)
    found: list[str] = []
    for phrase in sorted(scores, key=lambda phrase: -scores[phrase]):
        if not any(phrase in other or other in phrase for other in found):
            found.append(phrase)
    return found[:count]


def title_phrase(clause: str) -> str:
    """Return the phrase of a clause that can be a title; nothing where there is none."""
    shown = _DONE.sub("", clause.strip("-—·*#> \t")[:LONGEST_CLAUSE])
    shown = _without_ends(shown)
    topic = _TOPICS.search(shown)
    if width(shown) > LONGEST and topic is not None and width(shown[topic.start() :]) >= SHORTEST:
        shown = shown[topic.start() :]
    if width(shown) > LONGEST:
        cuts = [_without_ends(shown[: cut.start()]) for cut in _CUTS.finditer(shown)]
        fitting = [cut for cut in cuts if SHORTEST <= width(cut) <= LONGEST]
        shown = max(fitting, key=width, default="")
    if _HANGING.match(shown) or not SHORTEST <= width(shown) <= LONGEST or not _is_chinese(shown):
        return ""
    return shown


def width(text: str) -> int:
    """Return the number of characters of a text, where a Latin word counts as two and spaces as none."""
    return len("".join(_BETWEEN_LATIN.sub("xx", text).split()))


def _without_ends(text: str) -> str:
    """Return a clause without the words that introduce it, and those that no title ends with."""
    for pattern in (_OPENERS, _ENDERS):
        while True:
            found = pattern.match(text) if pattern is _OPENERS else pattern.search(text)
            rest = "" if found is None else text[: found.start()] + text[found.end() :]
            if width(rest) < SHORTEST:
                break
            text = rest.strip()
    return text


def _is_chinese(text: str) -> bool:
    return any("\u3040" <= character <= "\u9fff" for character in text)


def _telling(phrase: str, repeated: Mapping[str, int]) -> float:
    """Return how often the text repeats the pairs of characters of a phrase, for its length."""
    shared = sum(math.log(repeated[term]) for term in set(terms_of(phrase)) & repeated.keys())
    return (1 + shared) / math.sqrt(width(phrase))
