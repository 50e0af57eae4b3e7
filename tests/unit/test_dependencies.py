"""Which TensorFlow an installation brings, by the markers in pyproject.toml."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.helpers.places import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TESTED = "2.21.0"


def brought(listed: list[str], system: str, machine: str) -> list[Requirement]:
    """The requirements among `listed` that install the package `tensorflow` on such a machine."""
    environment = {"sys_platform": system, "platform_machine": machine}
    requirements = [Requirement(line) for line in listed]
    return [
        requirement
        for requirement in requirements
        if requirement.name.startswith("tensorflow")
        and (requirement.marker is None or requirement.marker.evaluate(environment))
    ]


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
        ("darwin", "x86_64", "tensorflow"),
        ("win32", "AMD64", "tensorflow"),
    ],
)
def test_one_tensorflow_is_installed(system: str, machine: str, name: str) -> None:
    (requirement,) = brought(PROJECT["dependencies"], system, machine)
    assert requirement.name == name
    assert requirement.specifier.contains(TESTED)
    assert not requirement.specifier.contains("2.20.0"), "no version that was not tested"


def test_the_extra_for_graphics_processors_brings_cuda_where_there_is_one() -> None:
    extra = PROJECT["optional-dependencies"]["gpu"]
    (requirement,) = brought(extra, "linux", "x86_64")
    assert requirement.name == "tensorflow" and requirement.extras == {"and-cuda"}
    assert requirement.specifier.contains(TESTED)
    assert not brought(extra, "darwin", "arm64")


def test_pytorch_comes_only_with_the_extra_that_trains_what_ships() -> None:
    extras = PROJECT["optional-dependencies"]
    assert [Requirement(line).name for line in extras["pretrain"]] == ["torch"]
    others = [*PROJECT["dependencies"], *extras["gpu"], *extras["dev"]]
    assert "torch" not in {Requirement(line).name for line in others}
