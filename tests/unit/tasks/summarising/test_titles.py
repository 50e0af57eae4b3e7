"""Titles of notes: of which words they are made, and in whose style."""

from __future__ import annotations

import numpy as np
import pytest

from rnnchat.errors import ModelError
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.notes import NoteFile, NotePassages, passages_of
from rnnchat.tasks.summarising.key_sentences import shipped_ranker
from rnnchat.tasks.summarising.near_titles import TitledCollection, note_terms
from rnnchat.tasks.summarising.own_titles import fit_titles, read_titled, titled_notes
from rnnchat.tasks.summarising.prose import read_prose
from rnnchat.tasks.summarising.title_style import TitleStyle
from rnnchat.tasks.summarising.title_words import body_words, title_words, word_key
from rnnchat.tasks.summarising.titles import (
    TitleWriter,
    from_tensors,
    plain_writer,
    shipped_weights,
    to_tensors,
)

NOTE = (
    "You can undo the last commit with `git reset`. The changes of the last commit stay in the working tree. "
    "To drop them, too, add the option `--hard`, but then the changes are lost."
)
TITLES = [
    f"How To {verb} {thing}"
    for verb in ("Bake", "Undo", "Sow", "Mend")
    for thing in ("Bread", "Beans", "Bikes")
]


def test_titles_are_made_of_words_of_the_note() -> None:
    titles = plain_writer().suggest(read_prose(NOTE))
    assert titles
    assert len(set(titles)) == len(titles) <= 3
    known = {word.key for word in body_words(NOTE)}
    for title in titles:
        assert 1 <= len(title.split()) <= 12
        assert title[0].isupper() or not title[0].isalpha()
        assert {word.key for word in body_words(title)} <= known | {"a", "an"}


def test_titles_follow_the_style_of_the_person() -> None:
    assert TitleStyle.of(TITLES).is_capitalised
    bodies = [f"You can {title[7:].lower()} today. {title.split()[-1]} are fine." for title in TITLES]
    own = read_titled([*zip(TITLES, bodies, strict=True)] * 4)
    before = own.style.words.copy()
    weights = fit_titles(own, shipped_weights())
    assert own.style.words == before, "what was left out is counted again"
    writer = TitleWriter(weights, own.style, own.collection)
    title = writer.suggest(read_prose("You can peel onions under water. Onions are fine."), 1)[0]
    assert title.startswith("How To")


def test_the_titles_of_the_nearest_notes_are_found() -> None:
    texts = {
        "Bake Bread": "Flour and yeast.",
        "Bake Rolls": "Yeast and flour.",
        "Mend Bikes": "Chains, tyres.",
    }
    own = read_titled(texts.items())
    rarities = shipped_ranker().rarities
    near = own.collection.nearest(note_terms(read_prose("More flour, more yeast."), rarities))
    assert near.words["bake"] > 1
    assert "mend" not in near.words
    assert near.after["bake"].keys() == {word_key("Bread"), word_key("Rolls")}
    alone = own.collection.nearest(note_terms(own.notes[0].prose, rarities), 0)
    assert word_key("Bread") not in alone.words
    assert own.collection.number_of("Mend Bikes") == 2
    assert own.collection.number_of("") == -1
    again = TitledCollection.from_tensors(own.collection.tensors())
    assert again.titles == own.collection.titles
    assert again.nearest(note_terms(own.notes[2].prose, rarities)).words.keys() == {"mend", "bike"}


@pytest.mark.parametrize("name", ["notes.titles", "notes.starts", "notes.columns", "notes.values"])
def test_a_damaged_collection_is_refused(name: str) -> None:
    tensors = read_titled([("Bake Bread", "Flour and yeast.")]).collection.tensors()
    with pytest.raises(ModelError, match="damaged"):
        TitledCollection.from_tensors({other: array for other, array in tensors.items() if other != name})
    with pytest.raises(ModelError, match="damaged"):
        TitledCollection.from_tensors({**tensors, name: tensors[name][:-1]})


def test_no_title_where_there_are_too_few_words() -> None:
    assert plain_writer().suggest(read_prose("Hm.")) == []
    assert plain_writer().suggest(read_prose("")) == []


def test_a_chinese_title_is_a_clause() -> None:
    text = "今天我们讨论软件架构的设计，它很重要。架构是系统的骨架。"
    titles = plain_writer().suggest(read_prose(text))
    assert titles
    assert all(title in text for title in titles)


def test_words_that_follow_each_other_are_known() -> None:
    words = title_words(["Undo the last commit."], "git commit", shipped_ranker().rarities, ["Getting"])
    number = {key: at for at, key in enumerate(words.keys)}
    assert words.following[0, number["last"], number["commit"]] == 1
    assert words.following[2, number["undo"], number["commit"]] == 1
    assert words.following[0, number["commit"], number["last"]] == 0
    assert (number["the"], number["last"], number["commit"]) in words.triples
    assert words.texts[number[word_key("getting")]] == "Getting"


def test_marks_and_code_are_taken_off_words() -> None:
    found = body_words("Use (carefully!) `git add -p`, e.g. in **src/app.py**.")
    assert [word.text for word in found] == [
        "Use",
        "carefully",
        "git",
        "add",
        "-p",
        "in",
        "src/app.py",
    ]
    assert [word.is_code for word in found][2:5] == [True] * 3
    assert found[2].begins_clause


def test_a_style_forgets_what_is_taken_back() -> None:
    style = TitleStyle.of(["Undo A Commit", "Undo A Rebase"])
    style.add("Undo A Commit", -1)
    assert style.words["commit"] == 0
    assert style.after["undo"]["a"] == 1
    assert style.spelling("commit") == ""
    assert style.lengths[3] == 1


def test_the_notes_of_an_index_give_titles_and_bodies() -> None:
    texts = {"a.md": "# One title\n\nA body.\n\n## More\n\nAnd more.", "b.md": "No heading here.\n\nText."}
    notes = []
    for name, text in texts.items():
        title, passages = passages_of(text)
        notes.append(NotePassages(NoteFile(name, 0, 0, title), tuple(passages)))
    found = list(titled_notes(build_index(notes)))
    assert found == [("One title", "A body.\n\nAnd more.")]


def test_weights_are_read_back() -> None:
    again = from_tensors(to_tensors(shipped_weights()))
    assert (again.steps.dense == shipped_weights().steps.dense).all()
    assert (again.choice == shipped_weights().choice).all()


@pytest.mark.parametrize("name", ["steps.dense", "choice"])
def test_weights_that_are_damaged_are_refused(name: str) -> None:
    tensors = to_tensors(shipped_weights())
    with pytest.raises(ModelError, match="damaged"):
        from_tensors({other: array for other, array in tensors.items() if other != name})
    with pytest.raises(ModelError, match="another size"):
        from_tensors({**tensors, name: tensors[name][:-1]})
    with pytest.raises(ModelError, match="damaged"):
        from_tensors({**tensors, name: np.full_like(tensors[name], np.nan)})
