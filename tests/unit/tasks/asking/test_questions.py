"""What a question asks for, and whether a sentence has it."""

from __future__ import annotations

import pytest

from rnnchat.tasks.asking.questions import fits, kind_of, wanted_in


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many eggs are in the cake?", "number"),
        ("what is the best editor", "what"),
        ("Which port does the server listen on?", "number"),
        ("How long does the bread rise?", "duration"),
        ("how do I undo a commit", "how"),
        ("When did we move?", "when"),
        ("In which year was the house built?", "when"),
        ("Who painted it?", "who"),
        ("Which city has the bridge?", "where"),
        ("Why is the build slow?", "why"),
        ("Which command lists the branches?", "code"),
        ("What is the tool called that draws graphs?", "called"),
        ("Which team won?", "which"),
        ("What grows in the garden?", "what"),
        ("Which libraries read YAML?", "code"),
        ("Which cities have a bridge?", "where"),
        ("Is there a museum?", "words"),
        ("our long term plan", "words"),
        ("what happens in the event of fire", "what"),
        ("undo last commit", "words"),
        ("", "words"),
    ],
)
def test_the_kind_of_a_question(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which old city has the bridge?", ["old", "city"]),
        ("What is it?", []),
        ("In what year was it built?", ["year"]),
        ("Who painted it?", []),
        ("Which of them is red?", []),
    ],
)
def test_what_a_question_wants(question: str, wanted: list[str]) -> None:
    assert wanted_in(question) == wanted


@pytest.mark.parametrize(
    ("question", "sentence", "has"),
    [
        ("How many eggs?", "Take three eggs.", True),
        ("How many eggs?", "Take eggs.", False),
        ("How many of the 3 eggs?", "There were 3 eggs.", False),
        ("How many of the 30 eggs broke?", "3 broke.", True),
        ("Who sold the phone?", "My iPhone was sold.", False),
        ("Who sold the phone?", "It was sold by Émile.", True),
        ("How long does it rise?", "It rises for two hours.", True),
        ("How long does it rise?", "It rises in 2 bowls.", False),
        ("When did we move?", "We moved in May 2019.", True),
        ("Who painted the Louvre?", "They paint in the Louvre.", False),
        ("Who painted it?", "It was Frida Kahlo.", True),
        ("Which command lists branches?", "Use `git branch`.", True),
        ("Which command lists branches?", "They are listed.", False),
        ("Why is it slow?", "It is slow because of the disk.", True),
        ("What is it called?", "It is known as rebase.", True),
        ("undo it", "It was Frida Kahlo in 2019.", False),
    ],
)
def test_what_a_sentence_has(question: str, sentence: str, has: bool) -> None:
    assert fits(question, kind_of(question), sentence, is_code=False) == has


def test_code_answers_which_command() -> None:
    question = "Which command lists branches?"
    assert fits(question, kind_of(question), "git branch --list", is_code=True)
    assert not fits("Who did it?", "who", "Frida Kahlo", is_code=True)
