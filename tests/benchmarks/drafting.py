"""Writing in the real app: python -m tests.benchmarks.drafting [--kills 200] [--keys 300] [--notes FOLDER]

Kills: text is typed into a draft and the program killed with SIGKILL at a random moment; afterwards the
database is asked for what is there. Reported is the longest time between a key that was lost and the kill.

Keys: from a key's being sent to its character's coming back, in a draft of 100,000 characters (or FILE);
with --notes, while the app learns those.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import pexpect

from rnnchat.library.drafts import Drafts
from rnnchat.storage.paths import Paths
from tests.end_to_end.terminal import Terminal

LETTERS = "etaoin shrdlu "


def kill_once(chance: random.Random) -> float:
    """Seconds of typing that were lost; 0 where nothing was."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder), 80, 24)
        terminal.wait_for("Type a message below")
        terminal.press("F5")
        terminal.wait_for("Start writing")
        end, typed, times = time.monotonic() + chance.uniform(0.3, 5), "", []
        while time.monotonic() < end:
            letter = chance.choice(LETTERS)
            terminal.process.send(letter)
            typed += letter
            times.append(time.monotonic())
            terminal.read(chance.uniform(0.01, 0.15))
        killed = time.monotonic()
        os.killpg(os.getpgid(terminal.process.pid), signal.SIGKILL)
        terminal.process.close(force=True)
        home = Path(folder)
        kept = Drafts(Paths(home / "data", home / "config", home / "state").drafts).load()
        text = kept.text if kept is not None else ""
        if not typed.startswith(text):
            raise SystemExit(f"typed {typed!r}, kept {text!r}")
        return killed - times[len(text)] if len(text) < len(typed) else 0.0


def key_times(file: Path, keys: int, notes: Path | None) -> list[float]:
    """Milliseconds from each key to its character, in an app that learns `notes` meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        terminal = Terminal(Path(folder), 100, 30, "draft", str(file))
        terminal.process.delaybeforesend = None  # pexpect would wait 50 ms before each key
        terminal.wait_for(file.name)
        if notes is not None:
            terminal.press("F3")
            terminal.wait_for("Train a model on your own notes")
            terminal.press(str(notes.resolve()), "Enter")
            terminal.wait_for("notes,")
            terminal.press("Ctrl+T")
            terminal.wait_for("bits/byte", 120)
            terminal.press("F5")
            terminal.wait_for(file.name)
        terminal.press("\x1b[1;5F")  # to the end
        terminal.read(3)
        times = []
        for number in range(keys):
            letter = "0123456789"[number % 10]
            started = time.perf_counter()
            terminal.process.send(letter)
            seen = b""
            while letter.encode() not in seen and time.perf_counter() - started < 5:
                try:
                    seen += terminal.process.read_nonblocking(65536, timeout=1)
                except pexpect.TIMEOUT:
                    continue
            times.append(1e3 * (time.perf_counter() - started))
            terminal.read(0.12)
        terminal.press("Ctrl+Q")
        if notes is not None:
            terminal.wait_for("A training is under way")
            terminal.press("\x1b[C", "Enter")
        terminal.process.expect(pexpect.EOF, timeout=30)
        return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--file", type=Path, help="a text to type in, in the place of 100,000 characters")
    parser.add_argument("--notes", type=Path, help="notes to learn meanwhile")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "long.md"
        file.write_text("A line of words that somebody has written.\n" * 2_326)
        times = key_times(options.file or file, options.keys, options.notes) if options.keys else []
    if times:
        middle, late, latest = np.percentile(times, (50, 95, 99))
        print(
            f"key to paint: {middle:.0f} ms, 95 of 100 {late:.0f} ms, 99 of 100 {latest:.0f} ms", flush=True
        )
    chance = random.Random(options.seed)
    lost = [kill_once(chance) for _ in range(options.kills)]
    if lost:
        print(f"{len(lost)} kills: at most {max(lost):.2f} s lost, {np.mean(lost):.2f} s on average")


if __name__ == "__main__":
    main()
