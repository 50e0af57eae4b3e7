"""The chat: what one sees first."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from rnnchat.app.chat_engine import Part
from rnnchat.app.conversation import Conversation, ConversationSaver, Said
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.chat_welcome import welcome_text
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.transcript import Transcript
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.errors import RnnchatError
from rnnchat.library.text_folding import fold, query_words

TRIED_AGAIN_AFTER = 5.0
"""Seconds after which what could not be kept is tried again."""


class ChatScreen(AppScreen):
    """A conversation with the model in use."""

    MODE = "chat"
    BINDINGS: ClassVar = [
        Binding("escape", "stop", "Stop", id="chat.stop"),
        Binding(
            "ctrl+r", "again", "Again", id="chat.again", tooltip="Another reply in the place of the last"
        ),
        Binding("ctrl+n", "new", "New", id="chat.new", tooltip="Begin a new chat; this one is kept"),
        Binding(
            "ctrl+g", "sampling", "Sampling", id="chat.sampling", tooltip="How bold and how long replies are"
        ),
        Binding("ctrl+o", "open", "Chats", id="chat.open", tooltip="Earlier chats: search, open, delete"),
        Binding(
            "f6",
            "copy",
            "Copy reply",
            show=False,
            priority=True,
            id="chat.copy",
            tooltip="Copy the last reply (F6)",
        ),
        Binding(
            "f8",
            "origins",
            "Where from",
            show=False,
            priority=True,
            id="chat.origins",
            tooltip="What of the last reply stands in your notes (F8)",
        ),
        Binding(
            "f7",
            "earlier",
            "Earlier turns",
            show=False,
            priority=True,
            id="chat.earlier",
            tooltip="More of the turns before those that are shown (F7)",
        ),
        Binding(
            "pageup",
            "scroll(-1)",
            "Scroll up",
            show=False,
            priority=True,
            id="chat.page-up",
            tooltip="A page back (PgUp)",
        ),
        Binding(
            "pagedown",
            "scroll(1)",
            "Scroll down",
            show=False,
            priority=True,
            id="chat.page-down",
            tooltip="A page on (PgDn)",
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._conversation = Conversation()
        self._styles = {"base": "chat"}
        """Whether a model answers or continues, as far as that is known."""
        self._will_try = False
        self._complained = ""

    def contents(self) -> ComposeResult:
        """The transcript, and below it where one writes."""
        with Transcript(id="transcript"):
            yield Static("", id="welcome", markup=False)
        yield Composer()

    def on_mount(self) -> None:
        """Be ready to write at once; the model is read once the first picture stands."""
        self.query_one(Composer).focus()
        self._keeper = ConversationSaver(self.services.chats)
        self.services.unsaved_work.save_chats = self._keeper.keep_all
        self.services.unsaved_work.stop_reply = self.action_stop
        self.call_after_refresh(self._warm_up)

    def on_screen_resume(self) -> None:
        """Show which model speaks now."""
        super().on_screen_resume()
        self._show_welcome()
        self._warm_up()

    @property
    def is_replying(self) -> bool:
        """Whether a reply to the chat on the screen is coming in, or is not kept yet."""
        return self._conversation.is_replying

    @property
    def said(self) -> list[Said]:
        """What has been said in the chat on the screen."""
        return self._conversation.said

    # What the person does

    @on(Composer.Sent)
    def send(self, message: Composer.Sent) -> None:
        """Take a message and have it answered."""
        if self.is_replying:
            self.services.inform("A reply is coming in. Esc stops it.")
            return
        from rnnchat.text.notes.clean import sanitize

        self.query_one(Composer).text = ""
        self.query_one(Transcript).show_end()
        self._add(Said("user", sanitize(message.text).strip(), self.services.settings.model))
        self._conversation.attempt = 0
        self._ask()

    def action_stop(self) -> None:
        """Stop the reply that is coming in; what has come stays."""
        self._conversation.stop.set()

    def action_again(self) -> None:
        """Have the last message answered anew."""
        if self.is_replying:
            self.services.inform("A reply is coming in. Esc stops it, then Ctrl+R asks again.")
            return
        if not self.said:
            self.services.inform("There is nothing to answer yet.")
            return
        self.query_one(Transcript).show_end()
        if self.said[-1].role == "model":
            if dropped := self.said.pop().number:
                self._conversation.dropped.append(dropped)
            self.query(TurnView).last().remove()
        self._conversation.attempt += 1
        self._ask()

    def action_new(self) -> None:
        """Begin a new chat; this one is kept."""
        self._show_chat(None, [])

    def action_earlier(self) -> None:
        """Show more of the turns before those that are shown."""
        self.query_one(Transcript).show_earlier()

    def action_later(self) -> None:
        """Show more of the turns after those that are shown."""
        self.query_one(Transcript).show_later()

    def action_copy(self) -> None:
        """Copy the last reply."""
        reply = next((said.text for said in reversed(self.said) if said.role == "model"), "")
        if reply:
            self.app.copy_to_clipboard(reply)
            self.services.inform("Copied through the terminal.")
        else:
            self.services.inform("There is no reply to copy yet.")

    def action_origins(self) -> None:
        """Show what of the last reply stands word for word in the notes."""
        reply = next((said for said in reversed(self.said) if said.role == "model"), None)
        if reply is None:
            self.services.inform("There is no reply yet whose words could be looked up.")
        else:
            self._look_up(reply)

    @work(thread=True, group="origins", exclusive=True, exit_on_error=False)
    def _look_up(self, reply: Said) -> None:
        from rnnchat.app.screens.origins import OriginsScreen

        app = self.services
        try:
            found = app.chat_engine.origins(reply.model, reply.text)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        if app.is_running:
            app.call_from_thread(self.app.push_screen, OriginsScreen(reply.model, reply.text, found))

    def action_scroll(self, direction: int) -> None:
        """Scroll the transcript by most of a page."""
        transcript = self.query_one(Transcript)
        if direction > 0 and transcript.scroll_offset.y >= transcript.max_scroll_y:
            transcript.show_later()
        transcript.scroll_relative(y=direction * max(1, transcript.size.height - 2), animate=False)

    def action_sampling(self) -> None:
        """Set how replies are sampled."""
        from rnnchat.app.screens.sampling import SamplingScreen

        self.app.push_screen(SamplingScreen())

    def action_open(self) -> None:
        """Open an earlier chat."""
        from rnnchat.app.screens.chats import ChatsScreen

        def opened(chosen: tuple[int, str] | int | None) -> None:
            if isinstance(chosen, tuple):
                self._open(*chosen)

        self.app.push_screen(ChatsScreen(self._conversation.chat), opened)

    # A reply

    def _ask(self) -> None:
        view = self._add_view("model", self.services.settings.model, "")
        view.show("…")
        self.query_one(Transcript).to_end()
        self._conversation.stop.clear()
        self._conversation.reply = self._reply(self._conversation, view)
        self.refresh_bindings()

    @work(thread=True, group="reply", exit_on_error=False)
    def _reply(self, conversation: Conversation, view: TurnView) -> None:
        """Make a reply in a thread; all that is said is on the disk before it is shown as said."""
        from rnnchat.text.chat_format import Turn

        app = self.services
        worker = get_current_worker()
        last = Part("")
        try:
            self._keep_or_report(conversation)
            turns = [Turn(said.role, said.text) for said in conversation.said]
            for part in app.chat_engine.reply(
                app.settings,
                turns,
                lambda: conversation.stop.is_set() or worker.is_cancelled,  # cancelled: the app ends
                conversation.attempt,
            ):
                last = part
                if not part.finish and app.is_running:
                    app.call_from_thread(view.show, part.text)
            reply = Said("model", last.text, view.speaker)
            if reply.text:
                conversation.said.append(reply)
                view.said = reply
                self._keep_or_report(conversation)
            if app.is_running:
                app.call_from_thread(self._show_end, view, last)
        except RnnchatError as error:
            if app.is_running:
                app.call_from_thread(self._show_failure, view, error)

    def _keep_or_report(self, conversation: Conversation) -> None:
        """Write what is not in the database yet; where that fails, it is tried again."""
        app = self.services
        try:
            self._keeper.keep(conversation)
        except RnnchatError as error:
            if error.message != self._complained and app.is_running:
                self._complained = error.message
                app.call_from_thread(app.report, error)
        else:
            self._complained = ""
        if app.is_running:
            app.call_from_thread(self._show_kept)

    def _show_kept(self) -> None:
        """Say at each turn whether it could not be kept; try again later where any could not."""
        is_unkept = self._keeper.is_unkept(self._conversation)
        for view in self.query(TurnView):
            view.show_kept(not is_unkept or view.said is None or view.said.number > 0)
        if self._keeper.has_unkept and not self._will_try:
            self._will_try = True
            self.set_timer(TRIED_AGAIN_AFTER, self._try_again)

    @work(thread=True, group="keep", exit_on_error=False)
    def _try_again(self) -> None:
        self._will_try = False
        self._keeper.keep_all()
        if self.services.is_running:
            self.app.call_from_thread(self._show_kept)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop a reply only while one comes in."""
        if action == "stop":
            return self.is_replying
        return super().check_action(action, parameters)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show the keys that there are now that a reply has ended."""
        if event.worker is self._conversation.reply:
            self.refresh_bindings()

    def _show_end(self, view: TurnView, last: Part) -> None:
        notes = {
            "stopped": "stopped",
            "length": f"reached {self.services.settings.reply_pieces} pieces, the longest set (^g)",
        }
        view.show(last.text or "(nothing came)", notes.get(last.finish, ""))

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Take away the "…" of a reply that does not come; Ctrl+R asks for it again."""
        if name == "_reply" and not self.is_replying and self.said and self.said[-1].role == "user":
            for view in list(self.query(TurnView))[-1:]:
                if view.role == "model":
                    view.remove()

    def _show_failure(self, view: TurnView, error: RnnchatError) -> None:
        view.remove()
        self.services.report(error)

    # What is shown

    def _add(self, said: Said) -> None:
        self.said.append(said)
        self._add_view(said.role, said.model, said.text).said = said

    def _add_view(self, role: str, model: str, text: str) -> TurnView:
        view = TurnView(role, "You" if role == "user" else model, text)
        self.query_one(Transcript).mount(view)
        self._show_welcome(hidden=True)
        return view

    def _show_chat(self, chat: int | None, said: list[Said], words: str = "") -> None:
        """Show a chat in the place of the one that is open, at the latest turn that holds all `words`."""
        self._conversation.stop.set()
        self._conversation = Conversation(chat, said)
        sought = query_words(words)
        hit = next((turn for turn in reversed(said) if _holds(turn.text, sought)), None)
        self.query_one(Transcript).show_turns(said, hit, sought)
        self._show_welcome()
        self.query_one(Composer).focus()
        self.refresh_bindings()

    def _show_welcome(self, hidden: bool = False) -> None:
        welcome = self.query_one("#welcome", Static)
        welcome.display = not self.said and not hidden
        model = self.services.settings.model
        welcome.update(welcome_text(model, answers=self._styles.get(model) == "chat"))
        self.query_one(Composer).border_title = f"to {model}"

    def _know_style(self, model: str, style: str) -> None:
        if self._styles.get(model) != style:
            self._styles[model] = style
            self._show_welcome()

    @work(thread=True, group="open", exclusive=True, exit_on_error=False)
    def _open(self, chat: int, words: str = "") -> None:
        app = self.services
        try:
            kept = [Said(t.role, t.text, t.model, t.id) for t in app.chats.turns(chat)]
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        app.call_from_thread(self._show_chat, chat, kept, words)

    @work(thread=True, group="warm-up", exclusive=True, exit_on_error=False)
    def _warm_up(self) -> None:
        """Read the model before it is needed; fall back to the shipped one where it is gone."""
        app = self.services
        try:
            model = app.settings.model
            style = app.chat_engine.load(model).card.style
            if app.is_running:
                app.call_from_thread(self._know_style, model, style)
        except RnnchatError as error:
            if not app.is_running:
                return
            app.call_from_thread(app.report, error)
            if app.settings.model != "base":
                app.call_from_thread(app.use_model, "base")
                app.call_from_thread(self._show_welcome)


def _holds(text: str, sought: list[str]) -> bool:
    folded = fold(text) if sought else ""
    return bool(sought) and all(word in folded for word in sought)
