"""What the tests of the recipe share."""

from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Several threads only wait for each other where a network is tiny and the machine is busy."""
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
