"""Asking and related notes: is the right note found, the right passage, the right sentence, and nothing else?

``python -m tests.benchmarks.asking DATA [PART…]`` measures on the collections in DATA (``notes/`` and
``tasks/qa/xquad``):

- ``titles``: the titles of jbranchaud-til as questions to the notes without their titles and headings, and
  the hard ones among them, of whose stems at most half are in the note. The same for simonw-til.
- ``paraphrased``: the questions in ``asking_questions.tsv``, which were written without looking at the words
  of the notes, and those among them that the notes cannot answer.
- ``xquad``: 1,190 questions to 240 paragraphs in English, and the sentence and the phrase that answer them.
- ``small``: a newcomer's questions to the 33 notes in ``small_collection``, most of which went wrong once.
- ``related``: how many of the five nearest notes are in the same folder.
- ``time``: a question to 10,000 notes, warm, and the command from its start.

Nothing in the program was fitted to any of them.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import re
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnchat.tasks.asking.asking import ask
from rnnchat.tasks.asking.building import build_index
from rnnchat.tasks.asking.index import PassageIndex
from rnnchat.tasks.asking.notes import NoteFile, NotePassages, read_note_passages
from rnnchat.tasks.asking.passages import Passage, split_passages
from rnnchat.tasks.asking.ranking import Question, note_scores
from rnnchat.tasks.asking.related import likeness, term_counts
from rnnchat.tasks.asking.reranking import rank
from rnnchat.tasks.asking.terms import terms_of

ENVIRONMENT = dict(os.environ)
HERE = Path(__file__).parent
PARTS = ("titles", "paraphrased", "xquad", "small", "related", "time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("parts", nargs="*", default=PARTS)
    arguments = parser.parse_args()
    for part in arguments.parts or PARTS:
        globals()[f"measure_{part}"](arguments.data)


@dataclass(frozen=True)
class TitledNote:
    folder: str
    path: Path
    title: str
    body: str


def titled_notes(folder: Path) -> list[TitledNote]:
    """Return the notes in the folders of `folder` that begin with a heading."""
    found = []
    for path in sorted(folder.glob("*/*.md")):
        text = path.read_text("utf-8", "replace")
        match = re.match(r"\s*#\s+(.+)\n", text)
        if match:
            found.append(TitledNote(path.parent.name, path, match[1].strip(), text[match.end() :].strip()))
    return found


def percent(values: Sequence[bool] | np.ndarray) -> float:
    return round(100 * float(np.mean(values)), 1) if len(values) else 0.0


def measure_titles(data: Path) -> None:
    for name in ("jbranchaud-til", "simonw-til"):
        notes = titled_notes(data / "notes" / name)
        index = build_index(
            NotePassages(NoteFile(str(note.path), 0, 0), tuple(split_passages(note.body)[1]))
            for note in notes
        )
        assert not index.titles.rows.size, "the titles are in the index"
        ranks, hard = [], []
        for number, note in enumerate(notes):
            scores = note_scores(rank(index, Question.of(index, note.title)).scores, index)
            ranks.append(int((scores > scores[number]).sum()) + 1)
            body, title = set(terms_of(note.body)), terms_of(note.title)
            hard.append(float(np.mean([term in body for term in title] or [0])) <= 0.5)
        places, is_hard = np.array(ranks), np.array(hard)
        print(
            f"{name}: {len(notes)} titles: top-1 {percent(places == 1)}, top-5 {percent(places <= 5)};"
            f" {is_hard.sum()} hard: {percent(places[is_hard] == 1)}, {percent(places[is_hard] <= 5)}"
        )


def measure_paraphrased(data: Path) -> None:
    index = index_of(data / "notes/jbranchaud-til")
    first, five, answered, refused = [], [], [], []
    for line in (HERE / "asking_questions.tsv").read_text().splitlines():
        text, _, wanted = line.partition("\t")
        reply = ask(index, text)
        found = [passage.path.endswith(f"/{wanted}") for passage in reply.passages]
        if wanted:
            first.append(found[:1] == [True])
            five.append(any(found))
            answered.append(reply.answer is not None)
        else:
            refused.append(reply.answer is None)
    print(
        f"paraphrased: {len(first)} questions: the note first {percent(first)}, among five passages"
        f" {percent(five)};"
        f" refused {round(100 - percent(answered), 1)} of them and {percent(refused)} of {len(refused)}"
        f" unanswerable"
    )


def measure_xquad(data: Path) -> None:
    from rnnchat.tasks.asking.answers import best_sentence, phrase_in

    articles = json.loads((data / "tasks/qa/xquad/xquad.en.json").read_text())["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    texts = [paragraph["context"] for paragraph in paragraphs]
    index = build_index(
        NotePassages(NoteFile(str(number), 0, 0), (Passage("", text, 1, 1, 0),))
        for number, text in enumerate(texts)
    )
    first, holds, exact, overlap = [], [], [], []
    for gold, paragraph in enumerate(paragraphs):
        for asked in paragraph["qas"]:
            answers = [answer["text"] for answer in asked["answers"]]
            question = Question.of(index, asked["question"])
            scores = rank(index, question).scores
            found = int(scores.argmax())
            first.append(not (scores > scores[gold]).any())
            sentence = best_sentence(texts[gold], question)
            holds.append(sentence is not None and any(answer in sentence.text for answer in answers))
            place = phrase_in(index, texts[found], question)
            phrase = texts[found][place.start : place.end] if place else ""
            exact.append(any(normal(phrase) == normal(answer) for answer in answers))
            overlap.append(max(shared_words(phrase, answer) for answer in answers))
    print(
        f"xquad.en: {len(first)} questions: top-1 of {len(texts)} paragraphs {percent(first)}; the"
        f" sentence holds the"
        f" answer, gold paragraph {percent(holds)}; EM/F1 end to end"
        f" {percent(exact)}/{percent(np.array(overlap))}"
    )


def measure_small(data: Path) -> None:
    """Ask the newcomer's questions; each line has one, the name of the note, and words of the answer."""
    folder = HERE / "small_collection"
    index = index_of(folder / "notes")
    first, answered, refused = [], [], []
    for line in (folder / "questions.tsv").read_text().splitlines():
        text, name, words = line.split("\t")
        reply = ask(index, text)
        if not name:
            refused.append(reply.answer is None)
            continue
        first.append(bool(reply.passages) and Path(reply.passages[0].path).stem == name)
        code = reply.answer.code.text if reply.answer and reply.answer.code else ""
        answered.append(
            reply.answer is not None
            and Path(reply.answer.path).stem == name
            and words in f"{reply.answer.text} {code}"
        )
    print(
        f"small: {len(first)} questions to {len(index.files)} notes: the note first {sum(first)},"
        f" answered rightly {sum(answered)}; refused {sum(refused)} of {len(refused)} that they do not answer"
    )


