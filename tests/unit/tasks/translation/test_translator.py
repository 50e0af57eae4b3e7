"""The translator: what comes from the memory, what from the network, and which texts are refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rnnchat.tasks.translation.confidence import ConfidenceModel
from rnnchat.tasks.translation.copying_rules import CopyingRules
from rnnchat.tasks.translation.evidence import Evidence
from rnnchat.tasks.translation.logistic import LogisticModel
from rnnchat.tasks.translation.memory import TranslationMemory
from rnnchat.tasks.translation.number_style import NumberStyle
from rnnchat.tasks.translation.pairs import FEWEST_FOR_NETWORK, SentencePair
from rnnchat.tasks.translation.phrases import PhraseError
from rnnchat.tasks.translation.placeholders import COPY_PLACEHOLDERS, NUMBER_PLACEHOLDERS
from rnnchat.tasks.translation.protocols import DecodedPhrase, NearPair
from rnnchat.tasks.translation.result import shortened
from rnnchat.tasks.translation.source_language import FIGURES
from rnnchat.tasks.translation.translator import Translator
from tests.helpers.translation import UpperCaseDecoder, sentence_pairs

MEMORY = TranslationMemory.build(sentence_pairs())


def test_a_pair_of_the_memory_is_used_as_it_is() -> None:
    decoder = UpperCaseDecoder()
    seen: list[str] = []
    found = Translator(MEMORY, decoder).translate("the cat sees a BOAT", seen.append)
    assert found.as_dict() == {
        "text": "Le chat voit un bateau",
        "from": "memory",
        "similarity": 0.95,
        "source": {"line": 1, "text": "The cat sees a boat.", "translation": "Le chat voit un bateau."},
        "confidence": 0.95,
    }
    assert decoder.near == []


def test_the_network_translates_the_rest_with_similar_pairs() -> None:
    decoder = UpperCaseDecoder()
    seen: list[str] = []
    translator = Translator(MEMORY, decoder)
    found = translator.translate("The cat sees three boat.", seen.append)
    assert (found.text, found.origin, found.source) == ("THE CAT SEES THREE BOAT.", "network", None)
    assert found.confidence == 0.4
    assert 0.6 <= found.similarity < 0.9
    assert all(pair.similarity >= 0.6 for pair in decoder.near[0])
    assert decoder.near[0][0].source == "The cat sees a boat."
    assert seen[:2] == ["THE", "THE CAT"]
    translator.translate("Zebras sleep.")
    assert decoder.near[-1] == []


def test_sentences_are_translated_one_by_one() -> None:
    seen: list[str] = []
    text = "The dog draws the moon. Dogs, the cats!\n\nMy aunt forgets a tree."
    found = Translator(MEMORY, UpperCaseDecoder()).translate(text, seen.append)
    assert found.text == "Le chien dessine la lune. DOGS, THE CATS!\n\nMa tante oublie un arbre."
    assert (found.origin, found.source, found.confidence) == ("network", None, 0.4)
    assert "Le chien dessine la lune. DOGS, THE" in seen
    assert seen[-1] == found.text
    assert [part["from"] for part in found.as_dict()["sentences"]] == ["memory", "network", "memory"]
    assert found.as_dict()["sentences"][2]["source"]["line"] == 58
    both = Translator(MEMORY).translate("The dog draws the moon. My aunt forgets a tree.")
    assert (both.origin, both.similarity) == ("memory", 1.0)


@pytest.mark.parametrize(
    ("source", "rows", "target"),
    [
        (
            "你好。谢谢。\n再见。",
            [("你好。", "Hello."), ("谢谢。", "Thanks."), ("再见。", "Bye.")],
            "Hello. Thanks.\nBye.",
        ),
        ("Hello. Thanks.", [("Hello.", "你好。"), ("Thanks.", "谢谢")], "你好。谢谢"),
    ],
)
def test_sentences_are_joined_as_in_the_language_of_the_translation(
    source: str, rows: list[tuple[str, str]], target: str
) -> None:
    memory = TranslationMemory.build([SentencePair(*row, line) for line, row in enumerate(rows, 1)])
    assert Translator(memory).translate(source).text == target


class FixedDecoder(UpperCaseDecoder):
    """Translates everything into the same text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        return DecodedPhrase(self.text, 0.1)


def test_a_network_that_finds_nothing() -> None:
    translator = Translator(MEMORY, FixedDecoder("  "))
    with pytest.raises(PhraseError, match="finds no translation"):
        translator.translate("The cat sees a big boat.")


