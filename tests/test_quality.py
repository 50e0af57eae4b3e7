"""Style, types and layering, and what must never be imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.places import ROOT


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
    ],
    ids=" ".join,
)
def test_style_and_types(command: tuple[str, ...]) -> None:
    result = run(sys.executable, "-m", *command)
    assert result.returncode == 0, result.stdout + result.stderr


def test_imports_point_down() -> None:
    result = run(str(Path(sys.executable).with_name("lint-imports")))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "module",
    [
        "rnnchat.cli",
        "rnnchat.app.app",
        "rnnchat.app.screens.train",
        "rnnchat.app.screens.models",
        "rnnchat.loading",
        "rnnchat.training.runs.job",
        "rnnchat.training.data.prepare",
    ],
)
def test_only_the_child_process_has_tensorflow(module: str) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run(sys.executable, "-c", code).stdout))
    assert module in loaded
    assert not {"tensorflow", "keras"} & loaded
    if not module.startswith("rnnchat.app"):
        assert "textual" not in loaded


def test_the_first_picture_needs_little() -> None:
    code = "import json, sys, rnnchat.app.app; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run(sys.executable, "-c", code).stdout))
    late = {"numpy", "sentencepiece", "safetensors", "charset_normalizer", "click"}
    assert "textual.app" in loaded
    assert not late & loaded


def test_the_top_level_keeps_to_its_entries() -> None:
    known = {"pyproject.toml", "README.md", "LICENSE", "rnnchat", "models", "tests", "assets"}
    tracked = run("git", "ls-files").stdout.split("\n")
    top = {name.split("/")[0] for name in tracked if name}
    if not top:
        pytest.skip("not a git checkout")
    assert {name for name in top if not name.startswith(".")} <= known
