"""What each idea of the field is worth on one's own notes: every family's bits per byte, as they come in."""

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
    "unigram": "how often each piece is used",
    "n-gram": "what followed the same words",
    "HMM": "hidden states that tell pieces",
    "RNN": "a simple recurrent network",
    "LSTM": "with gates and a memory cell",
    "GRU": "with fewer gates",
    "mixture": "GRU and n-gram together",
    "mixture, adaptive": "learning from what it reads",
}
BAR = 16
EIGHTHS = " ▏▎▍▌▋▊▉"


class CompareScreen(Dialog[None]):
    """A comparison under way; leaving the screen ends it."""

    BINDINGS: ClassVar = [Binding("escape,f9,q", "dismiss", "Stop and close", id="compare.close")]

    def __init__(self, paths: Sequence[Path], minutes: float) -> None:
        super().__init__()
        self._paths, self._minutes = paths, minutes
        self._rows: dict[str, dict[str, Any]] = {}
        self._doing = "Reading your notes."
        self._process: subprocess.Popen[str] | None = None
        self._over = False

    def compose(self) -> ComposeResult:
        """Lay the table out."""
        with Vertical(id="dialog", classes="wide"):
            yield Static("Families compared", classes="title", markup=False)
            yield Static(
                f"Each learns nine tenths of your notes for {self._minutes:g} minutes at most and "
                "predicts the rest. Fewer bits for each byte are better. Nothing of it is kept.",
                markup=False,
            )
            yield Static("", id="families", classes="quoted", markup=False)
            yield Static("", id="doing", classes="hint", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin."""
        self._show()
        self._compare()

    def on_unmount(self) -> None:
        """End the comparison."""
        self._over = True
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    @work(thread=True)
    def _compare(self) -> None:
        """Follow a process of its own, so that typing stays quick beside it."""
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
                if self._over:
                    process.terminate()
                assert process.stdout is not None
                assert process.stderr is not None
                for line in process.stdout:
                    self._tell(json.loads(line))
                problem = process.stderr.read()
            except BaseException:
                process.terminate()  # or it would be waited for here to its very end
                raise
        if process.returncode and not self._over:
            message, _, hint = problem.strip().removeprefix("rnnchat: ").partition("\n")
            error = RnnchatError(message or "The comparison ended unexpectedly.", hint.strip())
            self.app.call_from_thread(self.services.report, error)
            self._tell({"event": "progress", "text": "It could not be finished."})
        elif not self._over:
            minutes = (time.monotonic() - started) / 60
            self._tell({"event": "progress", "text": f"Done in {minutes:.0f} minutes."})

    def work_failed(self, name: str, error: RnnchatError) -> None:
        """Say that no more rows will come."""
        self.take({"event": "progress", "text": "It could not be finished."})

    def _tell(self, event: dict[str, Any]) -> None:
        if not self._over and self.app.is_running:
            self.app.call_from_thread(self.take, event)

    def take(self, event: dict[str, Any]) -> None:
        """Show a row, or what is being done."""
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
    """Return a line a family: its name, a bar as long as its bits are many, and what the idea is."""
    most = max((row["bits_per_byte"] for row in rows.values()), default=1.0)
    best = min((row["bits_per_byte"] for row in rows.values()), default=0.0)
    lines = []
    for family, idea in IDEAS.items():
        row = rows.get(family)
        if row is None:
            lines.append(Content.styled(f"{family:<18}  …  {'':<{BAR}} {idea}", "$text-muted"))
            continue
        bits = row["bits_per_byte"]
        style = "bold $success" if bits == best else ""
        lines.append(
            Content.assemble(
                (f"{family:<18}{bits:5.2f} ", style),
                (f"{_bar(bits / most):<{BAR}}", "$primary"),
                (f" {idea}", "$text-muted"),
            )
        )
    return Content("\n").join(lines)


def _bar(share: float) -> str:
    eighths = max(1, round(share * BAR * 8))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
