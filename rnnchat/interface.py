"""The Python interface: `rnnchat.load` and what a loaded model does.

    import rnnchat

    model = rnnchat.load("me")
    for suggestion in model.complete("I think"):
        print(suggestion.text, suggestion.probability)
    print(model.score("A text that it has not learned.").bits_per_byte)
    for chunk in model.generate("The thing about", tokens=50, seed=3):
        print(chunk.text, end="")

Nothing here needs TensorFlow, and nothing opens a network connection.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

from rnnchat.completion.completer import Completer, Suggestion
from rnnchat.errors import RnnchatError
from rnnchat.evaluation.scoring import Score, score
from rnnchat.generation.generate import Chunk
from rnnchat.generation.sampling import Sampling
from rnnchat.library.models import Library
from rnnchat.library.settings import load_settings
from rnnchat.loading import LoadedModel, load_model
from rnnchat.storage.paths import Paths, parse_argument
from rnnchat.text.chat_format import text_context
from rnnchat.text.notes.clean import sanitize

if TYPE_CHECKING:
    from typing_extensions import Unpack


class SamplingOptions(TypedDict, total=False):
    """What `Model.generate` takes; `rnnchat.generation.sampling.Sampling` explains the values."""

    temperature: float
    top_p: float
    top_k: int
    min_p: float
    repetition: float
    seed: int | None


class Model:
    """A model in memory. One thread at a time may use it.

    `rnnchat.load` returns it.
    """

    def __init__(self, name: str, loaded: LoadedModel, sampling: Sampling) -> None:
        self.name = name
        """The model's name in the library."""
        self._loaded = loaded
        self._sampling = sampling
        self._draft = ""

    def __repr__(self) -> str:
        """Return the model's name."""
        return f"<rnnchat model {self.name!r}>"

    def complete(self, draft: str, count: int = 6) -> list[Suggestion]:
        """Return at most `count` suggestions for the end of `draft`, likeliest first.

        A draft that continues the last one costs a few milliseconds, and its text has been learned from.
        Raises RnnchatError where `count` is less than 1.
        """
        _check_count("count", count)
        draft = _encodable(draft)
        if not draft.startswith(self._draft) and not self._draft.startswith(draft):
            self._completer.begin()
        self._draft = draft
        return self._completer.suggest(draft, count)

    def generate(
        self, prompt: str = "", *, tokens: int = 200, **options: Unpack[SamplingOptions]
    ) -> Iterator[Chunk]:
        """Continue `prompt` by at most `tokens` tokens, one chunk each.

        The settings apply where the options state nothing. Raises RnnchatError where a value is outside
        its limits.
        """
        _check_count("tokens", tokens)
        sampling = replace(self._sampling, **options)
        sampling.check()
        context = text_context(self._loaded.tokenizer, sanitize(_encodable(prompt)))
        return self._loaded.generator.stream(context, sampling, tokens)

    def score(self, text: str | Iterable[str], *, adaptive: bool = False) -> Score:
        """Return how well the model predicts one text, or several, each from the start of a note.

        With `adaptive` it learns from each token after that was scored, and forgets it afterwards.
        """
        texts = [_encodable(one) for one in ([text] if isinstance(text, str) else text)]
        mixture = self._loaded.mixture(adaptive=adaptive)
        if mixture is None:
            return score(self._loaded.network, self._loaded.tokenizer, texts)
        return score(mixture, self._loaded.tokenizer, texts, learn=mixture.learn if adaptive else None)

    @cached_property
    def _completer(self) -> Completer:
        completer = self._loaded.completer()
        completer.prepare()
        return completer


def load(name: str | None = None, *, home: str | os.PathLike[str] | None = None) -> Model:
    """Return the model called `name`, or the one in use.

    `home` is the folder that holds everything of rnnchat; otherwise RNNCHAT_HOME or the system's folders
    are used. Raises ModelError where the model is missing or damaged.
    """
    paths = Paths.from_environment() if home is None else Paths.under(parse_argument(os.fspath(home)))
    settings = load_settings(paths)
    library = Library(paths)
    name = library.find(name or settings.model).name
    return Model(name, load_model(library, name), settings.sampling)


def _encodable(text: str) -> str:
    """Return `text` with a question mark for each lone surrogate, which no encoding has."""
    return text.encode("utf-8", "replace").decode()


def _check_count(name: str, count: int) -> None:
    if count < 1:
        raise RnnchatError(f"{name} cannot be {count}.", "Give a whole number from 1.")