def normal(text: str) -> str:
    """Return a text as SQuAD's evaluation compares it."""
    text = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def shared_words(found: str, wanted: str) -> float:
    """Return F1 over words, as SQuAD's evaluation does."""
    first, second = normal(found).split(), normal(wanted).split()
    same = (collections.Counter(first) & collections.Counter(second)).total()
    return 2 * same / (len(first) + len(second)) if same else 0.0


def measure_related(data: Path) -> None:
    notes = titled_notes(data / "notes/jbranchaud-til")
    read = [
        note for note in read_note_passages([note.path for note in notes]) if isinstance(note, NotePassages)
    ]
    index = build_index(read)
    folders = np.array([Path(file.path).parent.name for file in index.files])
    sizes = collections.Counter(folders.tolist())
    hits = []
    for number, note in enumerate(read):
        if sizes[folders[number]] >= 6:
            scores = likeness(index, term_counts(index, note))
            scores[number] = -np.inf
            hits.append(folders[np.argsort(-scores, kind="stable")[:5]] == folders[number])
    print(
        f"related: {len(hits)} notes in folders of 6 and more: precision at 5 {percent(np.concatenate(hits))}"
    )


def measure_time(data: Path) -> None:
    """Time questions to 10,000 notes: those of the collections, each with other words put in until there are
    enough."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "notes"
        sources = sorted((data / "notes").rglob("*.md"))
        for number in range(10_000):
            source = sources[number % len(sources)]
            target = folder / f"{number % 100}" / f"{number}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"# Note {number}\n\n" + source.read_text("utf-8", "replace")[:3_000])
        index = index_of(folder)
        questions = [
            line.partition("\t")[0] for line in (HERE / "asking_questions.tsv").read_text().splitlines()
        ]
        ask(index, questions[0])
        times = [ask(index, question).milliseconds for question in questions]
        command = [sys.executable, "-m", "rnnchat", "ask", str(folder), "how do I undo a commit", "--json"]
        seconds = []
        for _ in range(6):
            started = time.perf_counter()
            subprocess.run(
                command, check=True, capture_output=True, env={**ENVIRONMENT, "RNNCHAT_HOME": home}
            )
            seconds.append(time.perf_counter() - started)
    print(
        f"time: {len(index.files)} notes, {len(index)} passages: a question {np.median(times):.1f} ms,"
        f" 95 of 100 within"
        f" {np.percentile(times, 95):.1f} ms; the command {seconds[0]:.1f} s the first time, then"
        f" {np.median(seconds[1:]):.2f} s"
    )


def index_of(folder: Path) -> PassageIndex:
    return build_index(note for note in read_note_passages([folder]) if isinstance(note, NotePassages))


if __name__ == "__main__":
    main()
