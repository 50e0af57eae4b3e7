"""What a training does with its budget: sizes, rates and how much is dropped, chosen from the corpus."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rnnchat.training.network import Dropping
from rnnchat.training.run import SCRATCH, RunSettings

SHORTEST_STREAM = 256
"""A corpus is not cut into streams of fewer pieces than this."""
MB = 2**20


@dataclass(frozen=True)
class Plan:
    """All choices of a training; they are kept with the run and shown with the model."""

    embedding: int = 256
    units: int = 768
    layers: int = 1
    batch: int = 32
    length: int = 64
    learning_rate: float = 4e-3
    weight_decay: float = 0.05
    dropping: Dropping = field(default_factory=Dropping)
    horizon: float = 100.0
    """Over about how many steps the weights are averaged."""
    rates: dict[str, float] = field(default_factory=dict)
    """Factors of the learning rate for single weights."""
    half: bool = False
    """Whether products are made in bfloat16."""

    def as_dict(self) -> dict[str, Any]:
        """Return the choices as they are written to disk."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Plan:
        """Read choices."""
        return cls(**{**values, "dropping": Dropping(**values["dropping"])})


def make_plan(
    settings: RunSettings, *, base: str, pieces: int, size: int, half: bool, replicas: int = 1
) -> Plan:
    """Return the choices for a corpus of `pieces` and `size` bytes; what the settings state stays."""
    batch = max(1, min(settings.batch or 32, pieces // SHORTEST_STREAM))
    batch = max(replicas, batch // replicas * replicas)
    scratch = base == SCRATCH
    dropping = dropping_for(size)
    if settings.dropout >= 0:
        dropping = Dropping(values=settings.dropout, inputs=settings.dropout / 2)
    if settings.weight_drop >= 0:
        dropping = Dropping(dropping.values, dropping.inputs, settings.weight_drop)
    rate = 4e-3 if scratch else 2e-3 * min(1.0, max(0.05, (size / MB) ** 0.5))
    return Plan(
        embedding=settings.embedding or 256,
        units=settings.units or 768,
        layers=settings.layers,
        batch=batch,
        length=settings.length,
        learning_rate=settings.learning_rate or rate,
        weight_decay=settings.weight_decay,
        dropping=dropping,
        horizon=settings.horizon,
        half=half,
    )


def dropping_for(size: int) -> Dropping:
    """Return what to drop when learning from `size` bytes: the fewer, the more."""
    for smallest, share in ((20 * MB, 0.0), (5 * MB, 0.1), (1 * MB, 0.2)):
        if size >= smallest:
            return Dropping(values=share, inputs=share)
    return Dropping(values=0.3, inputs=0.3)
