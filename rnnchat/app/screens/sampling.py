"""How replies are sampled: a few dials."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Footer, Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.app.widgets.number_stepper import NumberStepper, Scale

SCALES = (
    Scale(
        "temperature", "Temperature", 0, 2, 0.05, "lower: safer · higher: bolder", words=((0, "likeliest"),)
    ),
    Scale("guidance", "Focus", 0, 2, 0.1, "higher: closer to what was said", words=((0, "none"),)),
    Scale("top_p", "Top-p", 0.05, 1, 0.05, "only the likeliest that hold so much", words=((1, "all"),)),
    Scale("top_k", "Top-k", 0, 200, 5, "only so many of the likeliest", 0, ((0, "all"),)),
    Scale("min_p", "Min-p", 0, 0.5, 0.01, "only pieces so likely beside the best", words=((0, "all"),)),
    Scale(
        "repetition", "Repetition", 1, 2, 0.05, "how much it avoids what it just said", words=((1, "free"),)
    ),
    Scale("reply_pieces", "Length", 20, 1000, 20, "the most pieces in a reply", 0),
    Scale("seed", "Seed", -1, 9999, 1, "the same seed gives the same reply", 0, ((-1, "chance"),)),
)


SUGGESTING = (
    Scale("suggest_from", "At least", 0.05, 1, 0.05, "sure of it · lower: more often", words=((1, "never"),)),
)


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
        settings = self.services.settings
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
        self.services.update_settings(**{turned.name: value})

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
