"""Completing: what is suggested agrees with what was typed, wherever and however one gets there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnchat.completion.completer import Completer
from rnnchat.completion.cursor import word_start
from rnnchat.completion.draft_reader import LEARNED_AT_ONCE
from rnnchat.completion.search import one_by_one
from rnnchat.evaluation.keystrokes import predict_words, type_texts
from rnnchat.lm.ngram import NgramMemory, NgramModel
from rnnchat.lm.protocols import Step
from rnnchat.text.tokenizer import Tokenizer, train_tokenizer


@pytest.fixture(scope="module")
def memory(texts: list[str], tokenizer: Tokenizer) -> NgramModel:
    pieces = [piece for text in texts for piece in [tokenizer.roles.start, *tokenizer.encode(text)]]
    return NgramModel(NgramMemory.build(np.array(pieces), tokenizer.size))


@pytest.fixture
def completer(memory: NgramModel, tokenizer: Tokenizer) -> Completer:
    return Completer(memory, tokenizer)


def test_a_word_of_the_notes_is_completed_from_its_first_letters(
    completer: Completer, texts: list[str]
) -> None:
    sentence = next(line for line in texts[0].split("\n") if len(line.split()) > 8)
    words = sentence.split(" ")
    for number in range(4, 8):
        word = words[number].rstrip(".,;:!?")
        before = " ".join(words[:number]) + " " + word[:2]
        if len(word) > 3 and word.isalpha():
            offered = [suggestion.text for suggestion in completer.suggest(before)]
            assert word[2:] in offered


drafts = st.text(st.sampled_from(list("aeinrst TW.,\n'(é語🙂\u0301")), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=drafts, count=st.integers(1, 8))
def test_suggestions_are_ranked_probabilities_of_words(completer: Completer, draft: str, count: int) -> None:
    completer.begin()
    offered = completer.suggest(draft, count)
    assert len(offered) <= count
    assert len({suggestion.text for suggestion in offered}) == len(offered)
    if not draft[word_start(draft) :]:
        assert len({suggestion.text.strip() for suggestion in offered}) == len(offered)
    likely = [suggestion.probability for suggestion in offered]
    assert likely == sorted(likely, reverse=True)
    assert all(probability >= 0 for probability in likely)
    assert sum(likely) <= 1 + 1e-6
    for suggestion in offered:
        assert suggestion.text.strip()
        assert "\n" not in suggestion.text
        assert suggestion.text[-1].isalnum() or suggestion.text[-1] == "_"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=drafts, other=drafts)
def test_typing_deleting_and_pasting_lead_to_the_same(
    memory: NgramModel, tokenizer: Tokenizer, draft: str, other: str
) -> None:
    used = Completer(memory, tokenizer)
    for end in range(len(draft) + 1):
        used.suggest(draft[:end])
    used.suggest(other)
    fresh = Completer(memory, tokenizer)
    for typed, pasted in zip(used.suggest(draft), fresh.suggest(draft), strict=True):
        assert typed.text == pasted.text
        assert typed.probability == pytest.approx(pasted.probability, rel=1e-4, abs=1e-7)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=drafts, data=st.data())
def test_resting_changes_no_answer(
    memory: NgramModel,
    tokenizer: Tokenizer,
    monkeypatch: pytest.MonkeyPatch,
    draft: str,
    data: st.DataObject,
) -> None:
    # Unless so much was read at once that it is not learned at once.
    monkeypatch.setattr("rnnchat.completion.draft_reader.LEARNED_AT_ONCE", 100)
    rested, tired = (
        Completer(model, tokenizer, model.learn) for model in (NgramModel(memory.memory) for _ in range(2))
    )
    for end in range(len(draft) + 1):
        for one, other in zip(rested.suggest(draft[:end]), tired.suggest(draft[:end]), strict=True):
            assert one == other
        assert rested.inline(draft[:end], threshold=0.1) == tired.inline(draft[:end], threshold=0.1)
        if data.draw(st.booleans()):
            rested.work_while_idle()


def recording_step(memory: NgramModel) -> tuple[list[int], Step]:
    """Return a list, and a step of `memory` that appends to it each piece that it is taken with."""
    looked: list[int] = []

    def step(piece: int, state: Any) -> Any:
        looked.append(piece)
        return memory.step(piece, state)

    return looked, step


def test_answers_that_were_prepared_take_no_further_steps(
    memory: NgramModel, tokenizer: Tokenizer, texts: list[str]
) -> None:
    looked, step = recording_step(memory)

    def prepared(*, ahead: bool) -> int:
        completer = Completer(memory, tokenizer, lookahead_steps=one_by_one(step))
        before, count = texts[0][: texts[0].index(" ", 60) + 1], 0
        for _ in range(8):
            shown = completer.suggest(before)
            completer.work_while_idle(ahead=ahead)
            looked.clear()
            assert completer.suggest(before) == shown, "the answers to later questions were dropped"
            before += shown[0].text[:1] if before[-1] == " " else shown[0].text + " "
            completer.suggest(before)
            count += not looked
            completer.work_while_idle(ahead=ahead)
        return count

    assert prepared(ahead=False) <= 1
    assert prepared(ahead=True) > 4


def test_preparing_answers_ends_where_it_is_interrupted(
    memory: NgramModel, tokenizer: Tokenizer, texts: list[str]
) -> None:
    looked, step = recording_step(memory)
    completer = Completer(memory, tokenizer, lookahead_steps=one_by_one(step))
    completer.suggest(texts[0][:60])
    looked.clear()
    completer.work_while_idle(lambda: True)
    assert looked == []


def test_a_long_draft_is_learned_bit_by_bit(
    memory: NgramModel, tokenizer: Tokenizer, texts: list[str]
) -> None:
    learned: list[int] = []
    completer = Completer(memory, tokenizer, lambda piece, state: learned.append(piece))
    draft = texts[0][: texts[0].index(" ", 400) + 1]
    completer.suggest(draft)
    assert learned == [], "the answer comes first"
    completer.work_while_idle(lambda: len(learned) == 3)
    assert len(learned) == 3, "and whoever types on does not wait for it"
    completer.suggest(draft + "a")
    assert len(learned) == 3 + LEARNED_AT_ONCE
    completer.work_while_idle()
    assert learned == tokenizer.encode(draft.rstrip())


def test_what_can_hardly_be_among_the_six_is_not_looked_at(
    memory: NgramModel, tokenizer: Tokenizer, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [text[:size] for text in texts[:3] for size in range(40, 120, 4)]

    def answers() -> tuple[list[int], list[list[str]]]:
        looked: list[int] = []

        def ahead(piece: int, state: Any) -> Any:
            looked.append(piece)
            return memory.step(piece, state)

        completer = Completer(memory, tokenizer, lookahead_steps=one_by_one(ahead))
        return looked, [[one.text for one in completer.words(draft, 6)] for draft in drafts]

    looked, few = answers()
    monkeypatch.setattr("rnnchat.completion.search.SEARCH_RATIO", 0.0)
    looked_everywhere, many = answers()
    assert len(looked) < 0.9 * len(looked_everywhere)
    assert sum(one[:1] == other[:1] for one, other in zip(few, many, strict=True)) > 0.95 * len(drafts)
    alike = sum(len({*one} & {*other[:3]}) for one, other in zip(few, many, strict=True))
    assert alike > 0.9 * 3 * len(drafts), "and so are nearly all of the first three"


def test_a_word_that_only_the_draft_has_is_completed(completer: Completer) -> None:
    draft = "Yesterday the zyxomma flew past. The zy"
    assert "xomma" in [suggestion.text for suggestion in completer.suggest(draft)]
    completer.begin()
    assert "xomma" not in [suggestion.text for suggestion in completer.suggest("The zy")]


def test_what_was_dismissed_is_not_suggested_there_again(completer: Completer) -> None:
    before = "The th"
    text = completer.suggest(before)[0].text
    completer.dismiss(before, text)
    assert text not in [suggestion.text for suggestion in completer.suggest(before)]
    assert text[1:] not in [suggestion.text for suggestion in completer.suggest(before + text[0])]
    assert text in [suggestion.text for suggestion in completer.suggest("And the th")]


def test_a_long_draft_is_read_from_near_its_end(memory: NgramModel, tokenizer: Tokenizer) -> None:
    steps = 0

    class Counting:
        vocabulary = memory.vocabulary

        def start(self) -> object:
            return memory.start()

        def step(self, piece: int, state: object) -> object:
            nonlocal steps
            steps += 1
            return memory.step(piece, state)  # type: ignore[arg-type]

    completer = Completer(Counting(), tokenizer)  # type: ignore[arg-type]
    draft = "The rain fell on the roof all day.\n" * 30_000
    completer.suggest(draft + "The r")
    assert steps < 3000
    steps = 0
    completer.suggest(draft + "The ra")
    assert steps < 30


def test_a_writer_who_types_saves_keys(completer: Completer, texts: list[str]) -> None:
    text = texts[0][:400]
    menu = type_texts([text], completer, inline=False)
    ghost = type_texts([text], completer, inline=True)
    assert menu.unaided == ghost.unaided == [sum(c in " _" or c.isalnum() for c in text)]
    assert 0.3 < menu.saved < 1
    assert 0.2 < ghost.saved < 1
    low, high = menu.interval()
    assert low <= menu.saved <= high
    guesses = predict_words([text], completer)
    assert len(text.split()) >= guesses.words >= guesses.among_three >= guesses.first > 0


def test_a_word_that_was_taken_out_of_the_draft_is_forgotten(completer: Completer) -> None:
    completer.suggest("A zyxomma and zyx")
    completer.suggest("A zyxomm")
    completer.suggest("A zy")
    assert "xomma" not in [suggestion.text for suggestion in completer.suggest("A zyxom and zy")]


def test_a_script_without_spaces_is_completed() -> None:
    text = "今天天气很好，我们去公园散步。明天天气不好，我们在家看书。\n" * 12
    own = train_tokenizer([text], 300)
    pieces = np.array([own.roles.start, *own.encode(text)])
    completer = Completer(NgramModel(NgramMemory.build(pieces, own.size)), own)
    draft = text + "今天天"
    offered = completer.suggest(draft)
    assert offered[0].text.startswith("气")
    assert completer.suggest(text.replace("\n", "") * 50 + "我们去公")[0].text.startswith("园")
    typed = type_texts(["今天天气很好，我们去公园散步。"], completer, inline=False)
    assert typed.unaided == [13]
    assert typed.saved > 0.4, "what is right is taken, though the text goes on without a space"


def test_one_endless_word_is_no_obstacle(completer: Completer, texts: list[str]) -> None:
    assert completer.suggest("x" * 300_000) is not None
    sentence = next(line for line in texts[0].split("\n") if len(line.split()) > 8)
    drafts = ("ab" * 150_000 + " " + sentence[:place] for place in range(1, 30))
    assert any(completer.inline(draft, threshold=0.0) for draft in drafts)


def test_after_a_whole_word_the_next_one_is_suggested(completer: Completer, texts: list[str]) -> None:
    words = next(line for line in texts[0].split("\n") if len(line.split()) > 8).split(" ")
    number = next(n for n in range(3, 8) if words[n].isalpha() and words[n + 1].isalpha())
    offered = [suggestion.text for suggestion in completer.suggest(" ".join(words[: number + 1]))]
    assert any(text.startswith(f" {words[number + 1]}") for text in offered)


def test_after_punctuation_the_space_comes_along(completer: Completer, texts: list[str]) -> None:
    text = next(text for text in texts if ", " in text)
    place = text.index(", ") + 1
    offered = [suggestion.text for suggestion in completer.suggest(text[:place])]
    assert any(one.startswith(" ") and one.strip() for one in offered)


def test_some_suggestions_go_on_with_further_words(completer: Completer, texts: list[str]) -> None:
    sentence = next(line for line in texts[0].split("\n") if len(line.split()) > 8)
    several = 0
    for number in range(3, 7):
        before = " ".join(sentence.split(" ")[:number]) + " "
        several += any(" " in one.text.strip() for one in completer.suggest(before))
        assert all(" " not in one.text for one in completer.words(before, 6))
    assert several


def test_what_was_refused_with_its_space_stays_refused_once_that_is_typed(
    completer: Completer, texts: list[str]
) -> None:
    text = next(text for text in texts if ", " in text)
    before = text[: text.index(", ") + 1]
    refused = next(one.text for one in completer.suggest(before) if one.text.startswith(" "))
    completer.dismiss(before, refused)
    assert refused not in [one.text for one in completer.suggest(before)]
    first = refused.strip().split(" ")[0]
    assert first not in [one.text for one in completer.suggest(before + " ")]
    assert (
        first[1:] not in [one.text for one in completer.words(before + " " + first[:1], 6)] or not first[1:]
    )


def test_what_was_dismissed_in_an_empty_draft_stays_away(completer: Completer) -> None:
    text = completer.suggest("")[0].text
    completer.dismiss("", text)
    assert text not in [one.text for one in completer.suggest("")]


def test_what_was_passed_over_makes_room(completer: Completer) -> None:
    offered = [one.text for one in completer.suggest("The ")]
    first = offered[0][0]
    again = [text[1:] for text in offered if text[0] == first and len(text) > 1]
    typed = "The " + first
    before = completer.inline(typed, threshold=0.0)
    assert completer.suggest(typed)[0].text == again[0]
    completer.ignore("The ", offered)
    room = completer.suggest(typed)
    assert again[0] not in [one.text for one in room[:2]]
    assert sum(one.probability for one in room) <= 1 + 1e-6
    shown = completer.inline(typed, threshold=0.0)
    assert before is not None, "one may type along with what stands in the line, but less likely so"
    assert shown is None or shown.text != before.text or shown.probability < before.probability
    assert [one.text for one in completer.suggest("The ")] == offered, "who goes back may have mistyped"
    assert [one.text for one in completer.suggest("And so the ")] != []


def test_passing_over_saves_keys(
    completer: Completer, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = texts[1][:600]
    saved = type_texts([text], completer, inline=False).saved
    monkeypatch.setattr("rnnchat.completion.ranking.IGNORED_FACTOR", 1.0)
    assert saved > type_texts([text], completer, inline=False).saved


def test_a_line_broken_within_a_sentence_goes_on(
    completer: Completer, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line.split(" ") for line in texts[0].split("\n") if len(line.split()) > 6]
    places = [(words[:number], words[number]) for words in lines[:8] for number in range(3, 6)]
    places = [(before, word) for before, word in places if before[-1].isalpha() and word.isalpha()]

    def found() -> int:
        offered = [[one.text for one in completer.words(" ".join(before) + "\n", 3)] for before, _ in places]
        return sum(word in words for words, (_, word) in zip(offered, places, strict=True))

    gone_on = found()
    monkeypatch.setattr("rnnchat.completion.ranking.BROKEN_LINE_SHARE", 0.0)
    completer.begin()
    assert gone_on > found()
    assert gone_on > len(places) / 3


def test_what_stands_after_the_cursor_is_not_offered(completer: Completer, texts: list[str]) -> None:
    sentence = next(line for line in texts[0].split("\n") if len(line.split()) > 8)
    words = sentence.split(" ")
    before, after = " ".join(words[:4]) + " ", " ".join(words[4:])
    offered = [one.text for one in completer.suggest(before)]
    assert words[4].rstrip(".,;:!?") in offered
    with_rest = completer.suggest(before, 6, after)
    assert words[4].rstrip(".,;:!?") not in [one.text for one in with_rest]
    assert with_rest, "others are offered in its place"
    assert completer.suggest(before, 6, ").") == completer.suggest(before)
    assert completer.suggest(before + words[4][:1], 6, after[1:]) == [], "within a word there is nothing"


def test_the_gate_shows_less_the_higher_its_threshold(completer: Completer, texts: list[str]) -> None:
    drafts = [texts[0][:place] for place in range(20, 80)]
    shown = []
    for threshold in (0.0, 0.5, 1.0):
        found = [completer.inline(draft, threshold=threshold) for draft in drafts]
        assert all(one.probability >= threshold for one in found if one is not None)
        shown.append(sum(one is not None for one in found))
    assert shown[0] >= shown[1] > shown[2] == 0
    assert all(completer.inline(draft, " and more", threshold=0.0) is None for draft in drafts)
    assert completer.inline("My password is ", threshold=0.0) is None
