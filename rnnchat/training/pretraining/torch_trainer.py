"""Trains a network with PyTorch on one accelerator, in half precision, or slowly on a processor.

The optimizer is AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101) with gradients clipped
to norm 1. The learning rate rises briefly and then falls linearly to 0 at the end of the time. Products are
made in float16 with a scaled loss (Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rnnchat.lm.shape import NetworkShape
from rnnchat.training.data.batches import TrainingData, log_frequencies
from rnnchat.training.data.rounds import LAST_PART
from rnnchat.training.engine import checkpoint
from rnnchat.training.engine.validation import START_PIECE, ScoredStreams
from rnnchat.training.plan import Plan
from rnnchat.training.pretraining.streams import RoundReader
from rnnchat.training.pretraining.torch_network import Tensor, TorchNetwork
from rnnchat.training.runs.clock import Clock
from rnnchat.training.runs.events import ENDED_BY_BUDGET, Emit, Event
from rnnchat.training.runs.settings import RunSettings
from rnnchat.training.trained_network import NamedWeights, TrainedNetwork

WARM_UP_SHARE = 0.015
"""The learning rate rises over this share of the time."""
FIRST_FACTOR = 0.003
"""The learning rate begins at this share of the highest."""
BETAS = (0.9, 0.98)
"""The shares of the first and the second moment that a step keeps."""
EPSILON = 1e-8
"""What is added to the root of the second moment, so that it never divides by zero."""
LARGEST_NORM = 1.0
"""The gradients together are scaled down to this norm where theirs is larger."""
FORGOTTEN_SHARE = 0.01
"""This share of states is set to zero before a step, so that the network also learns to begin anywhere."""
VALIDATIONS = 10
"""This many validations are done in the time."""
VALIDATION_STREAMS = 32
"""Validation text is read in this many streams at once."""
STEPS_BETWEEN_REPORTS = 200
"""The loss is read after this many steps, as that waits for the accelerator."""


@dataclass
class _Progress:
    """How far a training is; all of it goes into a checkpoint."""

    step: int = 0
    round: int = 0
    position: int = 0
    is_last_part: bool = False
    tokens: int = 0
    loss: float = math.nan
    curve: list[list[float]] = field(default_factory=list)


class TorchTrainer:
    """Trains one network on `device` until its time or its steps are used up.

    It resumes from the newest checkpoint in `folder`. `weights` are those to start from; without them the
    network starts at random.
    """

    def __init__(
        self,
        settings: RunSettings,
        shape: NetworkShape,
        plan: Plan,
        data: TrainingData,
        *,
        folder: Path,
        device: str,
        weights: NamedWeights | None = None,
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._data = data
        self._folder = folder
        self._device = device
        self._is_half = device == "cuda"
        torch.manual_seed(settings.seed)
        torch.set_float32_matmul_precision("high")
        network = TorchNetwork(shape, plan.dropout)
        network.load_weights_by_name(
            weights
            or {**network.weights_by_name(), "output.bias": log_frequencies(data.training, shape.vocabulary)}
        )
        self.network = network.to(device)
        self._optimizer = self._make_optimizer()
        self._scaler = torch.amp.GradScaler(enabled=self._is_half)
        self._states = self.network.start(plan.batch)
        self._reader = RoundReader(data, batch=plan.batch, length=plan.length, seed=settings.seed)
        self._scored = ScoredStreams.of(data.validation, batch=VALIDATION_STREAMS, length=plan.length)
        self._random = torch.Generator(device)
        self._progress = _Progress()
        self._clock = Clock()
        self._seconds_before = 0.0
        self._resume()

    def run(self, emit: Emit) -> None:
        """Train to the end; `emit` is given ``progress`` events. Interrupted, it writes a checkpoint."""
        progress = self._progress
        try:
            streams = self._read_round()
            self._clock = Clock(self._seconds_before)
            saved = self._clock.seconds()
            while (share := self._share()) < 1:
                if self._last_part_is_due(share):
                    progress.is_last_part = True
                    streams = self._next_round()
                elif progress.position + self._plan.length >= streams.shape[1]:
                    streams = self._next_round()
                self._step(streams, share)
                if share * VALIDATIONS >= len(progress.curve):
                    self._validate()
                if progress.step % STEPS_BETWEEN_REPORTS == 0:
                    emit(self._event(share))
                if self._clock.seconds() - saved > self._settings.checkpoint_seconds:
                    self.save()
                    saved = self._clock.seconds()
            self._validate()
            emit(self._event(1.0))
        except KeyboardInterrupt:
            self.save()
            raise
        finally:
            self._reader.close()

    def result(self) -> TrainedNetwork:
        """Return the network after `run`."""
        progress, seconds = self._progress, self._clock.seconds()
        training = {
            "tokens_per_second": round(progress.tokens / max(seconds, 1e-9), 1),
            "steps": progress.step,
            "epochs": round(progress.tokens / max(1, int(self._data.training_spans[:, 1].sum())), 2),
            "ended": ENDED_BY_BUDGET,
            "tokens": progress.tokens,
            "plan": self._plan.as_record(),
            "curve": progress.curve,
        }
        shape, bits = self.network.shape, progress.curve[-1][2]
        return TrainedNetwork(shape, self.network.weights_by_name(), bits, training, seconds)

    def save(self) -> None:
        """Write a checkpoint."""
        values = dict(vars(self._progress), seconds=self._clock.seconds(), scaler=self._scaler.state_dict())
        moments = self._optimizer.state_dict()["state"]
        groups: list[checkpoint.Group] = [
            ("network", _arrays(dict(self.network.named_parameters()))),
            *((f"moments_{index}", _arrays(own)) for index, own in moments.items()),
            ("states", _arrays({"states": self._states})),
        ]
        checkpoint.save(self._folder, self._progress.step, groups, values)

    def _resume(self) -> None:
        saved = checkpoint.load_latest(self._folder)
        if saved is None:
            return
        self._seconds_before = saved.values.pop("seconds")
        self._scaler.load_state_dict(saved.values.pop("scaler"))
        self._progress = _Progress(**saved.values)
        tensors = {name: _tensors(group) for name, group in saved.groups.items()}
        self.network.load_state_dict(tensors["network"])
        self._states = tensors["states"]["states"].to(self._device)
        moments = {
            int(name.removeprefix("moments_")): {**group, "step": group["step"].reshape(())}
            for name, group in tensors.items()
            if name.startswith("moments_")
        }
        empty = self._optimizer.state_dict()
        self._optimizer.load_state_dict({**empty, "state": moments})

    def _make_optimizer(self) -> Any:
        """Return AdamW, which pulls kernels and the embedding towards zero, and biases not."""
        parameters = list(self.network.parameters())
        groups = [
            {"params": [own for own in parameters if own.ndim > 1], "weight_decay": self._plan.weight_decay},
            {"params": [own for own in parameters if own.ndim <= 1], "weight_decay": 0.0},
        ]
        rate = self._plan.learning_rate
        return torch.optim.AdamW(groups, lr=rate, betas=BETAS, eps=EPSILON, fused=self._is_half)

    def _share(self) -> float:
        """Return how much of the budget is spent."""
        if self._settings.steps is not None:
            return self._progress.step / self._settings.steps
        self._clock.tick()
        return self._clock.seconds() / (60 * self._settings.minutes)

    def _last_part_is_due(self, share: float) -> bool:
        has_begun = self._progress.is_last_part or not self._reader.has_last_part
        return not has_begun and share >= 1 - LAST_PART

    def _next_round(self) -> Tensor:
        self._progress.round += 1
        self._progress.position = 0
        self._states.zero_()
        return self._read_round()

    def _read_round(self) -> Tensor:
        """Return the streams of the current round on the device, as small integers."""
        streams = self._reader.read(self._progress.round, is_last_part=self._progress.is_last_part)
        dtype = np.int16 if self.network.shape.vocabulary < 2**15 else np.int32
        return torch.from_numpy(streams.astype(dtype)).to(self._device)

    def _step(self, streams: Tensor, share: float) -> None:
        """Learn from the next chunk of all `streams`."""
        progress, length = self._progress, self._plan.length
        chunk = streams[:, progress.position : progress.position + length + 1].long()
        inputs, targets = chunk[:, :-1], chunk[:, 1:]
        for group in self._optimizer.param_groups:
            group["lr"] = self._plan.learning_rate * rate_factor(share)
        if self._plan.dropout.hidden:
            torch.manual_seed(self._settings.seed + progress.step)  # a resumed training drops the same
        states = self._states * self._remembered(inputs[:, 0])[None, :, None]
        with self._half_precision():
            losses, states = self.network.losses(inputs, targets, states.half() if self._is_half else states)
            loss = losses.mean()
        self._states = states.detach().float()
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self._optimizer)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_NORM)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        progress.step += 1
        progress.position += length
        progress.tokens += targets.numel()
        if progress.step % STEPS_BETWEEN_REPORTS == 0 or not self._is_half:
            progress.loss = loss.item()

    def _remembered(self, pieces: Tensor) -> Tensor:
        """Return for each text (batch,) whether its state is kept before it reads `pieces` (batch,).

        It is not where a new text begins, nor in a few cases by chance.
        """
        self._random.manual_seed(self._settings.seed + self._progress.step)
        chances = torch.rand(len(pieces), generator=self._random, device=self._device)
        return (pieces != START_PIECE) & (chances >= FORGOTTEN_SHARE)

    def _half_precision(self) -> Any:
        return torch.autocast("cuda", torch.float16, enabled=self._is_half)

    def _validate(self) -> None:
        """Measure bits per byte on the validation text, and note them."""
        bits = self._validation_bits() / max(1, self._data.validation_bytes)
        loss = 0.0 if math.isnan(self._progress.loss) else self._progress.loss / math.log(2)
        self._progress.curve.append([round(self._clock.seconds(), 1), round(loss, 4), round(bits, 4)])

    def _validation_bits(self) -> float:
        """Return the bits that the network needs for the validation text."""
        self.network.eval()
        scored, length, total = self._scored, self._plan.length, 0.0
        states = self.network.start(len(scored.inputs))
        for start in range(0, scored.inputs.shape[1], length):
            cut = slice(start, start + length)
            arrays = (scored.inputs[:, cut], scored.targets[:, cut], scored.counted[:, cut])
            inputs, targets, counted = (torch.from_numpy(part.copy()).to(self._device) for part in arrays)
            with torch.no_grad(), self._half_precision():
                losses, states = self.network.losses(
                    inputs.long(), targets.long(), states.half() if self._is_half else states
                )
            states = states.float()
            total += (losses * counted.flatten()).sum().item()
        self.network.train()
        return total / math.log(2)

    def _event(self, share: float) -> Event:
        progress, seconds = self._progress, self._clock.seconds()
        return {
            "event": "progress",
            "seconds": round(seconds, 1),
            "share": round(share, 4),
            "step": progress.step,
            "epoch": round(progress.step / self._reader.steps, 2),
            "loss": round(progress.loss / math.log(2), 4),
            "bits_per_byte": progress.curve[-1][2] if progress.curve else None,
            "tokens_per_second": round(progress.tokens / max(seconds, 1e-9), 1),
        }


def rate_factor(share: float) -> float:
    """Return what the highest learning rate is multiplied by when `share` of the time, 0 to 1, is spent."""
    return min(1.0, max(FIRST_FACTOR, share / WARM_UP_SHARE)) * (1.0 - share)


def _arrays(tensors: Mapping[str, Tensor]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield copies of tensors, with at least one axis."""
    for name, tensor in tensors.items():
        yield name, np.atleast_1d(tensor.detach().float().cpu().numpy())


def _tensors(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
