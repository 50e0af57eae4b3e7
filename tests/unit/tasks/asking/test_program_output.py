"""What a program printed is told from what a person types."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.tasks.asking.answers import best_sentence
from rnnchat.tasks.asking.program_output import is_program_output
from rnnchat.tasks.asking.ranking import Question
from rnnchat.tasks.asking.terms import term_numbers, terms_of


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("=> 5", ""),
        ("Traceback (most recent call last):\n  File", ""),
        ("+----+\n| id |\n+----+", ""),
        ("fatal: not a git repository", "Run git status:"),
        ("-rw-r--r-- 1 me me 12 notes.md", ""),
        ("commit 3f2a1bc9\nAuthor: me", ""),
        ("main\nfeature", "It prints:"),
        ("Hello", "The result looks like this:"),
        ("v20.1.0", "You'll see something like:"),
        ("no such table", "Otherwise you get this error:"),
    ],
)
def test_output_is_known_by_its_lines_or_the_sentence_before(code: str, before: str) -> None:
    assert is_program_output(code, before)


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("", "It prints:"),
        ("git branch --list", "To see the branches, run:"),
        ("git branch --list", "You can print them with:"),
        ("$ git log\ncommit 3f2a1bc9", "The output:"),
        ("irb> 2 + 3\n=> 5", "It returns:"),
        ("postgres=# select 1;", "It prints:"),
        ("render(<<~A, <<~B)", "With several of them a call may look like this:"),
        ("form.errors()", "A form has readable errors:"),
        ("print(5)", "Python has a function for it."),
        ("def error(message):\n    raise ValueError(message)", "Write a function:"),
    ],
)
def test_what_is_typed_is_not_output(code: str, before: str) -> None:
    assert not is_program_output(code, before)


def test_how_something_is_done_is_answered_with_the_command_and_not_with_what_it_prints() -> None:
    text = (
        "# List the branches\n\nThe branches of a repository are listed:\n\n```\ngit branch --list\n```\n\n"
        "That lists the branches of the repository. It prints:\n\n```\nlist branches repository\n```\n"
    )
    asked = "How do I list the branches of a repository?"
    numbers = term_numbers(terms_of(asked))
    ones = np.ones(len(numbers))
    best = best_sentence(text, Question(asked, numbers, ones.astype(np.int64), ones.astype(np.float32)))
    assert best is not None
    assert best.text == "git branch --list"
