"""The turns of a chat, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.widgets import Static

from rnnchat.app.conversation import Said
from rnnchat.app.widgets.turn_view import TurnView

SHOWN = 20
"""How many turns of a long chat are shown at first, and more each time it is asked for."""


class Earlier(Static):
    """Stands for the turns of a long chat before those that are shown."""

    async def on_click(self) -> None:
        """Show more of them."""
        await self.screen.run_action("earlier")


class Later(Static):
    """Stands for the turns after those that are shown."""

    async def on_click(self) -> None:
        """Show more of them."""
        await self.screen.run_action("later")


class Transcript(VerticalScroll, can_focus=False):
    """Begins at the top, and follows the end once there is more than fits, unless one scrolls away."""

    _turns: Sequence[Said] = ()
    _before = 0
    _after = 0
    """How many of the turns before and after those that are shown are not."""
    _follows = True
    """Whether the end is followed; not while a place in the chat is shown."""

    def watch_virtual_size(self, _: Size, size: Size) -> None:
        """Follow the end as soon as there is one."""
        overflows = size.height > self.container_size.height > 0
        if overflows and not self.is_anchored and self._follows:
            self.anchor()
        elif not overflows and self.is_anchored:
            self.anchor(False)
            self.scroll_home(animate=False)

    def to_end(self) -> None:
        """Show the end, and follow it again."""
        self._follows = True
        if self.max_scroll_y > 0:
            self.anchor()

    def show_turns(
        self, turns: Sequence[Said], place: Said | None = None, sought: Sequence[str] = ()
    ) -> None:
        """Show the turns of a chat: the last, or those around a `place` in which words were `sought`."""
        self._turns = turns
        self._before = max(0, len(turns) - SHOWN)
        if place is not None:
            index = next(i for i, turn in enumerate(turns) if turn is place)
            self._before = min(self._before, max(0, index - SHOWN // 2))
        views = [view_of(turn) for turn in turns[self._before : self._before + SHOWN]]
        self._after = len(turns) - self._before - len(views)
        self.query(TurnView).remove()
        self.mount(*views)
        self._show_what_is_not_shown()
        if place is None:
            self.to_end()
            return
        view = next(view for view in views if view.said is place)
        view.highlight(sought)
        self._follows = False
        self.anchor(False)
        self.call_after_refresh(self.scroll_to_widget, view, top=True, animate=False)

    def show_earlier(self) -> None:
        """Show more of the turns before those that are shown."""
        if self._before:
            begin = max(0, self._before - SHOWN)
            views = [view_of(turn) for turn in self._turns[begin : self._before]]
            self._before = begin
            self.mount(*views, after=0)
            self._show_what_is_not_shown()

    def show_later(self) -> None:
        """Show more of the turns after those that are shown."""
        if self._after:
            begin = len(self._turns) - self._after
            views = [view_of(turn) for turn in self._turns[begin : begin + SHOWN]]
            self._after -= len(views)
            self.mount(*views)
            self._show_what_is_not_shown()

    def show_end(self) -> None:
        """Show the last turns, where others are shown."""
        if self._after:
            self.show_turns(self._turns)

    def _show_what_is_not_shown(self) -> None:
        self.query(Earlier).remove()
        self.query(Later).remove()
        if self._before:
            self.mount(Earlier(f"▲ {_count(self._before, 'earlier')} (F7)", markup=False), after=0)
        if self._after:
            self.mount(Later(f"▼ {_count(self._after, 'later')} (Page Down)", markup=False))


def view_of(turn: Said) -> TurnView:
    """Return what shows a turn."""
    view = TurnView(turn.role, "You" if turn.role == "user" else turn.model, turn.text)
    view.said = turn
    return view


def _count(number: int, which: str) -> str:
    return f"{number:,} {which} turn{'' if number == 1 else 's'}"
