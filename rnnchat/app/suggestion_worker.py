"""Suggestions for the open draft: a thread that always answers the latest request only."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from rnnchat.errors import RnnchatError
from rnnchat.storage.log import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnnchat.app.chat_engine import ChatEngine
    from rnnchat.completion.completer import Completer
    from rnnchat.completion.used_words import UsedWords

MOST_ALTERNATIVES = 6
"""No more alternatives than this are shown."""
LEAST_PROBABILITY = 0.01
"""A continuation that is less likely than this is not shown as an alternative."""

LIKELY_COMPLETION = 0.2
"""Where no completion of the word at the cursor to a known one is this likely, a correction comes first."""

CORRECTION_LABEL = "spelling:"
"""What is shown before the correction of a misspelled word."""
NEXT_WORD_SIGN = "… "
"""What is shown before words that follow the one at the cursor, to tell them from what completes it."""


@dataclass(frozen=True)
class Alternative:
    """One way to continue a draft."""

    text: str
    """What is inserted at the cursor."""
    shown: str
    """What is shown for it: the whole word that it makes, or what follows that word."""
    replaces: int = 0
    """The number of characters before the cursor whose place it takes; 0 for what continues them."""


@dataclass(frozen=True)
class SuggestionRequest:
    """Where suggestions are wanted, and from which model."""

    model: str
    draft: object
    """Anything that differs from one draft to another."""
    before: str
    """The text before the cursor."""
    threshold: float
    """The inline suggestion is right with at least this probability."""
    after: str = ""
    """The text after the cursor on its line and the next."""


class SuggestionWorker:
    """Takes a request at every key and answers the latest in a thread; the editor never waits for it."""

    @dataclass
    class Answered(Message):
        """The suggestions for a request."""

        request: SuggestionRequest
        inline: str
        """What is shown in grey after the cursor; may be empty."""
        alternatives: tuple[Alternative, ...]
        is_misspelled: bool = False
        """Whether the word at the cursor is, so that no grey text of an earlier answer should stay."""

    @dataclass
    class Failed(Message):
        """The model cannot suggest anything; another model is tried once it is chosen."""

        error: RnnchatError

    def __init__(
        self,
        chat_engine: ChatEngine,
        post_message: Callable[[Message], object],
        load_history: Callable[[], UsedWords] | None = None,
    ) -> None:
        self._chat_engine = chat_engine
        self._post_message = post_message
        self._load_history = load_history
        self._wake = threading.Condition()
        self._request: SuggestionRequest | None = None
        self._dismissed: list[tuple[str, str]] = []
        """Texts before the cursor with the suggestion dismissed there; kept until a completer learns them."""
        self._ignored: list[tuple[str, tuple[str, ...]]] = []
        """Likewise, suggestions that were shown and not chosen."""
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._completer: Completer | None = None
        self._prepared_for: tuple[object, object] = (None, None)
        """The model and draft that the completer was used for last."""
        self._failed_model = ""
        """The model whose failure was reported last."""

    def ask(self, request: SuggestionRequest) -> None:
        """Ask for suggestions; an earlier request that is not begun yet is dropped."""
        with self._wake:
            self._request = request
            self._wake.notify()
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._work, name="suggestions", daemon=True)
                self._thread.start()

    def dismiss(self, before: str, text: str) -> None:
        """Do not suggest `text` after `before` again."""
        with self._wake:
            self._dismissed.append((before, text))

    def pass_over(self, before: str, texts: tuple[str, ...]) -> None:
        """Prefer others to `texts` while the same word is being typed."""
        with self._wake:
            self._ignored.append((before, texts))

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                while self._request is None and not self._is_closed:
                    self._wake.wait()
                request, self._request = self._request, None
            if request is None:
                return
            try:
                self._answer(request)
                self._failed_model = ""
                if self._request is None and self._completer is not None:
                    self._completer.work_while_idle(lambda: self._request is not None or self._is_closed)
            except Exception as error:
                if not isinstance(error, RnnchatError):
                    self._completer = None  # it may be in any state; the next request makes another
                self._report(request.model, explain(error))

    def _report(self, model: str, error: RnnchatError) -> None:
        """Report a failure of `model`, unless the last one reported was of the same model."""
        if self._failed_model != model:
            self._failed_model = model
            self._post_message(self.Failed(error))

    def _answer(self, request: SuggestionRequest) -> None:
        """Post the suggestions for `request`."""
        from rnnchat.completion.choice import order_shown
        from rnnchat.completion.corrections import may_go_on
        from rnnchat.completion.cursor import word_made, word_start
        from rnnchat.text.notes.clean import sanitize

        completer = self._prepare_completer(request)
        self._learn_rejections(completer)
        partial = request.before[word_start(request.before) :]
        inline = completer.inline(request.before, request.after, request.threshold)
        grey = inline.text if inline else ""
        line = completer.known_line(request.before) if grey else ""
        shown = sanitize(line if line.startswith(grey) else grey).split("\n")[0]
        suggestions = [
            one
            for one in completer.suggest(request.before, MOST_ALTERNATIVES, request.after)
            if one.probability >= LEAST_PROBABILITY and "\n" not in one.text
        ]
        order = order_shown([one.text for one in suggestions])
        suggestions.sort(key=lambda one: order.index(one.text))
        # Where the model has nothing to offer, neither has the line.
        corrections = completer.corrections(request.before) if suggestions else []
        is_misspelled = bool(corrections) and not may_go_on(partial, corrections[0].text)
        known = {
            text: completer.is_known(word)
            for text in ([shown, *(one.text for one in suggestions)] if corrections else [])
            if (word := word_made(partial, text))
        }
        if is_misspelled:
            suggestions = [one for one in suggestions if known.get(one.text, True)]
            shown = shown if known.get(shown, True) else ""
        alternatives = [
            Alternative(one.text, sanitize(_shown_form(partial, one.text)))
            for one in suggestions[: MOST_ALTERNATIVES - len(corrections)]
        ]
        is_begun = any(one.probability >= LIKELY_COMPLETION and known.get(one.text) for one in suggestions)
        # A correction at the end of the line could be cut.
        place = 1 if is_begun else 0
        alternatives[place:place] = [
            Alternative(one.text, sanitize(f"{CORRECTION_LABEL} {one.text}"), one.replaces)
            for one in corrections
        ]
        self._post_message(self.Answered(request, shown, tuple(alternatives), is_misspelled))

    def _prepare_completer(self, request: SuggestionRequest) -> Completer:
        """Return the completer for the model and the draft of `request`; raise RnnchatError if it fails."""
        model = self._chat_engine.load(request.model)
        if self._completer is None or self._prepared_for[0] is not model:
            self._completer = model.completer()
            self._completer.prepare()
            self._use_history(self._completer)
            # All objects made so far stay. Searching them for garbage takes 90 ms each time, in which no key
            # is shown.
            gc.freeze()
        elif self._prepared_for[1] != request.draft:
            self._completer.begin()
            self._use_history(self._completer)
        self._prepared_for = (model, request.draft)
        return self._completer

    def _use_history(self, completer: Completer) -> None:
        """Let the completer consider what the writer did in earlier drafts."""
        if self._load_history is not None:
            completer.use_history(self._load_history())

    def _learn_rejections(self, completer: Completer) -> None:
        """Let the completer learn what was dismissed and ignored since the last answer."""
        with self._wake:
            dismissed, self._dismissed = self._dismissed, []
            ignored, self._ignored = self._ignored, []
        for before, text in dismissed:
            completer.dismiss(before, text)
        for before, texts in ignored:
            completer.ignore(before, texts)


def _shown_form(partial: str, text: str) -> str:
    """Return what is shown for `text`, which is offered after the word, or the part of one, `partial`."""
    if not partial:
        return text.strip()
    return NEXT_WORD_SIGN + text.strip() if text[:1] == " " else (partial + text).strip()
