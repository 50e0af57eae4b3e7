"""Style, types, layering, sizes and names, what must never be imported, and what the documents promise."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.places import ROOT


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
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


TOP_LEVEL = {
    *("pyproject.toml", "README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
    *("rnnchat", "models", "assets", "tests"),
}
MOST_LINES = 400
"""How long a file may be."""
MOST_IMPORTS = 8
"""How many modules of ours the mixture may import."""


def tracked(*patterns: str) -> list[str]:
    """Return the files of the checkout that git knows; skip the test where it knows none."""
    names = run("git", "ls-files", *patterns).stdout.split("\n")
    found = [name for name in names if name and (ROOT / name).exists()]
    if not found:
        pytest.skip("not a git checkout")
    return found


def too_long(sources: dict[str, str]) -> list[str]:
    """Return the names of the files with more than MOST_LINES lines."""
    return [name for name, source in sources.items() if source.count("\n") > MOST_LINES]


def classes_with_one_name(sources: dict[str, str]) -> dict[str, list[str]]:
    """Return each public name that several top-level classes have, and their files."""
    places: dict[str, list[str]] = {}
    for name, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name)
    return {name: files for name, files in places.items() if len(files) > 1}


def own_imports(source: str) -> set[str]:
    """Return the modules of rnnchat that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {node.module}
        elif isinstance(node, ast.Import):
            names = {name.name for name in node.names}
        else:
            continue
        found |= {name for name in names if name.split(".")[0] == "rnnchat"}
    return found


def imported_tests(imports: str, name: str) -> list[str]:
    """Return the other tests that the test file `name` imports from."""
    found = re.findall(r"^(?:from|import) (tests[\w.]*)", imports, re.M)
    own = name.removesuffix(".py").replace("/", ".")
    return [one for one in found if one != own and re.search(r"\.(test_\w+|conftest)$", one)]


def paths_named(text: str) -> list[str]:
    """Return what a document names in backticks and looks like a path of the repository."""
    words = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [word for word in words if re.fullmatch(r"\.?\w[\w.-]*(/[\w.-]*)+|\w+\.(md|toml)", word)]


def sources(*patterns: str) -> dict[str, str]:
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in tracked(*patterns)}


def test_the_top_level_keeps_to_its_entries() -> None:
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("folder", ["rnnchat", "tests"])
def test_no_file_is_too_long(folder: str) -> None:
    assert too_long({"long.py": "\n" * 401, "short.py": "\n" * 400}) == ["long.py"]
    assert not too_long(sources(f"{folder}/*.py"))


def test_no_two_classes_share_a_name() -> None:
    twice = {"a.py": "class A: pass\nclass _B: pass", "b.py": "class A: pass\nclass _B: pass"}
    assert classes_with_one_name(twice) == {"A": ["a.py", "b.py"]}
    assert not classes_with_one_name(sources("rnnchat/*.py"))


def test_the_mixture_imports_few_modules() -> None:
    assert own_imports("import rnnchat.a\ndef f():\n    from rnnchat.b import c\nimport os") == {
        "rnnchat.a",
        "rnnchat.b",
    }
    found = own_imports((ROOT / "rnnchat/lm/mixture/model.py").read_text(encoding="utf-8"))
    assert 0 < len(found) <= MOST_IMPORTS, sorted(found)


def test_tests_import_from_no_other_test() -> None:
    assert imported_tests("from tests.app.test_app import x\n", "tests/a.py") == ["tests.app.test_app"]
    assert imported_tests("from tests.conftest import x\n", "tests/a.py") == ["tests.conftest"]
    assert not imported_tests("from tests.helpers.places import x\n", "tests/a.py")
    found = {name: imported_tests(source, name) for name, source in sources("tests/*.py").items()}
    assert not {name: names for name, names in found.items() if names}


@pytest.mark.parametrize(
    "document", ["CONTRIBUTING.md", "SECURITY.md", "README.md", "tests/benchmarks/README.md"]
)
def test_every_path_that_a_document_names_exists(document: str) -> None:
    assert paths_named("`a/b.py` and `x` and `rnnchat/` and `c.md`\n```\n`d/e`\n```") == [
        "a/b.py",
        "rnnchat/",
        "c.md",
    ]
    named = paths_named((ROOT / document).read_text(encoding="utf-8"))
    ours = [path for path in named if not path.startswith((".git/", ".venv/"))]
    assert ours
    assert not [path for path in ours if not (ROOT / path).exists()]


def test_every_link_in_a_document_leads_somewhere() -> None:
    for name, text in sources("*.md").items():
        if name.startswith("assets/"):
            continue
        links = re.findall(r"\]\(([^)#\s]+)", text)
        local = [link for link in links if "://" not in link]
        assert not [link for link in local if not (ROOT / name).parent.joinpath(link).exists()], name


def test_the_changelog_names_modules_that_exist() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    moved = re.findall(r"^\| `(rnnchat[\w.]*)` \| `(rnnchat[\w.]*)` \|$", text, re.M)
    assert len(moved) > 50
    places = [ROOT / now.replace(".", "/") for _, now in moved]
    assert not [place for place in places if not (place.with_suffix(".py").exists() or place.is_dir())]


def test_the_ci_finds_the_test_command() -> None:
    """`.ci/run` takes the first line after the mark in the README that begins with python3."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    after = readme.split("<!-- test -->", 1)[1]
    command = next(line for line in after.split("\n") if line.startswith("python3"))
    assert command.endswith("-m pytest -n 3 --dist loadfile")
