"""What completes drafts in the app: a thread of its own, which always answers the latest question only."""

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

OFFERED = 6
"""How many alternatives there are at most."""
FAINT = 0.01
"""What is less likely than this is not even offered as an alternative."""


@dataclass(frozen=True)
class Alternative:
    """One way to go on: what the cursor adds, and the whole word that comes of it."""

    text: str
    shown: str


@dataclass(frozen=True)
class Question:
    """Where the cursor stands in which draft, and which model is asked."""

    model: str
    draft: object
    """Anything that differs from one draft to another."""
    before: str
    threshold: float


class Completion:
    """Asked at every key, answers when it can; the editor never waits for it."""

    @dataclass
    class Answered(Message):
        """How the draft may go on."""

        question: Question
        inline: str
        alternatives: tuple[Alternative, ...]

    @dataclass
    class Failed(Message):
        """The model cannot complete; it is asked again once another one is chosen."""

        error: RnnchatError

    def __init__(self, chat_engine: ChatEngine, deliver: Callable[[Message], object]) -> None:
        self._chat_engine = chat_engine
        self._deliver = deliver
        self._wake = threading.Condition()
        self._question: Question | None = None
        self._dismissed: list[tuple[str, str]] = []
        self._passed: list[tuple[str, tuple[str, ...]]] = []
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._completer: Completer | None = None
        self._of: tuple[object, object] = (None, None)
        self._failed = ""

    def ask(self, question: Question) -> None:
        """Ask how the draft may go on; a question not yet begun is forgotten."""
        with self._wake:
            self._question = question
            self._wake.notify()
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._work, name="completion", daemon=True)
                self._thread.start()

    def dismiss(self, before: str, text: str) -> None:
        """Do not offer `text` there again."""
        with self._wake:
            self._dismissed.append((before, text))

    def pass_over(self, before: str, texts: tuple[str, ...]) -> None:
        """Rather offer others than `texts` while the same word is typed on."""
        with self._wake:
            self._passed.append((before, texts))

    def close(self) -> None:
        """Let the thread end."""
        with self._wake:
            self._is_closed = True
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                while self._question is None and not self._is_closed:
                    self._wake.wait()
                question, self._question = self._question, None
                dismissed, self._dismissed = self._dismissed, []
                passed, self._passed = self._passed, []
            if question is None:
                return
            try:
                self._answer(question, dismissed, passed)
                self._failed = ""
                if self._question is None and self._completer is not None:
                    self._completer.rest(lambda: self._question is not None or self._is_closed)
            except RnnchatError as error:
                if self._failed != question.model:
                    self._failed = question.model
                    self._deliver(self.Failed(error))
            except Exception as error:
                said = explain(error)
                self._completer = None  # it may be in any state; the next question makes another
                if self._failed != question.model:
                    self._failed = question.model
                    self._deliver(self.Failed(said))

    def _answer(
        self,
        question: Question,
        dismissed: list[tuple[str, str]],
        passed: list[tuple[str, tuple[str, ...]]],
    ) -> None:
        from rnnchat.completion.cursor import word_start
        from rnnchat.text.notes.clean import sanitize

        model = self._chat_engine.load(question.model)
        if self._completer is None or self._of[0] is not model:
            self._completer = model.completer()
            self._completer.prepare()
            # What is there now stays: to look through it again and again for what nobody uses takes 90 ms
            # each time, in which no key is shown.
            gc.freeze()
        elif self._of[1] != question.draft:
            self._completer.begin()
        self._of = (model, question.draft)
        for before, text in dismissed:
            self._completer.dismiss(before, text)
        for before, texts in passed:
            self._completer.pass_over(before, texts)
        inline = self._completer.inline(question.before, question.threshold)
        partial = question.before[word_start(question.before) :]
        alternatives = tuple(
            Alternative(one.text, sanitize(partial + one.text if one.text[:1] != " " else one.text).strip())
            for one in self._completer.suggest(question.before, OFFERED)
            if one.probability >= FAINT and "\n" not in one.text
        )
        shown = sanitize(inline.text).split("\n")[0] if inline else ""
        self._deliver(self.Answered(question, shown, alternatives))
