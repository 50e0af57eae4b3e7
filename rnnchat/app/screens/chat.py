"""The chat: what one sees first."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from rnnchat.app.screens.room import Room
from rnnchat.app.voice import Part
from rnnchat.app.widgets.composer import Composer
from rnnchat.app.widgets.transcript import Transcript
from rnnchat.app.widgets.turn_view import TurnView
from rnnchat.errors import RnnchatError

SHOWN = 20
"""How many turns of a long chat are shown at first, and more each time it is asked for."""

WELCOME_BASE = (
    "Say something below, and {model} answers. It is a small model that lives on this computer: "
    "it has an ear for how people talk and little knowledge of facts.\n\n"
    "It becomes yours when it learns from your notes: press F3. Nothing you write or read ever "
    "leaves this machine."
)
WELCOME_OWN = (
    "Write a line below, and {model} continues it in the voice of your notes.\n\n"
    "Ctrl+R asks for another continuation, Ctrl+G sets how bold it is. "
    "Nothing leaves this machine."
)


@dataclass
class Said:
    """A turn of the chat that is open, with its number in the database once it is kept."""

    role: str
    text: str
    model: str
    number: int = 0


@dataclass
class Conversation:
    """A chat that is open, and the reply that is coming in.

    A reply's thread holds on to the conversation that it belongs to: whatever is on the screen
    by then, what has come is kept there and nowhere else.
    """

    chat: int | None = None
    said: list[Said] = field(default_factory=list)
    attempt: int = 0
    reply: Worker[None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_replying(self) -> bool:
        """Whether a reply is coming in, or has been stopped and is not kept yet."""
        return self.reply is not None and not self.reply.is_finished


class Earlier(Static):
    """Stands for the turns of a long chat that are not shown yet."""

    async def on_click(self) -> None:
        """Show more of them."""
        await self.screen.run_action("earlier")


class ChatScreen(Room):
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
        self._first_shown = 0

    def contents(self) -> ComposeResult:
        """The transcript, and below it where one writes."""
        with Transcript(id="transcript"):
            yield Static("", id="welcome", markup=False)
        yield Composer()

    def on_mount(self) -> None:
        """Be ready to write at once; the model is read once the first picture stands."""
        self.query_one(Composer).focus()
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
            self.own_app.say("A reply is coming in. Esc stops it.")
            return
        from rnnchat.notes.clean import harmless

        self.query_one(Composer).text = ""
        self._add(Said("user", harmless(message.text).strip(), self.own_app.settings.model))
        self._conversation.attempt = 0
        self._ask()

    def action_stop(self) -> None:
        """Stop the reply that is coming in; what has come stays."""
        self._conversation.stop.set()

    def action_again(self) -> None:
        """Have the last message answered anew."""
        if self.is_replying:
            self.own_app.say("A reply is coming in. Esc stops it, then Ctrl+R asks again.")
            return
        if not self.said:
            self.own_app.say("There is nothing to answer yet.")
            return
        dropped = 0
        if self.said[-1].role == "model":
            dropped = self.said.pop().number
            self.query(TurnView).last().remove()
        self._conversation.attempt += 1
        self._ask(dropped)

    def action_new(self) -> None:
        """Begin a new chat; this one is kept."""
        self._show_chat(None, [])

    def action_earlier(self) -> None:
        """Show more of the turns before those that are shown."""
        if self._first_shown:
            begin = max(0, self._first_shown - SHOWN)
            views = [self._view(said) for said in self.said[begin : self._first_shown]]
            self._first_shown = begin
            self.query_one(Transcript).mount(*views, after=self.query_one("#welcome"))
            self._show_earlier()

    def action_copy(self) -> None:
        """Copy the last reply."""
        reply = next((said.text for said in reversed(self.said) if said.role == "model"), "")
        if reply:
            self.app.copy_to_clipboard(reply)
            self.own_app.say("Copied through the terminal.")
        else:
            self.own_app.say("There is no reply to copy yet.")

    def action_origins(self) -> None:
        """Show what of the last reply stands word for word in the notes."""
        reply = next((said for said in reversed(self.said) if said.role == "model"), None)
        if reply is None:
            self.own_app.say("There is no reply yet whose words could be looked up.")
        else:
            self._look_up(reply)

    @work(thread=True, group="origins", exclusive=True, exit_on_error=False)
    def _look_up(self, reply: Said) -> None:
        from rnnchat.app.screens.origins import OriginsScreen

        app = self.own_app
        try:
            found = app.voice.origins(reply.model, reply.text)
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        if app.is_running:
            app.call_from_thread(app.push_screen, OriginsScreen(reply.model, reply.text, found))

    def action_scroll(self, direction: int) -> None:
        """Scroll the transcript by most of a page."""
        transcript = self.query_one(Transcript)
        transcript.scroll_relative(y=direction * max(1, transcript.size.height - 2), animate=False)

    def action_sampling(self) -> None:
        """Set how replies are sampled."""
        from rnnchat.app.screens.sampling import SamplingScreen

        self.app.push_screen(SamplingScreen())

    def action_open(self) -> None:
        """Open an earlier chat."""
        from rnnchat.app.screens.chats import ChatsScreen

        def opened(chat: int | None) -> None:
            if chat is not None:
                self._open(chat)

        self.app.push_screen(ChatsScreen(self._conversation.chat), opened)

    # A reply

    def _ask(self, dropped: int = 0) -> None:
        view = self._add_view("model", self.own_app.settings.model, "")
        view.show("…")
        self.query_one(Transcript).to_end()
        self._conversation.stop.clear()
        self._conversation.reply = self._reply(self._conversation, view, dropped)

    @work(thread=True, group="reply", exit_on_error=False)
    def _reply(self, conversation: Conversation, view: TurnView, dropped: int) -> None:
        """Make a reply in a thread; all that is said is on the disk before it is shown as said."""
        from rnnchat.writing.chat import Turn

        app = self.own_app
        worker = get_current_worker()
        last = Part("")
        try:
            self._keep_or_report(conversation, dropped)
            turns = [Turn(said.role, said.text) for said in conversation.said]
            for part in app.voice.reply(
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
                self._keep_or_report(conversation)
            if app.is_running:
                app.call_from_thread(self._show_end, view, last)
        except RnnchatError as error:
            if app.is_running:
                app.call_from_thread(self._show_failure, view, error)

    def _keep_or_report(self, conversation: Conversation, dropped: int = 0) -> None:
        """Write the turns that are not in the database yet; where that fails, the chat goes on.

        What could not be written is tried again with the next turn.
        """
        chats = self.own_app.chats
        try:
            if dropped:
                chats.remove_turn(dropped)
            for said in conversation.said:
                if not said.number:
                    conversation.chat, said.number = chats.add_turn(
                        conversation.chat, said.role, said.text, said.model
                    )
        except RnnchatError as error:
            if self.own_app.is_running:
                self.app.call_from_thread(self.own_app.report, error)

    def _show_end(self, view: TurnView, last: Part) -> None:
        notes = {
            "stopped": "stopped",
            "length": f"reached {self.own_app.settings.reply_pieces} pieces, the longest set (^g)",
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
        self.own_app.report(error)

    # What is shown

    def _add(self, said: Said) -> None:
        self.said.append(said)
        self._add_view(said.role, said.model, said.text)

    def _add_view(self, role: str, model: str, text: str) -> TurnView:
        view = TurnView(role, "You" if role == "user" else model, text)
        self.query_one(Transcript).mount(view)
        self._show_welcome(hidden=True)
        return view

    def _view(self, said: Said) -> TurnView:
        return TurnView(said.role, "You" if said.role == "user" else said.model, said.text)

    def _show_chat(self, chat: int | None, said: list[Said]) -> None:
        """Show a chat in the place of the one that is open."""
        self._conversation.stop.set()
        self._conversation = Conversation(chat, said)
        self._first_shown = max(0, len(said) - SHOWN)
        transcript = self.query_one(Transcript)
        self.query(TurnView).remove()
        transcript.mount(*[self._view(one) for one in said[self._first_shown :]])
        self._show_earlier()
        self._show_welcome()
        transcript.to_end()
        self.query_one(Composer).focus()

    def _show_earlier(self) -> None:
        self.query(Earlier).remove()
        if self._first_shown:
            word = f"▲ {self._first_shown} earlier turns (F7)"
            self.query_one(Transcript).mount(Earlier(word, markup=False), after=self.query_one("#welcome"))

    def _show_welcome(self, hidden: bool = False) -> None:
        welcome = self.query_one("#welcome", Static)
        welcome.display = not self.said and not hidden
        model = self.own_app.settings.model
        text = WELCOME_BASE if model == "base" else WELCOME_OWN
        welcome.update(text.format(model=model))
        self.query_one(Composer).border_title = f"to {model}"

    @work(thread=True, group="open", exclusive=True, exit_on_error=False)
    def _open(self, chat: int) -> None:
        app = self.own_app
        try:
            kept = [Said(t.role, t.text, t.model, t.id) for t in app.chats.turns(chat)]
        except RnnchatError as error:
            app.call_from_thread(app.report, error)
            return
        app.call_from_thread(self._show_chat, chat, kept)

    @work(thread=True, group="warm-up", exclusive=True, exit_on_error=False)
    def _warm_up(self) -> None:
        """Read the model before it is needed; fall back to the shipped one where it is gone."""
        app = self.own_app
        try:
            app.voice.load(app.settings.model)
        except RnnchatError as error:
            if not app.is_running:
                return
            app.call_from_thread(app.report, error)
            if app.settings.model != "base":
                app.call_from_thread(app.use_model, "base")
                app.call_from_thread(self._show_welcome)
