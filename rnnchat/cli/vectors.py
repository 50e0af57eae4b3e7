"""The commands `vectors export` and `vectors near`: vectors of the words and notes of a collection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnnchat.cli.asked_notes import asked_notes
from rnnchat.cli.output import print_json, print_line
from rnnchat.cli.shared import PathArgument, as_json, model_option
from rnnchat.errors import NotesError, RnnchatError

if TYPE_CHECKING:
    from rnnchat.tasks.asking.index import PassageIndex
    from rnnchat.tasks.vectors.words import NamedVectors

_GUESSED_AT = 0.6
"""A word that is offered for an unknown one is at least this similar to it."""


class _OutputArgument(PathArgument):
    """A file that is written; `-`, which elsewhere stands for standard output, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path that `value` means."""
        if value == "-":
            self.fail("Vectors are written to a file; name one.", param, ctx)
        return super().convert(value, param, ctx)


@click.group(
    short_help="Export word and note vectors, and find near words.",
    epilog="""\b
Examples:
  rnnchat vectors near rebase                         words used like this one
  rnnchat vectors export ~/notes --words words.bin    for Gensim's KeyedVectors
""",
)
def vectors() -> None:
    """Vectors of words and notes: what is used alike, or is about the same things, is near.

    They are fitted on the notes in PATH... or, without one, on those of a model, in a second or so.
    """


@vectors.command("near", short_help="Print the words that are used like one.")
@click.argument("word")
@click.argument("paths", nargs=-1, type=PathArgument(), metavar="[PATH...]")
@model_option
@click.option("-n", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many.")
@as_json
def near(word: str, paths: tuple[Path, ...], model: str | None, count: int, as_json: bool) -> None:
    """Print the words that are used like WORD in the notes, nearest first, without words of grammar.

    A word of several Chinese characters has the mean of their vectors, since each character is one word here.
    """
    from rnnchat.tasks.vectors.words import says_little, words_of

    found = list(words_of(word))
    named = "".join(found)
    if not found or (len(found) > 1 and named != word.strip().lower()):
        raise RnnchatError("This is not one word.", "Give a single word: `rnnchat vectors near rebase`.")
    of_words = _word_vectors(_index(paths, model))
    try:
        nearest = of_words.nearest_to_mean(found, count, says_little)
    except KeyError as error:
        missing = str(error.args[0])
        raise RnnchatError(
            f"The notes do not have the word {missing!r} often enough.", _hint(missing, of_words)
        ) from None
    if as_json:
        print_json({"word": named, "near": [{"word": one, "score": round(by, 4)} for one, by in nearest]})
        return
    for other, cosine in nearest:
        print_line(f"{cosine:5.2f}  {other}")


@vectors.command("export", short_help="Write vectors in word2vec's formats.")
@click.argument("paths", nargs=-1, type=PathArgument(), metavar="[PATH...]")
@model_option
@click.option("--words", type=_OutputArgument(), metavar="FILE", help="Write the words' vectors.")
@click.option("--notes", type=_OutputArgument(), metavar="FILE", help="Write the notes' vectors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["bin", "txt"]),
    default="bin",
    show_default=True,
    help="word2vec's binary or text format.",
)
@as_json
def export(
    paths: tuple[Path, ...],
    model: str | None,
    words: Path | None,
    notes: Path | None,
    form: str,
    as_json: bool,
) -> None:
    """Write vectors that Gensim reads with KeyedVectors.load_word2vec_format.

    The names of notes are their paths. White space in a name is written as in URLs, such as %20. A file that
    exists is replaced.
    """
    if words is None and notes is None:
        raise click.UsageError("Give --words FILE, --notes FILE or both")
    from rnnchat.storage.display import display_path
    from rnnchat.storage.files import new_file, real_path, replace_own_file
    from rnnchat.tasks.vectors.notes import note_vectors
    from rnnchat.tasks.vectors.word2vec_format import as_word2vec

    targets = [real_path(new_file(file).path) for file in (words, notes) if file is not None]
    if len(targets) > len(set(targets)):
        raise click.UsageError("Give two different files for --words and --notes")
    index = _index(paths, model)
    written = []
    for what, file, fit in (("words", words, _word_vectors), ("notes", notes, note_vectors)):
        if file is not None:
            named = fit(index)
            if not named.vectors.size:
                raise _too_few_words()
            replace_own_file(file, as_word2vec(named, form))
            written.append((what, file, *named.vectors.shape))
    if as_json:
        print_json(
            {what: {"path": str(file), "count": rows, "size": size} for what, file, rows, size in written}
        )
        return
    for what, file, rows, size in written:
        print_line(f"{rows:,} {what}, {size} numbers each: ", path=display_path(file))


def _index(paths: tuple[Path, ...], model: str | None) -> PassageIndex:
    if paths and model is not None:
        raise click.UsageError("Name either paths or a model")
    return asked_notes(paths, model).collection.index


def _word_vectors(index: PassageIndex) -> NamedVectors:
    """Return the vectors of the words of all passages; raise NotesError where there are too few."""
    from rnnchat.tasks.vectors.words import fit_word_vectors

    found = fit_word_vectors(index.passage(number).text for number in range(len(index)))
    if not found.names:
        raise _too_few_words()
    return found


def _hint(word: str, of_words: NamedVectors) -> str:
    """Return the hint for a word without a vector."""
    from difflib import get_close_matches

    similar = get_close_matches(word, of_words.names, n=3, cutoff=_GUESSED_AT)
    return f"Similar words: {', '.join(similar)}." if similar else "Try a word that the notes use often."


def _too_few_words() -> NotesError:
    return NotesError("These notes have too few words for vectors.", "Name a larger folder of notes.")
