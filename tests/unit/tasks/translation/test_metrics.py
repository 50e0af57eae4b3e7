"""BLEU and chrF are those of sacrebleu."""

from __future__ import annotations

import random
from functools import cache

import pytest
import sacrebleu

from rnnchat.tasks.translation.metrics import bleu, chrf, is_by_character

TEXTS = {
    "13a": "The dog, aged 3.5, can't see ‘it’; a 10-20% rise & &quot;more&quot;... “Ça va ?” l'été (1,000)$",
    "zh": "我们 今天 去 公园 散步 。 他 说 ： “ 你好 ！ ” 3.5 公斤 … ok, Tom ？ 雨 下 了 一 整 天 —— 真 的",
}


@cache
def corpus(tokenizer: str) -> tuple[list[str], list[list[str]]]:
    """Return sentences of shuffled words, and one to three references of each, of which some are the same."""
    choose = random.Random(tokenizer)
    words, joint = TEXTS[tokenizer].split(), "" if tokenizer == "zh" else " "
    references = [
        [joint.join(choose.choices(words, k=choose.randint(1, 12))) for _ in range(choose.randint(1, 3))]
        for _ in range(60)
    ]
    translations = []
    for number, options in enumerate(references):
        kept = list(options[0]) if tokenizer == "zh" else options[0].split()
        kept = [word for word in kept if choose.random() < 0.8] + choose.choices(words, k=number % 3)
        translations.append(joint.join(kept))
    return translations, references


@pytest.mark.parametrize("tokenizer", sorted(TEXTS))
@pytest.mark.parametrize("count", [60, 7, 1])
def test_equal_to_sacrebleu(tokenizer: str, count: int) -> None:
    translations, references = (part[:count] for part in corpus(tokenizer))
    most = max(map(len, references))
    columns = [[row[place] if place < len(row) else None for row in references] for place in range(most)]
    expected = sacrebleu.BLEU(tokenize=tokenizer).corpus_score(translations, columns).score
    assert bleu(translations, references, by_character=tokenizer == "zh") == pytest.approx(expected, abs=0.05)
    assert chrf(translations, references) == pytest.approx(
        sacrebleu.CHRF().corpus_score(translations, columns).score, abs=0.05
    )
    assert is_by_character([option for options in references for option in options]) == (tokenizer == "zh")


def test_limits() -> None:
    assert bleu(["the cat sat on a mat"], [["the cat sat on a mat"]]) == pytest.approx(100)
    assert chrf(["été"], [["hiver", "été"]]) == pytest.approx(100)
    assert bleu([""], [["the cat"]]) == 0
    assert chrf([""], [["the cat"]]) == 0
    assert bleu(["the cat"], [["the cat"]]) == 0  # there is no sequence of four words
