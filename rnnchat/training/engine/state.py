"""What the training loop knows of itself: its state, which goes into checkpoints, and its decisions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class TrainerState:
    """How far a training is; all of it goes into a checkpoint."""

    step: int = 0
    """The steps done."""
    schedule_share: float = 0.0
    """How much of the learning-rate schedule is done, from 0 to 1."""
    epoch: int = 0
    """The epochs completed."""
    position: int = 0
    """The steps done in this epoch."""
    is_last_part: bool = False
    """Whether the texts are those of the last part of the training."""
    tokens: int = 0
    """The pieces that were trained on."""
    best: float = math.inf
    """The fewest bits per byte of validation text so far."""
    validated_step: int = -1
    """The step before which validation was last done."""
    worse_validations: int = 0
    """The validations in a row that were worse than the best."""
    loss: float = math.nan
    """The moving average of -ln p of a training piece."""
    curve: list[list[float]] = field(default_factory=list)
    """[seconds, training bits per piece, validation bits per byte] at each validation."""


@dataclass(frozen=True)
class StepDecision:
    """What happens before the next step; where several machines train, the chief's decision holds for all."""

    rate: float = 0.0
    """The learning rate of the step."""
    ends: bool = False
    """Whether the training is over."""
    stops: bool = False
    """Whether the training stops here, to be resumed later."""
    validates: bool = False
    """Whether validation is due."""
    saves: bool = False
    """Whether a checkpoint is due."""
    begins_last_part: bool = False
    """Whether a new epoch begins with the texts of the last part."""
