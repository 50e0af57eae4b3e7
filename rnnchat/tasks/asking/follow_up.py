"""A question that follows another one keeps its subject."""

from __future__ import annotations

import re

from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.ranking import Question

FEW_TERMS = 3
"""A question with more terms of its own than this names its subject itself."""
KEPT_WORDS = 3
"""At most this many words of the question before are kept."""
_REFERS = re.compile(
    r"\b(?:it|its|that|this|them|they|those|these|he|she|his|her|there|then)\b"
    r"|^\W*(?:and|but|or|what about|how about)\b"
    r"|[它他她这那其呢]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w'’.\-]*\w")


def subject_of(index: PassageIndex, question: str, before: str) -> str:
    """Return the rarest words of the text `before` a question, where it seems to follow that.

    It does where it has few terms of its own and refers to something, as with "it" or a first "and".
    Otherwise, nothing is returned: a short question, such as "who won the cup", may well be a new one.
    """
    own = Question.of(index, question)
    if not before or len(own.numbers) > FEW_TERMS or _REFERS.search(question) is None:
        return ""
    known = set(own.numbers.tolist())
    words: list[tuple[float, str]] = []
    for word in _WORD.findall(before):
        term = Question.of(index, word)
        if len(term.numbers) and not known & set(term.numbers.tolist()):
            words.append((float(term.rarities.max()), word))
            known |= set(term.numbers.tolist())
    kept = [word for _, word in sorted(words, key=lambda pair: -pair[0])[:KEPT_WORDS]]
    return " ".join(kept)
