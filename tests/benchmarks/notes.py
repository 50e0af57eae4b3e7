"""Bits per byte on held-out notes: python -m tests.benchmarks.notes FOLDER [--minutes 4] [--from scratch]

A tenth of the files, chosen by a hash of their paths, is held out; training reads the rest alone. Of a
single file the last tenth is. With `--unrelated FILE` the result and its base are also scored on a text
that has nothing to do with the notes: what the one needs more than the other is what was forgotten.
That is the network alone; a model as it speaks, its base beside it, is measured by tests.benchmarks.base.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.end_to_end.helpers import COMMAND, environment


def split(source: Path, target: Path) -> None:
    """Copy the files of `source` into `target`/train and `target`/held."""
    if source.is_file():
        text = source.read_text(encoding="utf-8")
        place = int(len(text) * 0.9)
        for part, own in (("train", text[:place]), ("held", text[place:])):
            (target / part).mkdir()
            (target / part / "text.txt").write_text(own, encoding="utf-8")
        return
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        name = path.relative_to(source)
        if path.name in ("SOURCE.txt", "LICENCE.txt"):
            continue
        digest = int(hashlib.sha256(str(name).encode()).hexdigest(), 16)
        to = target / ("held" if digest % 10 == 0 else "train") / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", default="4")
    parser.add_argument("--from", dest="base", default="scratch")
    parser.add_argument("--unrelated", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        split(options.folder, work)
        train = ["train", str(work / "train"), "--name", "me", "--minutes", options.minutes]
        commands = [
            [*train, "--from", options.base, "--json"],
            ["evaluate", str(work / "held"), "--model", "me", "--json"],
        ]
        if options.unrelated:
            commands += [
                ["evaluate", str(options.unrelated), "--model", model, "--json"]
                for model in ("me", options.base)
            ]
        for words in commands:
            result = subprocess.run(
                [*COMMAND, *words],
                env=environment(work / "home"),
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            if result.returncode:
                sys.exit(result.returncode)
            print(json.dumps(json.loads(result.stdout.splitlines()[-1])))


if __name__ == "__main__":
    main()
