"""Presage on the same text: python -m tests.benchmarks.presage TRAIN HELD [--limit 12000]

Presage is a predictive-text system in Debian's packages (presage, libpresage-data). Its own simulator types
the first characters of the texts in HELD, six suggestions, in a fresh home: once with the model it comes
with, once with n-grams counted by its own text2ngram in the texts of TRAIN. `rnnchat evaluate HELD --typing
--limit 12000` is the other side.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rnnchat.text.notes.raw import read_raw

CONFIGURATION = Path("/etc/presage.xml")
ORDER = 3


def database(train: Path, folder: Path) -> Path:
    """N-grams of the texts in `train`, counted by Presage's own program."""
    text, found = folder / "train.txt", folder / "notes.db"
    text.write_text("\n".join(read_raw([train])), encoding="utf-8")
    for order in range(1, ORDER + 1):
        command = ["text2ngram", "-n", str(order), "-l", "-f", "sqlite", "-o", str(found)]
        append = ["-a"] if order > 1 else []
        subprocess.run([*command, *append, str(text)], check=True, stdout=subprocess.DEVNULL)
    return found


def simulate(text: Path, configuration: Path, home: Path) -> str:
    """What Presage's simulator says it saves."""
    home.mkdir()
    result = subprocess.run(
        ["presage_simulator", "-s", "-c", str(configuration), str(text)],
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"KSR: ([\d.]+)", result.stdout)
    return f"{found.group(1)} % of keys saved" if found else result.stderr.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("held", type=Path)
    parser.add_argument("--limit", type=int, default=12_000)
    options = parser.parse_args()
    missing = [name for name in ("presage_simulator", "text2ngram") if shutil.which(name) is None]
    if missing:
        sys.exit(f"{', '.join(missing)} is not installed: apt install presage libpresage-data")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = folder / "typed.txt"
        text.write_text("".join(read_raw([options.held]))[: options.limit], encoding="utf-8")
        print("stock:", simulate(text, CONFIGURATION, folder / "home stock"), flush=True)
        own = folder / "own.xml"
        stock = CONFIGURATION.read_text(encoding="utf-8")
        trained = re.sub(r"/[^<>]*database_en\.db", str(database(options.train, folder)), stock)
        own.write_text(trained, encoding="utf-8")
        print("trained on the notes:", simulate(text, own, folder / "home own"), flush=True)


if __name__ == "__main__":
    main()
