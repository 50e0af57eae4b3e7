"""The command `summarise`: the key sentences of a note, and titles for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnnchat.cli.output import print_json, print_line, print_progress
from rnnchat.cli.shared import PathArgument, as_json, current_paths, model_option
from rnnchat.cli.streams import is_terminal, read_standard_input
from rnnchat.errors import ModelError, RnnchatError

if TYPE_CHECKING:
    from rnnchat.tasks.summarising.prose import NoteSentence, Prose

_SHOWN_CHARACTERS = 2_000
"""At most this many characters of a sentence are printed."""
_STANDARD_INPUT = "-"
FREE_WARNING = "The model's own words. It is a small network: expect nonsense, made-up names and links."
"""Is printed before what the model writes."""
_OWN_TITLE = "the note's own title"
"""Is printed after a title that the note has already."""


@click.command(
    short_help="Show the key sentences of a note, and titles for it.",
    epilog="""\b
Examples:
  rnnchat summarise ~/notes/git/rebase.md         its three key sentences, with their lines
  rnnchat summarise --title draft.md              titles for it, too
  pbpaste | rnnchat summarise - --sentences 1     a text on standard input
""",
)
@click.argument("note", metavar="NOTE|-")
@click.option("--title", "with_titles", is_flag=True, help="Suggest titles, too.")
@click.option(
    "--sentences",
    "count",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    help="How many key sentences to show; 0 for titles alone.",
)
@click.option(
    "--free",
    is_flag=True,
    help=f"Add what the model writes after the key sentences. {FREE_WARNING}",
)
@model_option
@as_json
def summarise(note: str, with_titles: bool, count: int, free: bool, model: str | None, as_json: bool) -> None:
    """Show the key sentences of NOTE, with the lines in which they begin.

    NOTE is a file, or - for a text on standard input. The sentences are as they stand there, but for the
    addresses of links and other markup. The boxes of tasks stay; those that are done are left out. Titles are
    made of words of the note, in the style of the titles in the notes that the model learned.
    """
    if not count and not with_titles:
        raise click.UsageError("--sentences 0 shows nothing; add --title")
    if free and not count:
        raise click.UsageError("--free needs key sentences; leave --sentences 0 out")
    from rnnchat.tasks.summarising.prose import MOST_SENTENCES, read_prose
    from rnnchat.tasks.summarising.summary import key_sentences

    name, text = _read(note)
    prose = read_prose(text)
    if not prose.sentences:
        raise _nothing_in(name, text, prose)
    if len(prose.sentences) == MOST_SENTENCES:
        print_progress(f"The text is long: only its first {MOST_SENTENCES:,} sentences are read.\n")
    found = key_sentences(prose, count)
    titles = _titles(prose, model) if with_titles else []
    if not titles and not found:
        raise RnnchatError(
            f"{name} has too few words for a title.", "Write a sentence or two, and try again."
        )
    written = _free_summary(found, model) if free else None
    if as_json:
        shown = [{"text": one.shown, "line": one.line} for one in found]
        fields = {"title": titles, "sentences": shown, "own_title": prose.title or None}
        print_json(fields if written is None else {**fields, "free": {"text": written, "from": "model"}})
        return
    _print(titles, found, prose.title, with_titles=with_titles)
    if written is not None:
        _print_free(written)


def _read(note: str) -> tuple[str, str]:
    """Return what a message calls the note, and its text without secrets."""
    from rnnchat.storage.display import display_path
    from rnnchat.storage.files import PathKind, path_kind, real_path
    from rnnchat.tasks.asking.notes import plain_text
    from rnnchat.tasks.summarising.prose import LONGEST_NOTE
    from rnnchat.text.notes.binary import has_many_control_characters
    from rnnchat.text.notes.clean import sanitize
    from rnnchat.text.notes.decode import UnreadableError, decode, read_file
    from rnnchat.text.notes.walk import MAXIMUM_BYTES

    if note == _STANDARD_INPUT:
        name, text = "The text on standard input", read_standard_input(strict=True)
    else:
        path: Path = PathArgument().convert(note, None, None)
        name = display_path(path)
        kind = path_kind(path)
        if kind is PathKind.MISSING:
            raise RnnchatError(f"There is no file {name}.", "Check its name.")
        if kind is PathKind.FOLDER:
            raise RnnchatError(f"{name} is a folder.", "Name one note in it.")
        try:
            text = decode(read_file(real_path(path), MAXIMUM_BYTES))
        except UnreadableError as reason:
            raise RnnchatError(f"{name} cannot be summed up: {reason}.", "Name a note.") from None
    if has_many_control_characters(text):
        raise RnnchatError(f"{name} cannot be summed up: binary, not text.", "Name a note.")
    if not text.strip():
        raise RnnchatError(f"{name} is empty.", "There is nothing to sum up.")
    if len(text) > LONGEST_NOTE:
        print_progress(f"The text is long: only its first {LONGEST_NOTE:,} characters are read.\n")
    lines = text[:LONGEST_NOTE].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shown = plain_text("\n".join(sanitize(line).replace("\n", " ") for line in lines))
    if any(map(str.isalpha, text)) and not any(map(str.isalpha, shown)):
        raise RnnchatError(
            f"{name} cannot be summed up: each of its lines seems to have a key or a password.",
            "Such lines are never read.",
        )
    return name, shown


def _nothing_in(name: str, text: str, prose: Prose) -> RnnchatError:
    """Return the error for a note without sentences."""
    if not any(map(str.isalpha, text)):
        return RnnchatError(f"{name} has no words.", "Name a note with a sentence or more.")
    what = "code" if prose.code else "headings, tables or links"
    return RnnchatError(f"{name} has no sentences, only {what}.", "Name a note with a sentence or more.")


def _titles(prose: Prose, model: str | None) -> list[str]:
    """Return the title that the note has, and others in the style of the notes that the model learned."""
    from rnnchat.library.asked_notes import NoNotesError
    from rnnchat.library.settings import load_settings
    from rnnchat.library.title_notes import learned_title_writer
    from rnnchat.tasks.summarising.title_checks import says_the_same
    from rnnchat.tasks.summarising.titles import plain_writer

    paths = current_paths()
    try:
        writer = learned_title_writer(
            paths, model or load_settings(paths).model, fit=True, progress=_say_fitting
        )
    except ModelError as error:
        if model is not None and not isinstance(error, NoNotesError):
            raise
        writer = plain_writer()
    own = [prose.title] if prose.title else []
    return [*own, *(title for title in writer.suggest(prose) if not says_the_same(title, own))]


def _say_fitting() -> None:
    if is_terminal(sys.stderr):
        print_progress("Learning how your notes are titled, once …\n")


def _free_summary(found: list[NoteSentence], model: str | None) -> str:
    """Return what a model writes after the key sentences."""
    from rnnchat.cli.shared import open_library
    from rnnchat.library.settings import load_settings
    from rnnchat.loading import load_model
    from rnnchat.tasks.summarising.free import MOST_IN_BYTES, MOST_PIECES, cue_for, free_prompt, tidy
    from rnnchat.text.chat_format import text_context

    settings = load_settings(current_paths())
    name = model or settings.model
    loaded = load_model(open_library(), name)
    source = " ".join(one.text for one in found)
    if loaded.tokenizer.share_in_bytes(source) > MOST_IN_BYTES:
        raise RnnchatError(
            f"The model {name} cannot sum this up in its own words: it does not know the script of the text.",
            _other_model(source),
        )
    cue = cue_for(source)
    context = text_context(loaded.tokenizer, free_prompt([one.text for one in found], cue))
    written = (chunk.text for chunk in loaded.generator.stream(context, settings.sampling, MOST_PIECES))
    return tidy("".join(written), cue)


def _other_model(text: str) -> str:
    """Return which model may know the script of a text."""
    from rnnchat.text.scripts import CHINESE, main_script

    shipped = "Name the Chinese one with `--model base-zh`, or" if main_script(text) == CHINESE else "Use"
    return f"{shipped} a model of your own notes in this language; without --free, no model is needed."


def _print(titles: list[str], found: list[NoteSentence], own: str, *, with_titles: bool) -> None:
    """Print titles and key sentences; `own` is the title that the note has, if it has one."""
    for title in titles:
        print_line(f"{title}  ({_OWN_TITLE})" if title == own else title)
    if with_titles and not titles:
        print_line("No title can be made of it.")
    if with_titles and found:
        print_line("")
    width = len(str(found[-1].line)) if found else 0
    for one in found:
        print_line(f"{one.line:>{width}}  {one.shown[:_SHOWN_CHARACTERS]}", indent=width + 2)


def _print_free(written: str) -> None:
    print_line("")
    print_line(FREE_WARNING)
    print_line(written or "(The model wrote no whole sentence.)")
