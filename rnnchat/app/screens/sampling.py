"""The settings of sampling and of suggestions, as numbers that are changed in steps."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.key_footer import KeyFooter
from rnnchat.app.widgets.number_stepper import NumberSetting, NumberStepper
from rnnchat.library.settings import LIMITS


def _setting(
    name: str, label: str, decimals: int = 2, words: tuple[tuple[float, str], ...] = ()
) -> NumberSetting:
    """Return a setting as it is shown, with the range, step and help that its limits declare."""
    limits = LIMITS[name]
    low, high = limits.usual
    return NumberSetting(name, label, low, high, limits.step, limits.help, decimals, words or limits.words)


SAMPLING = (
    _setting("temperature", "Temperature"),
    _setting("guidance", "Guidance"),
    _setting("top_p", "Top-p"),
    _setting("top_k", "Top-k", 0),
    _setting("min_p", "Min-p"),
    _setting("repetition", "Repetition"),
    _setting("reply_pieces", "Length", 0),
    _setting("seed", "Seed", 0, ((-1, "random"),)),
)
"""The settings of replies; what they do stands with ``Sampling`` in `generation/sampling.py`."""

SUGGESTIONS = (_setting("inline_from", "Probability"),)
"""The setting of the suggestions that a draft shows in grey."""


class SamplingScreen(Dialog[None]):
    """The settings of replies; every change is saved and takes effect at once."""

    HEADING: ClassVar = "Sampling"
    """The title of the dialog."""
    NUMBERS: ClassVar[tuple[NumberSetting, ...]] = SAMPLING
    """The settings that are shown."""

    BINDINGS: ClassVar = [
        Binding("escape,enter,ctrl+g", "dismiss", "Back", id="sampling.back", key_display="esc"),
        Binding("r", "reset", "Reset all", id="sampling.reset"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the settings."""
        with Vertical(id="dialog", classes="wide"):
            yield Static(self.HEADING, classes="title", markup=False)
            for number in self.NUMBERS:
                yield NumberStepper(number, _shown(getattr(self.services.settings, number.name)))
            yield Static("↑ ↓ select   ← → change", classes="hint", markup=False)
        yield KeyFooter()

    @on(NumberStepper.Changed)
    def save(self, change: NumberStepper.Changed) -> None:
        """Save a new value."""
        value: float | int | None = change.value
        if change.name in ("top_k", "reply_pieces"):
            value = int(change.value)
        elif change.name == "seed":
            value = None if change.value < 0 else int(change.value)
        self.services.update_settings(**{change.name: value})

    def action_reset(self) -> None:
        """Set every value back to its default."""
        from rnnchat.library.settings import Settings

        defaults = Settings()
        for stepper in self.query(NumberStepper):
            stepper.value = _shown(getattr(defaults, stepper.setting.name))
            stepper.post_message(NumberStepper.Changed(stepper.setting.name, stepper.value))


class SuggestingScreen(SamplingScreen):
    """The setting of the suggestions in drafts."""

    HEADING: ClassVar = "When a draft shows a suggestion"
    NUMBERS: ClassVar[tuple[NumberSetting, ...]] = SUGGESTIONS


def _shown(value: float | None) -> float:
    """Return a setting as a stepper has it; no seed is -1."""
    return float(-1 if value is None else value)
