"""A comparison of model families on the person's own notes, in bits per byte."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Static

from rnnchat.app.screens.app_screen import Dialog
from rnnchat.errors import RnnchatError

IDEAS = {
    "unigram": "how often each token occurs",
    "n-gram": "what followed the same words",
    "HMM": "hidden states that emit tokens",
    "RNN": "a simple recurrent network",
    "LSTM": "with gates and a memory cell",
    "GRU": "with fewer gates",
    "mixture": "GRU and n-gram together",
    "mixture, adaptive": "learning from what it reads",
}
"""The families in the order of the table, and the idea of each."""
UNFINISHED = "The comparison could not be finished."
"""The status where it has failed."""
TRAININGS = 4
"""The number of trainings that may use the whole budget: three networks and the HMM."""
BAR_WIDTH = 16
"""The width of the longest bar, in cells."""
EIGHTHS = " ▏▎▍▌▋▊▉"
"""The blocks that fill none to seven eighths of a cell."""


class CompareScreen(Dialog[None]):
    """Runs a comparison and shows its results as they arrive; closing the screen stops it."""

    BINDINGS: ClassVar = [Binding("escape,f9,q", "dismiss", "Stop and close", id="compare.close")]

    def __init__(self, paths: Sequence[Path], minutes: float) -> None:
        super().__init__()
        self._paths, self._minutes = paths, minutes
        self._rows: dict[str, dict[str, Any]] = {}
        self._doing = "Reading your notes …"
        self._process: subprocess.Popen[str] | None = None
        self._is_closed = False

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        total = f" It takes up to about {TRAININGS * self._minutes:g} minutes." if self._minutes else ""
        with Vertical(id="dialog", classes="wide"):
            yield Static("Model families compared", classes="title", markup=False)
            yield Static(
                f"Each is trained on nine tenths of your notes for up to {self._minutes:g} minutes and then "
                f"scored on the rest in bits per byte: fewer are better.{total} Nothing is saved.",
                markup=False,
            )
            yield Static("", id="families", classes="quoted", markup=False)
            yield Static("", id="doing", classes="hint", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Start the comparison."""
        self._show()
        self._compare()

    def on_unmount(self) -> None:
        """Stop the comparison."""
        self._is_closed = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    @work(thread=True)
    def _compare(self) -> None:
        """Run `rnnchat compare` in a process of its own, so that the app stays quick."""
        command = [sys.executable, "-m", "rnnchat", "compare", "--json", "--follow"]
        command += ["--minutes", str(self._minutes), "--", *map(str, self._paths)]
        started = time.monotonic()
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            self._process = process
            try:
                if self._is_closed:
                    process.terminate()
                assert process.stdout is not None
                assert process.stderr is not None
                for line in process.stdout:
                    self._tell(json.loads(line))
                problem = process.stderr.read()
            except BaseException:
                process.terminate()  # or leaving the block would wait for its end
                raise
        if process.returncode and not self._is_closed:
            message, _, hint = problem.strip().removeprefix("rnnchat: ").partition("\n")
            error = RnnchatError(message or "The comparison ended unexpectedly.", hint.strip())
            self.app.call_from_thread(self.services.report, error)
            self._tell({"event": "progress", "text": UNFINISHED})
        elif not self._is_closed:
            seconds = time.monotonic() - started
            took = f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
            self._tell({"event": "progress", "text": f"Done in {took}."})

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Say that no more results will arrive."""
        self.take({"event": "progress", "text": UNFINISHED})

    def _tell(self, event: dict[str, Any]) -> None:
        if not self._is_closed and self.app.is_running:
            self.app.call_from_thread(self.take, event)

    def take(self, event: dict[str, Any]) -> None:
        """Show an event: a result, or what is being done."""
        if "family" in event:
            self._rows[event["family"]] = event
        else:
            self._doing = event["text"]
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self.query_one("#families", Static).update(draw(self._rows))
        self.query_one("#doing", Static).update(self._doing)


def draw(rows: dict[str, dict[str, Any]]) -> Content:
    """Return a line for each family: its name, its bits per byte as a number and a bar, and its idea."""
    most = max((row["bits_per_byte"] for row in rows.values()), default=1.0)
    best = min((row["bits_per_byte"] for row in rows.values()), default=0.0)
    lines = []
    for family, idea in IDEAS.items():
        row = rows.get(family)
        if row is None:
            lines.append(Content.styled(f"{family:<18}  …  {'':<{BAR_WIDTH}} {idea}", "$text-muted"))
            continue
        bits = row["bits_per_byte"]
        style = "bold $success" if bits == best else ""
        lines.append(
            Content.assemble(
                (f"{family:<18}{bits:5.2f} ", style),
                (f"{_bar(bits / most):<{BAR_WIDTH}}", "$primary"),
                (f" {idea}", "$text-muted"),
            )
        )
    return Content("\n").join(lines)


def _bar(share: float) -> str:
    eighths = max(1, round(share * BAR_WIDTH * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