def test_without_a_network_a_similar_pair_is_named_and_not_taken() -> None:
    translator = Translator(MEMORY)
    assert not translator.has_network
    with pytest.raises(PhraseError, match="No pair has this phrase") as caught:
        translator.translate("The cat sees a big boat.")
    assert "line 1: The cat sees a boat. – Le chat voit un bateau." in caught.value.hint
    with pytest.raises(PhraseError, match="No pair is similar") as caught:
        translator.translate("The boat")
    assert "Train a network with more of them" in caught.value.hint


def test_without_a_network_in_spite_of_many_pairs_the_minutes_are_named() -> None:
    rows = [
        SentencePair(f"The cat sees boat {number}.", "Oui.", number) for number in range(FEWEST_FOR_NETWORK)
    ]
    with pytest.raises(PhraseError, match="No pair is similar") as caught:
        Translator(TranslationMemory.build(rows)).translate("The boat")
    assert "Train it longer: --minutes 20." in caught.value.hint


@pytest.mark.parametrize(
    ("phrase", "doubt"),
    [
        ("The cat sees 12 lamps.", "check the numbers"),
        ("The zebra draws a boat.", "“zebra” is in no pair"),
        ("The judge draws a cat.", ""),
    ],
)
def test_what_is_probably_wrong_is_said(phrase: str, doubt: str) -> None:
    decoder = FixedDecoder("Le juge dessine un chat.")
    found = Translator(MEMORY, decoder).translate(phrase)
    assert found.doubt == doubt
    assert found.as_dict().get("doubt", "") == doubt
    assert Translator(MEMORY, decoder).translate(f"My aunt sees a boat. {phrase}").doubt == doubt


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing to translate"),
        (" \n\t\x1b[0m", "nothing to translate"),
        ("word " * 10_000, "10,000 words: this translates phrases, not documents"),
        ("x" * 30_000, "not documents"),
        ("x" * 19_000, "A sentence has 19,000 characters"),
        ("The cat sees " * 30, "phrases of at most 60"),
        ("Ich weiß nicht, was das soll", "another language"),
        ("Где библиотека", r"no text in this script \(Cyrillic\)"),
    ],
)
def test_what_is_no_phrase_is_refused(text: str, message: str) -> None:
    with pytest.raises(PhraseError, match=message) as caught:
        Translator(MEMORY, UpperCaseDecoder()).translate(text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["???", "42", "3 + 4 = 7", "🙂", "...", "joe@example.org"])
def test_texts_without_words_are_copied(text: str) -> None:
    decoder = UpperCaseDecoder()
    for translator in (Translator(MEMORY, decoder), Translator(MEMORY)):
        found = translator.translate(text)
        assert (found.text, found.origin, found.confidence) == (text, "copy", 1.0)
    assert decoder.texts == []


def test_a_line_without_words_is_copied_beside_others() -> None:
    both = Translator(MEMORY).translate("42.\nThe judge draws a boat.\n🙂")
    assert (both.text, both.origin) == ("42.\nLe juge dessine un bateau.\n🙂", "memory")


def test_what_is_copied_is_given_to_the_network_as_placeholders() -> None:
    decoder = UpperCaseDecoder()
    decoder.copying = CopyingRules(style=NumberStyle(" "))
    seen: list[str] = []
    found = Translator(MEMORY, decoder).translate("The dog Zoltan sees 1,000 lamps.", seen.append)
    assert decoder.texts == [f"The dog {COPY_PLACEHOLDERS[0]} sees {NUMBER_PLACEHOLDERS[0]} lamps."]
    assert (found.text, found.doubt) == ("THE DOG Zoltan SEES 1 000 LAMPS.", "“lamps” is in no pair")
    assert "THE DOG Zoltan" in seen
    assert "1 000" in seen[-1]


def test_placeholders_in_a_text_are_left_out() -> None:
    decoder = UpperCaseDecoder()
    Translator(MEMORY, decoder).translate(f"The dog {NUMBER_PLACEHOLDERS[0]}sees {COPY_PLACEHOLDERS[1]}it")
    assert decoder.texts == ["The dog sees it"]


