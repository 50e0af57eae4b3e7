"""The chat with the model in use, which is the first screen."""

from __future__ import annotations

from contextlib import closing
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.worker import Worker, get_current_worker

from rnnchat.app.chat_engine import PartialReply
from rnnchat.app.conversation import RETRY_SECONDS, ChatTurn, Conversation, ConversationSaver
from rnnchat.app.screens.notes_question import QUESTION_MARK, NotesQuestionScreen
from rnnchat.app.widgets.chat_welcome import ChatWelcome
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.transcript import Transcript
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.app.worker_groups import AUTOSAVE, REPLY
from rnnchat.errors import RnnchatError
from rnnchat.library.shipped import BASE, is_shipped_name
from rnnchat.library.text_folding import fold, query_words


def _chat_key(key: str, action: str, description: str, tooltip: str, name: str = "") -> Binding:
    """Return a key that works even while a message is being written, and is not shown in the footer."""
    binding_id = f"chat.{name or action}"
    return Binding(key, action, description, show=False, priority=True, id=binding_id, tooltip=tooltip)


class ChatScreen(NotesQuestionScreen):
    """A conversation with the model in use."""

    MODE = "chat"
    BINDINGS: ClassVar = [
        Binding("escape", "stop", "Stop", id="chat.stop"),
        Binding("ctrl+r", "retry", "Retry", id="chat.retry", tooltip="Replace the last reply with another"),
        Binding("ctrl+n", "new", "New", id="chat.new", tooltip="Start a new chat; this one is saved"),
        Binding(
            "ctrl+g", "sampling", "Sampling", id="chat.sampling", tooltip="Set temperature, length and more"
        ),
        Binding("ctrl+o", "open", "Chats", id="chat.open", tooltip="Search, open or delete earlier chats"),
        _chat_key("f6", "copy", "Copy reply", "Copy the last reply (F6)"),
        _chat_key("f8", "attribution", "Sources", "Show what of the last reply is in your notes (F8)"),
        _chat_key("f7", "earlier", "Earlier turns", "Show more of the earlier turns (F7)"),
        _chat_key("pageup", "scroll(-1)", "Scroll up", "Scroll up a page (PgUp)", "page-up"),
        _chat_key("pagedown", "scroll(1)", "Scroll down", "Scroll down a page (PgDn)", "page-down"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conversation = Conversation()
        """The chat on the screen."""
        self._is_retry_planned = False
        self._reported = ""
        """The message of the failed save that was reported last, until a save succeeds."""

    def contents(self) -> ComposeResult:
        """The transcript, and the message below it."""
        with Transcript(id="transcript"):
            yield ChatWelcome()
        yield Composer()

    def on_mount(self) -> None:
        """Be ready for a message at once; the model is loaded after the screen is drawn."""
        self.query_one(Composer).focus()
        self._saver = ConversationSaver(self.services.chats)
        self.services.unsaved_work.save_chats = self._saver.retry
        self.services.unsaved_work.stop_reply = self.action_stop
        self.call_after_refresh(self._warm_up)

    def on_screen_resume(self) -> None:
        """Show which model is in use now."""
        super().on_screen_resume()
        self._show_welcome()
        self._warm_up()

    @property
    def is_replying(self) -> bool:
        """Whether a reply in the chat on the screen is being generated, or is not saved yet."""
        return self.conversation.is_replying

    @property
    def turns(self) -> list[ChatTurn]:
        """The turns of the chat on the screen."""
        return self.conversation.turns

    @property
    def _last_reply(self) -> ChatTurn | None:
        return next((turn for turn in reversed(self.turns) if turn.role == "model"), None)

    # Actions

    @on(Composer.Sent)
    def send(self, message: Composer.Sent) -> None:
        """Add a message to the chat and generate the reply."""
        if message.text.startswith(QUESTION_MARK):
            self.ask_notes(message.text)
            return
        if self.is_replying:
            self.services.inform("Still replying. Press Esc to stop.")
            return
        from rnnchat.text.notes.clean import sanitize

        self.query_one(Composer).text = ""
        self.query_one(Transcript).show_end()
        turn = ChatTurn("user", sanitize(message.text).strip(), self.services.settings.model)
        self.turns.append(turn)
        self._add_view(TurnView.of(turn))
        self.conversation.rejected.clear()
        self._begin_reply()

    def action_stop(self) -> None:
        """Stop the reply; what has been generated stays."""
        self.conversation.stop.set()

    def action_retry(self) -> None:
        """Replace the last reply with another."""
        if self.is_replying:
            self.services.inform("Still replying. Press Esc to stop, then Ctrl+R for another reply.")
            return
        if not self.turns:
            self.services.inform("There is no message to reply to yet.")
            return
        transcript = self.query_one(Transcript)
        transcript.show_end()
        if self.turns[-1].role == "model":
            replaced = self.turns.pop()
            self.conversation.rejected.append(replaced.text)
            if replaced.id:
                self.conversation.removed_ids.append(replaced.id)
            transcript.remove_last()
        self._begin_reply()

    def action_new(self) -> None:
        """Start a new chat; this one is saved."""
        self.services.note_finder.forget_subject()
        self.show_chat(None, [])

    def action_earlier(self) -> None:
        """Show more of the turns before those that are shown."""
        self.query_one(Transcript).show_earlier()

    def action_later(self) -> None:
        """Show more of the turns after those that are shown."""
        self.query_one(Transcript).show_later()

    def action_copy(self) -> None:
        """Copy the last reply."""
        reply = self._last_reply
        if reply is None:
            self.services.inform("There is no reply to copy yet.")
        else:
            self.app.copy_to_clipboard(reply.text)
            self.services.inform("Copied through the terminal.")

    def action_attribution(self) -> None:
        """Show which passages of the last reply stand in the notes."""
        reply = self._last_reply
        if reply is None:
            self.services.inform("There is no reply to find the sources of yet.")
        else:
            self._find_attribution(reply)

    @work(thread=True, group="attribution", exclusive=True)
    def _find_attribution(self, reply: ChatTurn) -> None:
        from rnnchat.app.screens.attribution import AttributionScreen

        app = self.services
        found = app.chat_engine.attribution(reply.model, reply.text)
        if app.is_running:
            app.call_from_thread(self.app.push_screen, AttributionScreen(reply.model, reply.text, found))

    def action_scroll(self, direction: int) -> None:
        """Scroll by a page: up where `direction` is -1, down where it is 1."""
        self.query_one(Transcript).scroll_page(direction)

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

        self.app.push_screen(ChatsScreen(self.conversation.chat), opened)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop a reply only while there is one."""
        if action == "stop":
            return self.is_replying
        return super().check_action(action, parameters)

    # Replies

    def _begin_reply(self) -> None:
        view = TurnView("model", self.services.settings.model)
        self._add_view(view)
        view.show("…")
        self.query_one(Transcript).follow_end()
        self.conversation.stop.clear()
        self.conversation.reply = self._reply(self.conversation, view)
        model = self.services.settings.model
        if not is_shipped_name(model):
            self.find_nearest(view, model, self.turns[-1].text)
        self.refresh_bindings()

    @work(thread=True, group=REPLY)
    def _reply(self, conversation: Conversation, view: TurnView) -> None:
        """Generate a reply in a thread; each turn is saved before it is shown as complete."""
        from rnnchat.text.chat_format import Turn

        app, worker = self.services, get_current_worker()
        last = PartialReply("")
        try:
            self._save(conversation)
            reply = app.chat_engine.reply(
                app.settings,
                [Turn(turn.role, turn.text) for turn in conversation.turns],
                lambda: conversation.stop.is_set() or worker.is_cancelled,  # cancelled: the app ends
                list(conversation.rejected),
            )
            with closing(reply):  # the next reply waits until this one is closed
                for partial in reply:
                    last = partial
                    if not partial.finish and app.is_running:
                        app.call_from_thread(view.show, partial.text)
            if last.text:
                view.turn = ChatTurn("model", last.text, view.author)
                conversation.turns.append(view.turn)
                self._save(conversation)
            if app.is_running:
                app.call_from_thread(self._show_end, view, last)
        except RnnchatError as error:
            if app.is_running:
                app.call_from_thread(view.remove)
                app.call_from_thread(app.report, error)

    def _show_end(self, view: TurnView, last: PartialReply) -> None:
        longest = self.services.settings.reply_pieces
        notes = {
            "stopped": "stopped",
            "length": f"cut off at {longest:,} tokens, the longest reply allowed (Ctrl+G)",
        }
        view.show(last.text or "(empty reply)", notes.get(last.finish, ""))

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Remove the "…" of a reply that failed; Ctrl+R tries it again."""
        if name == "_reply" and not self.is_replying and self.turns and self.turns[-1].role == "user":
            for view in list(self.query(TurnView))[-1:]:
                if view.role == "model":
                    view.remove()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Update the footer when a reply has ended."""
        if event.worker is self.conversation.reply:
            self.refresh_bindings()

    # Saving

    def _save(self, conversation: Conversation) -> None:
        """Save a conversation in a worker's thread; report a failure once, and plan to retry it."""
        app = self.services
        try:
            self._saver.save(conversation)
        except RnnchatError as error:
            if error.message != self._reported and app.is_running:
                self._reported = error.message
                app.call_from_thread(app.report, error)
        else:
            self._reported = ""
        if app.is_running:
            app.call_from_thread(self._show_saved)

    def _show_saved(self) -> None:
        """Show at each turn whether it is saved; retry later where any is not."""
        is_unsaved = self._saver.is_unsaved(self.conversation)
        for view in self.query(TurnView):
            view.show_saved(not is_unsaved or view.turn is None or view.turn.id > 0)
        if self._saver.has_unsaved and not self._is_retry_planned:
            self._is_retry_planned = True
            self.set_timer(RETRY_SECONDS, self._retry_saving)

    @work(thread=True, group=AUTOSAVE)
    def _retry_saving(self) -> None:
        self._is_retry_planned = False
        self._saver.retry()
        if self.services.is_running:
            self.app.call_from_thread(self._show_saved)

    # Showing

    def show_chat(self, chat: int | None, turns: list[ChatTurn], words: str = "") -> None:
        """Show another chat, at the latest turn that contains all of a search's `words`."""
        self.conversation.stop.set()
        self.conversation = Conversation(chat, turns)
        folded_words = query_words(words)
        match = next((turn for turn in reversed(turns) if _contains_all(turn.text, folded_words)), None)
        self.query_one(Transcript).show_turns(turns, match, folded_words)
        self._show_welcome()
        self.query_one(Composer).focus()
        self.refresh_bindings()

    def _add_view(self, view: TurnView) -> None:
        self.query_one(Transcript).mount(view)
        self.query_one(ChatWelcome).display = False

    def _show_welcome(self) -> None:
        model = self.services.settings.model
        welcome = self.query_one(ChatWelcome)
        welcome.display = not self.turns
        welcome.show_model(model)
        self.query_one(Composer).border_title = f"to {model}"

    def _set_style(self, model: str, style: str) -> None:
        self.query_one(ChatWelcome).set_style(model, style)

    @work(thread=True, group="open", exclusive=True)
    def _open(self, chat: int, words: str = "") -> None:
        app = self.services
        turns = [ChatTurn(turn.role, turn.text, turn.model, turn.id) for turn in app.chats.turns(chat)]
        app.call_from_thread(self.show_chat, chat, turns, words)

    @work(thread=True, group="warm-up", exclusive=True)
    def _warm_up(self) -> None:
        """Load the model before it is needed; use BASE where it is gone."""
        app = self.services
        model = app.settings.model
        try:
            style = app.chat_engine.load(model).card.style
            if app.is_running:
                app.call_from_thread(self._set_style, model, style)
        except RnnchatError as error:
            if not app.is_running:
                return
            app.call_from_thread(app.report, error)
            if app.settings.model != BASE:
                app.call_from_thread(app.use_model, BASE)
                app.call_from_thread(self._show_welcome)


def _contains_all(text: str, folded_words: list[str]) -> bool:
    folded = fold(text) if folded_words else ""
    return bool(folded_words) and all(word in folded for word in folded_words)
