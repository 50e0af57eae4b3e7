"""Words of earlier drafts: those used more, and those after the same word, are likelier."""

from __future__ import annotations

import pytest

from rnnchat.completion.completer import Completer
from rnnchat.completion.used_words import UsedWords
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.text.tokenizer import Tokenizer

USED = UsedWords({"river": 3.0, "rise": 1.0, "mill": 2.0}, {("the", "rise"): 1.0})


def test_they_complete_what_is_typed() -> None:
    assert USED.completions("ri", "a") == pytest.approx({"ver": 0.75, "se": 0.25})
    assert USED.completions("ri", "the")["se"] > USED.completions("ri", "the")["ver"]
    assert USED.completions("river", "a") == {}
    assert USED.completions("x", "a") == {}
    assert UsedWords().completions("", "a") == {}


def test_before_the_first_letter_of_many_only_those_that_followed_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rnnchat.completion.used_words.CONSIDERED", 2)
    assert USED.completions("", "the") == {"rise": 1.0}
    assert USED.completions("", "a") == {}


def test_a_completer_offers_them_and_leaves_what_was_dismissed(
    tokenizer: Tokenizer, texts: list[str]
) -> None:
    import numpy as np

    memory = NgramMemory.build(np.array(tokenizer.encode(texts[0])), tokenizer.size)
    completer = Completer(NgramModel(memory), tokenizer)
    before = "We went to Wexc"
    assert "ombe" not in [one.text for one in completer.suggest(before)]
    completer.use_history(UsedWords({"Wexcombe": 1.0}))
    known = {one.text: one.probability for one in completer.suggest(before)}
    assert "ombe" in known
    completer.use_history(UsedWords({"Wexcombe": 1.0}, rejected={"Wexcombe": 1.0}))
    rejected = {one.text: one.probability for one in completer.suggest(before)}
    assert rejected["ombe"] == pytest.approx(known["ombe"] / 2)