def test_copied_parts_of_similar_pairs_are_placeholders_too() -> None:
    pairs = [SentencePair("I see 3 big black cats and a dog.", "Je vois 3 gros chats noirs.", 1)]
    decoder = UpperCaseDecoder()
    decoder.copying = CopyingRules()
    Translator(TranslationMemory.build(pairs), decoder).translate("I see 5 big black cats and a bird.")
    assert decoder.near[0][0].target == f"Je vois {NUMBER_PLACEHOLDERS[0]} gros chats noirs."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("The boat", "no pair is similar to this phrase"),
        ("The cat sees a big boat.", "no pair has this phrase"),
        ("你好吗", "the pairs have no text in this script (Chinese)"),
        ("Ich weiß nicht was", "4 of the 4 words are in no pair: this may be another language"),
        ("The cat sees " * 21, "a sentence has 63 words: this translates phrases of at most 60"),
    ],
)
def test_one_line_of_several_that_cannot_be_translated_stays(line: str, reason: str) -> None:
    text = f"The dog draws the moon.\n{line.strip()}\nMy aunt forgets a tree."
    found = Translator(MEMORY).translate(text)
    assert found.text == f"Le chien dessine la lune.\n{line.strip()}\nMa tante oublie un arbre."
    assert (found.origin, found.confidence) == ("untranslated", 0.0)
    assert found.doubt == f"“{shortened(line.strip())}” is left as it is: {reason}"
    assert [part.doubt for part in found.parts] == ["", found.doubt, ""]
    with pytest.raises(PhraseError):
        Translator(MEMORY).translate(f"{line}\n{line}")


@pytest.mark.parametrize(
    "mark",
    ["- ", "* ", "• ", "1. ", "12) ", "> ", "> > - ", "## ", "- [ ] ", "<li> "],
)
def test_the_mark_of_a_list_stays_before_the_translation(mark: str) -> None:
    found = Translator(MEMORY).translate(f"{mark}The dog draws the moon.")
    assert found.text == f"{mark}Le chien dessine la lune."
    assert (found.origin, found.similarity) == ("memory", 1.0)
    both = Translator(MEMORY).translate(f"{mark}The dog draws the moon.\n  {mark}My aunt forgets a tree.")
    assert both.text == f"{mark}Le chien dessine la lune.\n  {mark}Ma tante oublie un arbre."


@pytest.mark.parametrize(
    ("text", "translation", "similarity"),
    [
        ("THE CAT SEES A BOAT.", "LE CHAT VOIT UN BATEAU.", 0.98),
        ("THE CAT SEES A BOAT!", "LE CHAT VOIT UN BATEAU!", 0.95),
        (
            "- THE CAT SEES A BOAT.\nMy aunt forgets a tree",
            "- LE CHAT VOIT UN BATEAU.\nMa tante oublie un arbre",
            0.95,
        ),
        ("The Cat sees a BOAT", "Le chat voit un bateau", 0.95),
    ],
)
def test_a_text_in_capitals_is_translated_into_capitals(
    text: str, translation: str, similarity: float
) -> None:
    found = Translator(MEMORY).translate(text)
    assert (found.text, found.similarity, found.doubt) == (translation, similarity, "")


def test_a_network_is_given_a_phrase_in_capitals_as_a_sentence() -> None:
    decoder = FixedDecoder("Le chat voit un œuf.")
    seen: list[str] = []
    found = Translator(MEMORY, decoder).translate("THE CAT FORGETS THE CAT", seen.append)
    assert (found.text, found.doubt) == ("LE CHAT VOIT UN ŒUF", "")
    upper = UpperCaseDecoder()
    Translator(MEMORY, upper).translate("THE CAT FORGETS THE CAT.")
    assert upper.texts == ["The cat forgets the cat."]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Yes", "Oui"),
        ("yes.", "Oui."),
        ("Yes!", "Oui !"),
        ("YES", "OUI"),
        ("Is it", "Est-ce"),
        ("Go away!", "Va-t'en !"),
        ("12 apples", "12 pommes"),
        ("1,500 apples", "1 500 pommes"),
        ("1,500 apples.", "1 500 pommes."),
    ],
)
def test_the_end_of_a_pair_is_that_of_the_text(text: str, translation: str) -> None:
    rows = [("Yes.", "Oui."), ("Is it?", "Est-ce ?"), ("Go away.", "Va-t'en."), ("Stop!", "Arrête !")]
    rows += [("12 apples", "12 pommes"), *[(f"{n},000 years", f"{n} 000 ans") for n in range(2, 6)]]
    memory = TranslationMemory.build([SentencePair(*row, line) for line, row in enumerate(rows, 1)])
    found = Translator(memory).translate(text)
    assert (found.text, found.origin) == (translation, "memory")


