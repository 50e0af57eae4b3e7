"""First paint and memory of the app in a real pseudo-terminal: python -m tests.benchmarks.startup"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import psutil

from tests.end_to_end.terminal import Terminal

REPEATS = 11


def first_paint(home: Path) -> float:
    """Return the seconds from the command to the first whole picture."""
    started = time.perf_counter()
    terminal = Terminal(home)
    while "Write a message" not in terminal.text:
        terminal.read(0.005)
        if time.perf_counter() - started > 20:
            raise TimeoutError(terminal.text)
    seconds = time.perf_counter() - started
    terminal.leave()
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        first_paint(home)  # warms the disk's cache
        times = sorted(first_paint(home) for _ in range(REPEATS))
        print(f"first paint: median {statistics.median(times):.3f} s, slowest {times[-1]:.3f} s")
        terminal = Terminal(home)
        terminal.wait_for("Write a message")
        process = psutil.Process(terminal.process.pid)
        time.sleep(1.5)
        print(f"resident once the model is read: {process.memory_info().rss / 1e6:.0f} MB")
        for turn in range(5):
            terminal.press(f"This is message number {turn}.", "Enter")
            terminal.read(3)
        print(f"resident after five turns: {process.memory_info().rss / 1e6:.0f} MB")
        tensorflow = any("tensorflow" in m.path for m in process.memory_maps())
        print(f"TensorFlow in the process: {'yes' if tensorflow else 'no'}")
        terminal.leave()


if __name__ == "__main__":
    main()
