"""The form that starts a training: the notes, the model's name, the budget and the base."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Select, Static

from rnnchat.app.training_choices import BUDGETS, STARTS
from rnnchat.app.widgets.interrupted_training import InterruptedTraining
from rnnchat.app.widgets.notes_picker import NotesPicker
from rnnchat.training.runs.settings import DEFAULT_NAME, RunSettings


class TrainingForm(VerticalScroll):
    """What a training is started with, and above it an interrupted training, if there is one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, can_focus=False)

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        yield InterruptedTraining(id="interrupted")
        yield NotesPicker()
        with Horizontal(classes="row"):
            yield Static("Name", classes="label", markup=False)
            yield Input(DEFAULT_NAME, max_length=64, id="name", compact=True)
        with Horizontal(classes="row"):
            yield Static("Budget", classes="label", markup=False)
            yield Select(
                [(label, minutes) for minutes, label in BUDGETS],
                value=5.0,
                allow_blank=False,
                id="budget",
                compact=True,
            )
        with Horizontal(classes="row"):
            yield Static("Start from", classes="label", markup=False)
            yield Select(list(STARTS), allow_blank=False, id="base", compact=True)
        yield Button("Start training (Ctrl+T)", id="start", variant="primary", disabled=True)

    @property
    def notes(self) -> NotesPicker:
        """The notes to train on."""
        return self.query_one(NotesPicker)

    @property
    def name_typed(self) -> str:
        """The name of the model to make."""
        return self.query_one("#name", Input).value or DEFAULT_NAME

    @property
    def minutes(self) -> float:
        """The budget in minutes."""
        return float(str(self.query_one("#budget", Select).value))

    @minutes.setter
    def minutes(self, minutes: float) -> None:
        """Choose a budget, if it is one of those offered."""
        if minutes in [offered for offered, _ in BUDGETS]:
            self.query_one("#budget", Select).value = minutes

    def settings(self, name: str) -> RunSettings:
        """Return the settings of a run that makes the model called `name`."""
        return RunSettings(
            name=name,
            paths=tuple(str(path.expanduser().absolute()) for path in self.notes.paths),
            base=str(self.query_one("#base", Select).value),
            minutes=self.minutes,
        )

    def offer_bases(self, names: Iterable[str]) -> None:
        """Offer the models called `names` to start from; the choice stays where it is still offered."""
        base = self.query_one("#base", Select)
        before = base.value
        offered = [*STARTS, *((f"the model {name}", name) for name in names)]
        base.set_options(offered)
        if before in [value for _, value in offered]:
            base.value = before

    @on(NotesPicker.Changed)
    def notes_changed(self, event: NotesPicker.Changed) -> None:
        """Enable the button once there are notes to train on, and focus it unless another field is used."""
        start = self.query_one("#start", Button)
        start.disabled = not event.is_ready
        if event.is_ready and self.notes.has_field_focus:
            start.focus(scroll_visible=False)

    @on(Input.Submitted, "#name")
    def name_submitted(self) -> None:
        """Go on to the next field."""
        self.screen.focus_next()
