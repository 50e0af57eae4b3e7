"""The turns of a chat, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.widgets import Static

from rnnchat.app.conversation import ChatTurn
from rnnchat.app.widgets.turn_view import TurnView

PAGE_TURNS = 20
"""How many turns of a long chat are shown at first, and are added each time more are asked for."""


class EarlierTurns(Static):
    """Stands for the turns before those that are shown; a click shows more of them."""

    async def on_click(self) -> None:
        """Show more of them."""
        await self.screen.run_action("earlier")


class LaterTurns(Static):
    """Stands for the turns after those that are shown; a click shows more of them."""

    async def on_click(self) -> None:
        """Show more of them."""
        await self.screen.run_action("later")


class Transcript(VerticalScroll, can_focus=False):
    """Begins at the top, and follows the end once there is more than fits, unless the person scrolls away."""

    _turns: Sequence[ChatTurn] = ()
    """All turns of the chat as it was opened."""
    _hidden_before = 0
    """How many turns before those that are shown are not shown."""
    _hidden_after = 0
    """How many turns after those that are shown are not shown."""
    _follows_end = True
    """Whether new turns scroll to the end; not while a search's match is shown."""

    def watch_virtual_size(self, _: Size, size: Size) -> None:
        """Follow the end as soon as the turns do not fit any more."""
        overflows = size.height > self.container_size.height > 0
        if overflows and not self.is_anchored and self._follows_end:
            self.anchor()
        elif not overflows and self.is_anchored:
            self.anchor(False)
            self.scroll_home(animate=False)

    def follow_end(self) -> None:
        """Scroll to the end, and follow it again."""
        self._follows_end = True
        if self.max_scroll_y > 0:
            self.anchor()

    def scroll_page(self, direction: int) -> None:
        """Scroll by most of a page: up where `direction` is -1, down where it is 1."""
        if direction > 0 and self.scroll_offset.y >= self.max_scroll_y:
            self.show_later()
        self.scroll_relative(y=direction * max(1, self.size.height - 2), animate=False)

    def show_turns(
        self, turns: Sequence[ChatTurn], match: ChatTurn | None = None, words: Sequence[str] = ()
    ) -> None:
        """Show a chat's last turns, or those around the `match` of a search, with its `words` highlighted."""
        self._turns = turns
        self._hidden_before = max(0, len(turns) - PAGE_TURNS)
        if match is not None:
            index = next(i for i, turn in enumerate(turns) if turn is match)
            self._hidden_before = min(self._hidden_before, max(0, index - PAGE_TURNS // 2))
        views = [TurnView.of(turn) for turn in turns[self._hidden_before : self._hidden_before + PAGE_TURNS]]
        self._hidden_after = len(turns) - self._hidden_before - len(views)
        self.query(TurnView).remove()
        self.mount(*views)
        self._show_hidden_counts()
        if match is None:
            self.follow_end()
            return
        view = next(view for view in views if view.turn is match)
        view.highlight(words)
        self._follows_end = False
        self.anchor(False)
        self.call_after_refresh(self.scroll_to_widget, view, top=True, animate=False)

    def show_earlier(self) -> None:
        """Show more of the turns before those that are shown."""
        if self._hidden_before:
            first = max(0, self._hidden_before - PAGE_TURNS)
            views = [TurnView.of(turn) for turn in self._turns[first : self._hidden_before]]
            self._hidden_before = first
            self.mount(*views, after=0)
            self._show_hidden_counts()

    def show_later(self) -> None:
        """Show more of the turns after those that are shown."""
        if self._hidden_after:
            first = len(self._turns) - self._hidden_after
            views = [TurnView.of(turn) for turn in self._turns[first : first + PAGE_TURNS]]
            self._hidden_after -= len(views)
            self.mount(*views)
            self._show_hidden_counts()

    def show_end(self) -> None:
        """Show the last turns, if they are hidden."""
        if self._hidden_after:
            self.show_turns(self._turns)

    def remove_last(self) -> None:
        """Remove the last turn that is shown."""
        self.query(TurnView).last().remove()

    def _show_hidden_counts(self) -> None:
        self.query(EarlierTurns).remove()
        self.query(LaterTurns).remove()
        if self._hidden_before:
            label = f"▲ {_count(self._hidden_before, 'earlier')} (F7)"
            self.mount(EarlierTurns(label, markup=False), after=0)
        if self._hidden_after:
            label = f"▼ {_count(self._hidden_after, 'later')} (Page Down)"
            self.mount(LaterTurns(label, markup=False))


def _count(number: int, which: str) -> str:
    return f"{number:,} {which} turn{'' if number == 1 else 's'}"
