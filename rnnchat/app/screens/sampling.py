"""How replies are sampled: a few dials."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Footer, Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.number_stepper import NumberStepper, Scale
from rnnchat.library.settings import LIMITS

if TYPE_CHECKING:
    from rnnchat.app.app import RnnchatApp


def _scale(name: str, label: str, decimals: int = 2, words: tuple[tuple[float, str], ...] = ()) -> Scale:
    """Return the scale of a setting, with its range, step and help."""
    limits = LIMITS[name]
    low, high = limits.usual
    return Scale(name, label, low, high, limits.step, limits.help, decimals, words or limits.words)


SCALES = (
    _scale("temperature", "Temperature"),
    _scale("guidance", "Focus"),
    _scale("top_p", "Top-p"),
    _scale("top_k", "Top-k", 0),
    _scale("min_p", "Min-p"),
    _scale("repetition", "Repetition"),
    _scale("reply_pieces", "Length", 0),
    _scale("seed", "Seed", 0, ((-1, "random"),)),
)
SUGGESTING = (_scale("suggest_from", "At least"),)


class SamplingScreen(Dialog[None]):
    """Dials for sampling; what they show holds at once."""

    HEADING: ClassVar = "How replies are made"
    DIALS: ClassVar[tuple[Scale, ...]] = SCALES

    BINDINGS: ClassVar = [
        Binding("escape,enter,ctrl+g", "dismiss", "Back", id="sampling.back", key_display="esc"),
        Binding("r", "reset", "Reset all", id="sampling.reset"),
    ]

    def compose(self) -> ComposeResult:
        """Lay the dials out."""
        settings = cast("RnnchatApp", self.app).settings
        with Vertical(id="dialog", classes="wide"):
            yield Static(self.HEADING, classes="title", markup=False)
            for scale in self.DIALS:
                value = getattr(settings, scale.name)
                yield NumberStepper(scale, float(-1 if value is None else value))
            yield Static("↑ ↓ choose   ← → change", classes="hint", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    @on(NumberStepper.Turned)
    def keep(self, turned: NumberStepper.Turned) -> None:
        """Keep a new value."""
        value: float | int | None = turned.value
        if turned.name in ("top_k", "reply_pieces"):
            value = int(turned.value)
        elif turned.name == "seed":
            value = None if turned.value < 0 else int(turned.value)
        cast("RnnchatApp", self.app).change(**{turned.name: value})

    def action_reset(self) -> None:
        """Set every dial back."""
        from rnnchat.library.settings import Settings

        defaults = Settings()
        for dial in self.query(NumberStepper):
            value = getattr(defaults, dial.scale.name)
            dial.value = float(-1 if value is None else value)
            dial.post_message(NumberStepper.Turned(dial.scale.name, dial.value))


class SuggestingScreen(SamplingScreen):
    """The dial for what is suggested unasked in a draft."""

    HEADING: ClassVar = "When a draft is completed unasked"
    DIALS: ClassVar[tuple[Scale, ...]] = SUGGESTING
