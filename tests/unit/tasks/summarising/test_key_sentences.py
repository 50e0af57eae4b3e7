"""The choice of key sentences."""

from __future__ import annotations

from rnnchat.tasks.summarising.key_sentences import NOTES, PAPERS, kind_of, shipped_ranker
from rnnchat.tasks.summarising.prose import read_prose
from rnnchat.tasks.summarising.summary import key_sentences, preview

ABSTRACT = (
    "Training deep networks is slow. "
    "Many have tried to explain it, with little success. "
    "In this paper, we propose a new optimizer that trains deep networks in half of the time. "
    "For example, a network of 50 layers takes 3 hours. "
    "The code is available at https://example.com."
)


def test_what_a_paper_proposes_is_its_key_sentence() -> None:
    (found,) = key_sentences(read_prose(ABSTRACT), 1)
    assert found.text.startswith("In this paper, we propose")


def test_sentences_come_in_the_order_of_the_text() -> None:
    prose = read_prose(ABSTRACT.replace(". ", ".\n"))
    found = key_sentences(prose, 3)
    lines = [one.line for one in found]
    assert lines == sorted(lines)
    assert len(set(lines)) == 3
    assert len(key_sentences(prose, 99)) == 5
    assert key_sentences(read_prose(""), 3) == []


def test_a_sentence_that_repeats_another_is_not_chosen_soon() -> None:
    said = "In this paper, we propose a new optimizer that trains deep networks quickly."
    sentences = [said, said, "We show that it works on images, texts and sounds."]
    assert set(shipped_ranker().choose(sentences, 2)) != {0, 1}
    assert len(shipped_ranker().choose(sentences, 3)) == 2


def test_a_paper_is_told_from_a_note() -> None:
    assert kind_of([one.text for one in read_prose(ABSTRACT).sentences]) == PAPERS
    assert kind_of(["Today I baked bread.", "It was good."]) == NOTES


def test_a_sentence_of_a_word_or_two_is_the_last_choice() -> None:
    assert shipped_ranker().choose(["Well.", "The oven must be hot.", "Yes, yes."], 1) == [1]
    assert shipped_ranker().choose(["Well."], 1) == [0]


def test_chinese_and_long_texts() -> None:
    chinese = "今天我们讨论软件架构。架构是系统的骨架。天气很好。"
    assert len(key_sentences(read_prose(chinese), 2)) == 2
    long = read_prose("".join(f"Bread number {number} is good. " for number in range(3_000)))
    assert len(key_sentences(long, 2)) == 2


def test_a_preview_is_short() -> None:
    assert preview("", 20) == ""
    assert preview("```\ncode\n```", 20) == ""
    assert preview("Only one sentence.", 40) == "Only one sentence."
    shown = preview("Only one sentence, which is long.", 20)
    assert len(shown) <= 20
    assert shown.endswith("…")


def test_what_only_announces_something_is_no_key_sentence() -> None:
    prose = read_prose(
        "Some settings of the oven are needed for the bread, such as:\n\n- Heat\n\nIt rises in four hours."
    )
    assert all(not one.text.endswith(":") for one in key_sentences(prose, 3))
    assert key_sentences(read_prose("Some settings are needed for the bread:"), 1)


def test_a_sentence_with_a_colon_before_code_can_be_a_key_sentence() -> None:
    said = "To undo the last commit but keep the changes, use a soft reset:"
    prose = read_prose(
        f"{said}\n\n```\ngit reset --soft HEAD~1\n```\n\nThe files stay staged.\n\nSteps:\n\n- a b"
    )
    assert [one.text for one in key_sentences(prose, 100)] == [said, "The files stay staged.", "a b"]


def test_lines_with_labels_are_sentences_of_their_own_and_chosen_last() -> None:
    prose = read_prose(
        "Date: Monday\nPresent: Ines, Tom, Rahul\nApologies: Claire\n\n"
        "Decision: the book is printed on\nheavier paper.\nWe decided to send it on Friday."
    )
    assert [one.text for one in prose.sentences] == [
        "Date: Monday",
        "Present: Ines, Tom, Rahul",
        "Apologies: Claire",
        "Decision: the book is printed on heavier paper.",
        "We decided to send it on Friday.",
    ]
    assert "Present: Ines, Tom, Rahul" not in [one.text for one in key_sentences(prose, 2)]
    assert len(key_sentences(prose, 100)) == 5


def test_a_wrapped_paragraph_with_a_label_is_not_cut() -> None:
    long = "Decision: the book about the trip to Lyon is printed on the paper that\nRahul chose."
    assert [one.text for one in read_prose(long).sentences] == [long.replace("\n", " ")]


def test_ingredients_are_no_key_sentences() -> None:
    items = "- 250 g red lentils\n- 1 tsp cumin\n- ½ lemon\n- 2 onions"
    for listed in (items, items.replace("- ", "")):
        prose = read_prose(f"Ingredients:\n\n{listed}\n\nFry the onions until they are soft.")
        assert [one.text for one in key_sentences(prose, 100)] == ["Fry the onions until they are soft."]
    assert len(key_sentences(read_prose(items), 100)) == 4
    assert len(key_sentences(read_prose("We were late.\n\n3 people came to the meeting."), 9)) == 2