def test_rare_names_are_copied() -> None:
    decoder = UpperCaseDecoder()
    decoder.copying = CopyingRules()
    rows = [("I saw Smith.", "J'ai vu Smith."), ("It is brown.", "Il est brun."), ("In May.", "En mai.")]
    rows += [("It is March.", "C'est mars."), ("In March.", "En mars."), ("Now March.", "Mars, ou mars.")]
    rows += [("I saw Dr. No.", "J'ai vu le docteur No.")]
    memory = TranslationMemory.build([SentencePair(*row, line) for line, row in enumerate(rows, 1)])
    found = Translator(memory, decoder).translate("Smith is in Dr. Brown. March is May. Is it March.")
    first, second, *_ = COPY_PLACEHOLDERS
    assert decoder.texts == [f"{first} is in Dr. {second}.", f"{first} is May.", f"Is it {first}."]
    assert found.text == "Smith IS IN DR. Brown. Mars IS MAY. IS IT mars."


def test_a_pair_that_begins_with_a_mark_is_used_with_it() -> None:
    memory = TranslationMemory.build([SentencePair("- Yes, it is.", "– Oui.", 1)])
    assert Translator(memory).translate("- Yes, it is.").text == "– Oui."


def test_tags_around_a_phrase_stay() -> None:
    found = Translator(MEMORY).translate('- <b class="x">The dog draws the moon.</b> <br/>')
    assert found.text == '- <b class="x">Le chien dessine la lune.</b> <br/>'


def test_short_phrases_are_not_said_to_be_in_another_language() -> None:
    decoder = JudgedDecoder("Le juge dessine.", 0.7, 0.1)
    assert Translator(MEMORY, decoder, "English").translate("The judge draws").doubt == ""
    assert "English" in Translator(MEMORY, decoder, "English").translate("The judge draws it").doubt


@pytest.mark.parametrize("text", ["Mr. Smith sees Dr. Brown. He left.", "Mrs. Lamp and Ms. Tree. He left."])
def test_a_title_does_not_end_a_sentence(text: str) -> None:
    decoder = UpperCaseDecoder()
    Translator(MEMORY, decoder).translate(text)
    assert decoder.texts == [text.removesuffix(" He left."), "He left."]


def test_a_missing_number_lowers_the_confidence_and_is_said() -> None:
    decoder = FixedDecoder("Le juge dessine.")
    decoder.copying = CopyingRules()
    found = Translator(MEMORY, decoder).translate("The judge draws 12 boat.")
    assert (found.doubt, found.confidence) == ("“12” is missing", 0.1)


def test_a_pair_with_another_number_is_used_with_that_of_the_text() -> None:
    memory = TranslationMemory.build([SentencePair("I have 3 cats.", "J'ai 3 chats.", 7)])
    found = Translator(memory).translate("I have 12 cats.")
    assert (found.text, found.origin, found.numbers) == ("J'ai 12 chats.", "memory", (("3", "12"),))
    assert found.as_dict()["replaced"] == [{"number": "3", "by": "12"}]
    assert found.confidence == 0.9 > found.similarity
    with pytest.raises(PhraseError, match="No pair"):
        Translator(memory).translate("I have 12 dogs.")


class JudgedDecoder(FixedDecoder):
    """Has evidence for its translation, and models that judge it."""

    def __init__(self, text: str, is_good: float, is_language: float) -> None:
        super().__init__(text)
        self.confidence = ConfidenceModel(_always(is_good, 8), _always(is_language, FIGURES))

    def decode(
        self,
        text: str,
        near: Sequence[NearPair] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> DecodedPhrase:
        return DecodedPhrase(self.text, 0.1, Evidence(-1.0, -2.0, 1.0, 0.0, 0.0, 5))


def _always(probability: float, size: int) -> LogisticModel:
    bias = float(np.log(probability / (1 - probability)))
    return LogisticModel(np.zeros(size), np.ones(size), np.zeros(size), bias)


def test_the_confidence_is_that_of_the_models() -> None:
    decoder = JudgedDecoder("Le juge dessine.", 0.7, 0.9)
    found = Translator(MEMORY, decoder).translate("The judge draws it")
    assert found.confidence == pytest.approx(0.63)
    assert found.doubt == "“it” is in no pair"
    other = JudgedDecoder("Le juge dessine.", 0.7, 0.2)
    for language, name in (
        ("English", "English"),
        ("", "the language that this model translates from"),
    ):
        found = Translator(MEMORY, other, language).translate("The judge draws it")
        assert found.confidence == pytest.approx(0.14)
        assert found.doubt == f"this does not look like {name}"
