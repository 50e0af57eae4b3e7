"""Guess a legacy encoding (cp1252, Shift JIS, …) by how often languages use each letter."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

_SAMPLE = 6_000
"""About how many bytes of a text are looked at."""
_LOWEST_SCORE = -4.6
"""The lowest score of a text: the mean log probability of its letters, per byte beyond ASCII."""
_FOREIGN = math.log(1e-5)
"""The log probability of a letter that the language does not have."""
_MARK = math.log(0.12)
"""The log probability of a punctuation mark beyond ASCII."""
_RARE_SIGN = math.log(1e-4)
"""The log probability of a mark in a place where it hardly ever is."""
_COMMON_BONUS = 0.15
"""What is added to the score of the most common encoding."""
COMMON = "cp1252"
"""The encoding of most legacy files."""

_MARKS = frozenset("“”‘’„‚‹›«»–—…€°§©®™·×²³½¿¡£•¶№\xa0\u2011、。，「」『』（）！？：；《》・ー")
_INSIDE_WORDS = frozenset("’‘·–—\xa0\u2011・ー、。，「」『』（）！？：；《》")

# Each alphabet lists its letters beyond ASCII, the most frequent first.
_LATIN_ALPHABETS = (
    *("éèàêçôîùûâœïë", "üäößé", "óíáéñúüª", "ãçáéóêíâõúà", "èàòùìé", "äåöé", "øåæéö", "ëéïóü", "áíóéðöúæþý"),
    *("àéèíòóçúïü", "łąężóćśńź", "íáěéřčýžšůúťďňó", "áíéčžýšľúťďňôóĺŕä", "éáőöíóüúű", "ăîâșşțţ", "čšžćđ"),
    # Notes in several languages, of western and of central Europe.
    *("éèàüäöóíáñçêôßåøæãõâîûëïúœùìò", "áéíóúýčšžąćęłńśźżěřůťďňőűöüäľôăîșț"),
    *("ıüşğçöâ", "ėšųįąžčūę", "āīšēņļūžģķč", "õäüöšž", "ĉĝĥĵŝŭ"),
)
_OTHER_ALPHABETS = (
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ",
    "оаинвіртесклудмпзяьбгчйхєжїцшющфґ",
    "аиоенрстјувкдпмљзлбгњчшцћђжхџф",
    "αοιετσνηυρπκμλςόίάήέδώγχθύφβξζψϊϋ",
    "יוהלאתרמבשנעקדפחגכסטםזץןצךף",
    "الينمتورعبدسفهكقحةجأصىشطخذئزإءغضظثآؤ",
    "านรกอเยงมทลวสต่ค้ดะหปบัพีชิใจขแไืโผซุูณธ็ภศถึฉฝฐษญ์ฟำ",
)
_LATIN_END = "\u024f"
"""The last letter that occurs in one word with ASCII letters."""
_KANA = "いのんしにとたるはかてをなでがれうこすまさりもくらっどけだあきつおえじめせわょちみやそろばねゅふほべ"
_KATAKANA = "ンスルトイラリクアレシドタグプロコフマテジサカメバチセニキウムナデッオエ"
_KOREAN = (
    "이다는에을의가고하은지를도로한서자기어리사나대아스시일전해정인그부장제보수라요"
    "있었여과만들와니비면으게주안"
)
_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多"
    "经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多"
    "經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實"
)
_SINGLE_BYTE_ENCODINGS = (
    *(COMMON, "mac_roman", "cp850", "cp437", "cp1250", "iso8859_2", "mac_latin2", "cp1254", "cp1257"),
    *("cp1251", "koi8_u", "cp866", "mac_cyrillic", "iso8859_5", "cp1253", "iso8859_7", "cp1255", "cp1256"),
    "cp874",
)
_DOUBLE_BYTE_ENCODINGS = {
    "cp932": (_KANA + _KATAKANA,),
    "euc_jp": (_KANA + _KATAKANA,),
    "gb18030": (_SIMPLIFIED,),
    "big5hkscs": (_TRADITIONAL,),
    "cp949": (_KOREAN,),
}
_POINTED = frozenset("«»„·")
"""Marks that never occur side by side; Arabic letters decoded wrongly become such runs."""
# Typographic marks that word processors put into English text as cp1252; in Mac encodings they are letters.
_TYPESET = re.compile(
    rb"(?<=[A-Za-z])\x92(?=(?:[dmst]|ll|re|ve)\b)|(?<=[ \t(\n])[\x91\x93](?=[A-Za-z])"
    rb"|(?<=[A-Za-z.,!?])[\x94\x85](?=[\s.,;:!?)\x94]|\Z)|(?<=\x85)\x94|\A[\x91\x93](?=[A-Za-z])"
    rb"|(?<= )[\x96\x97](?= )|(?<=\d)\x96(?=\d)|(?<=\d)[ ]?\x80(?![A-Za-z])|(?<![A-Za-z])\x80[ ]?(?=\d)"
)
_ALSO_TYPESET = re.compile(rb"(?<=[A-Za-z.,!?])[\x92\x97\x99](?![A-Za-z\x80-\xff])|\x97(?=[A-Z])|\x95(?= )")
_HIGH = re.compile(rb"[\x80-\xff]")
_IDEOGRAPHS = re.compile("[\u3400-\u9fff\uac00-\ud7a3]")
_RARE_IDEOGRAPH = math.log(1 / 20_000)


def detect_by_letters(data: bytes) -> str:
    """Return the encoding in which `data` reads as a known language; an empty string where there is none."""
    sample = _sample_of(data)
    if _is_typeset_english(sample):
        return COMMON
    scores = {
        encoding: _score(sample, encoding) for encoding in (*_SINGLE_BYTE_ENCODINGS, *_DOUBLE_BYTE_ENCODINGS)
    }
    scores[COMMON] += _COMMON_BONUS
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > _LOWEST_SCORE else ""


def _is_typeset_english(sample: bytes) -> bool:
    """Return whether all bytes beyond ASCII are quotation marks, apostrophes and dashes in cp1252."""
    left, found = _TYPESET.subn(b"", sample)
    return found > 0 and _HIGH.search(_ALSO_TYPESET.sub(b"", left)) is None


def _sample_of(data: bytes) -> bytes:
    """Return the first lines that are not plain ASCII."""
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line[:_SAMPLE])
            size += len(lines[-1])
            if size > _SAMPLE:
                break
    return b"\n".join(lines)


def _score(sample: bytes, encoding: str) -> float:
    """Return how well `sample` reads in `encoding`: the mean log probability per byte beyond ASCII."""
    text = sample.decode(encoding, "replace")
    letters: Counter[str] = Counter()
    marks = fixed = 0.0
    count = 0
    before = " "
    for place, character in enumerate(text):
        if character > "\x7f":
            count += 1
            after = text[place + 1 : place + 2] or " "
            if character in _MARKS:
                inside = before.isalpha() and after.isalpha() and character not in _INSIDE_WORDS
                paired = character in _POINTED and before in _POINTED
                marks += _RARE_SIGN if inside or paired else _MARK
            elif (before.islower() and character.isupper()) or (
                character > _LATIN_END and (_is_latin(before) or _is_latin(after))
            ):
                fixed += _FOREIGN
            else:
                letters[character if not character.isupper() else character.lower()] += 1
        elif before > "\x7f" and before.islower() and character.isupper():
            fixed += _FOREIGN
        before = character
    size = 2 if encoding in _DOUBLE_BYTE_ENCODINGS else 1
    alphabets = _DOUBLE_BYTE_ENCODINGS.get(encoding, (*_LATIN_ALPHABETS, *_OTHER_ALPHABETS))
    best = max(_log_likelihood(letters, alphabet) for alphabet in alphabets)
    return (best + marks + fixed) / max(1, count) / size


def _is_latin(character: str) -> bool:
    return character.isalpha() and character.isascii()


def _log_likelihood(letters: Counter[str], alphabet: str) -> float:
    known = _log_probabilities(alphabet)
    return sum(
        number
        * known.get(letter, _RARE_IDEOGRAPH if len(alphabet) > 45 and _IDEOGRAPHS.match(letter) else _FOREIGN)
        for letter, number in letters.items()
    )


@lru_cache(maxsize=64)
def _log_probabilities(alphabet: str) -> dict[str, float]:
    """Return the log probability of each letter of `alphabet`, by its rank."""
    total = sum(1 / (rank + 3) for rank in range(len(alphabet)))
    return {letter: math.log(1 / (rank + 3) / total) for rank, letter in enumerate(alphabet)}
