"""A number that is turned up and down."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


@dataclass(frozen=True)
class Scale:
    """What a dial can be set to, and what that is for."""

    name: str
    label: str
    low: float
    high: float
    step: float
    help: str
    decimals: int = 2
    words: tuple[tuple[float, str], ...] = ()
    """Values that are shown as words."""


class NumberStepper(Widget, can_focus=True):
    """One line: a label, ◂ value ▸, and what it does. Left and right turn it."""

    BINDINGS = [  # noqa: RUF012
        Binding("left", "turn(-1)", "Less", id="dial.less"),
        Binding("right", "turn(1)", "More", id="dial.more"),
        Binding("up", "app.focus_previous", "Previous", show=False, id="dial.previous"),
        Binding("down", "app.focus_next", "Next", show=False, id="dial.next"),
    ]

    value: reactive[float] = reactive(0.0)

    @dataclass
    class Turned(Message):
        """The value has changed."""

        name: str
        value: float

    def __init__(self, scale: Scale, value: float) -> None:
        super().__init__()
        self.scale = scale
        self.set_reactive(NumberStepper.value, value)

    def render(self) -> RenderResult:
        """Draw the line."""
        scale = self.scale
        word = next((word for number, word in scale.words if abs(number - self.value) < 1e-9), "")
        shown = word or f"{self.value:.{scale.decimals}f}"
        arrows = ("◂", "▸") if self.has_focus else (" ", " ")
        return Content.assemble(
            f"{scale.label:<13}", (f"{arrows[0]} {shown:^7} {arrows[1]}", "$accent bold"), f"  {scale.help}"
        )

    def action_turn(self, direction: int) -> None:
        """Turn by one step."""
        scale = self.scale
        value = round(min(scale.high, max(scale.low, self.value + direction * scale.step)), 6)
        if value != self.value:
            self.value = value
            self.post_message(self.Turned(scale.name, value))
