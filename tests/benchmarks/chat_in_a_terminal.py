"""A chat of 20 turns in a real pseudo-terminal: python -m tests.benchmarks.chat_in_a_terminal FOLDER

At 80×24 and 140×40, in the dark and the light theme; what stands on the screen at the end is written
to FOLDER as text, and the slowest reply to begin is told.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from tests.end_to_end.terminal import Terminal

TURNS = (
    "Hi! How was your weekend?",
    "I went for a long walk by the river.",
    "Do you like the rain?",
    "What is the best film you have seen?",
    "Who was in it?",
    "I prefer books, to be honest.",
    "Do you read much?",
    "What about music?",
    "I used to play the piano.",
    "It is harder than it looks.",
    "Have you ever been to Scotland?",
    "What would you cook for eight people?",
    "My brother is a baker.",
    "He gets up at three in the morning.",
    "Could you do that?",
    "What do you think of football?",
    "My team lost again.",
    "Tell me something interesting.",
    "That is good to know.",
    "Well, goodbye!",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    target = parser.parse_args().folder
    target.mkdir(parents=True, exist_ok=True)
    for columns, rows in ((80, 24), (140, 40)):
        for theme in ("rnnchat-dark", "rnnchat-light"):
            with tempfile.TemporaryDirectory() as folder:
                home = Path(folder)
                (home / "config").mkdir(parents=True)
                (home / "config/settings.json").write_text(json.dumps({"theme": theme, "seed": 7}))
                terminal = Terminal(home, columns, rows)
                terminal.wait_for("Write a message")
                slowest = 0.0
                for said in TURNS:
                    terminal.press(said, "Enter")
                    sent = time.perf_counter()
                    terminal.wait_for(lambda text, said=said: f"{said}" in text and "  …" not in text)
                    slowest = max(slowest, time.perf_counter() - sent)
                    terminal.wait_for("Write a message")
                    terminal.read(2.5)
                (target / f"chat-{columns}x{rows}-{theme}.txt").write_text(terminal.text)
                status = terminal.leave()
                print(f"{columns}×{rows} {theme}: slowest reply began after {slowest:.2f} s, exit {status}")


if __name__ == "__main__":
    main()
