"""A number that is changed in steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


@dataclass(frozen=True)
class NumberSetting:
    """A setting that is a number, and the values a person can choose."""

    name: str
    """The setting's name in ``Settings``."""
    label: str
    low: float
    high: float
    step: float
    """By how much one key press changes the value."""
    help: str
    decimals: int = 2
    words: tuple[tuple[float, str], ...] = ()
    """Values that are shown as words, such as ``off`` for 0."""


class NumberStepper(Widget, can_focus=True):
    """One line: a label, ◂ value ▸, and what it does. Left and right change the value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Less", id="stepper.less"),
        Binding("right", "step(1)", "More", id="stepper.more"),
        Binding("up", "app.focus_previous", "Previous", show=False, id="stepper.previous"),
        Binding("down", "app.focus_next", "Next", show=False, id="stepper.next"),
    ]

    value: reactive[float] = reactive(0.0)

    @dataclass
    class Changed(Message):
        """The value has changed."""

        name: str
        value: float

    def __init__(self, setting: NumberSetting, value: float) -> None:
        super().__init__()
        self.setting = setting
        self.set_reactive(NumberStepper.value, value)

    def render(self) -> RenderResult:
        """Draw the line."""
        setting = self.setting
        word = next((word for number, word in setting.words if abs(number - self.value) < 1e-9), "")
        shown = word or f"{self.value:.{setting.decimals}f}"
        arrows = ("◂", "▸") if self.has_focus else (" ", " ")
        return Content.assemble(
            f"{setting.label:<13}",
            (f"{arrows[0]} {shown:^7} {arrows[1]}", "$accent bold"),
            f"  {setting.help}",
        )

    def action_step(self, direction: int) -> None:
        """Change the value by one step."""
        setting = self.setting
        value = round(min(setting.high, max(setting.low, self.value + direction * setting.step)), 6)
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(setting.name, value))
