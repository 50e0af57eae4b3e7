"""The settings of a training: one dataclass whose fields carry their help, limits and parsing.

``rnnchat train --set help``, the command line's options, the checks and the app all read from here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any

from rnnchat.errors import TrainingError
from rnnchat.lm.shape import GATES
from rnnchat.training.runs.migrations import SETTINGS_MIGRATIONS, NewerSchemaError, migrate, with_schema

SCRATCH = "scratch"
"""The value of `RunSettings.base` that starts from random weights."""
AUTO = "auto"
"""What a person writes to let the program choose; as a base, the shipped model that fits the notes best."""
DEFAULT_NAME = "me"
"""The name of a trained model to which no other is given."""
SHORTEST_MINUTES = 0.15
"""A network needs a budget of at least this many minutes, which is nine seconds."""
LONGEST_MINUTES = 7 * 24 * 60.0
"""A budget has at most this many minutes, which is a week."""
MEMORY_ONLY_MINUTES = 0.0
"""The budget of a training that indexes the notes and trains no network."""
CELLS = tuple(GATES)
"""The kinds of recurrent network that can be trained."""

_SHOWN_DIGITS = 20
"""A longer number is cut to this many characters in a message."""
_METADATA = "setting"


@dataclass(frozen=True)
class Setting:
    """What is known about one field of RunSettings besides its value.

    It holds no `rnnchat.limits.Limits`, whose usual range, steps and words are for dialogs that a training
    does not have, and whose messages do not mention ``auto``.
    """

    help: str
    """What the setting is, as a phrase that follows its name in a list."""
    kind: type
    """The type of its values: str, int, float or bool."""
    limits: tuple[float, float] | None = None
    """The smallest and the largest value, both allowed."""
    choices: tuple[str, ...] = ()
    """The only values, where there are few."""
    is_optional: bool = False
    """Whether None, written ``auto``, leaves the value to the program."""
    legacy_auto: float | None = None
    """Numbers from this one to below the limits mean ``auto``, as they did in version 0.1."""
    is_tunable: bool = False
    """Whether ``--set NAME=VALUE`` accepts it."""
    old_name: str = ""
    """The name that ``--set`` accepted for it in version 0.1."""

    def parse(self, text: str) -> Any:
        """Return the value that a person wrote; raise ValueError where it is not of this kind."""
        if self.is_optional and text == AUTO:
            return None
        if self.kind is bool:
            if text not in ("true", "false"):
                raise ValueError(text)
            return text == "true"
        value = self.kind(text)
        if self.legacy_auto is not None and self.limits and self.legacy_auto <= value < self.limits[0]:
            return None
        return value

    def accepts_type(self, value: object) -> bool:
        """Return whether `value` is of this setting's kind and, if a number, finite."""
        if value is None:
            return self.is_optional
        if isinstance(value, bool) or self.kind is bool:
            return isinstance(value, bool) and self.kind is bool
        if self.kind is float:
            return isinstance(value, (int, float)) and math.isfinite(value)
        return isinstance(value, self.kind)

    def check(self, name: str, value: Any) -> None:
        """Raise TrainingError where `value` is outside the limits or none of the choices."""
        if self.choices and value not in self.choices:
            raise TrainingError(f"{name}={value} is not possible.", f"Give one of {', '.join(self.choices)}.")
        if value is None or self.limits is None:
            return
        least, most = self.limits
        if not least <= value <= most:
            hint = f"Give {least:g} to {most:g}{f', or {AUTO}' if self.is_optional else ''}."
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            shown = f"{shown[:_SHOWN_DIGITS]}…" if len(shown) > _SHOWN_DIGITS else shown
            raise TrainingError(f"{name}={shown} is not possible.", hint)


def _setting(help: str, kind: type, default: Any = ..., **properties: Any) -> Any:
    """Return a dataclass field that carries a Setting; without a `default` it must be given."""
    metadata = {_METADATA: Setting(help, kind, **properties)}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


def _tunable(
    help: str, kind: type, default: Any, limits: tuple[float, float] | None, **properties: Any
) -> Any:
    """Return a field that ``--set NAME=VALUE`` accepts; a default of None leaves the value to the program."""
    return _setting(
        help, kind, default, limits=limits, is_optional=default is None, is_tunable=True, **properties
    )


@dataclass(frozen=True)
class RunSettings:
    """What a person asks of a training; None leaves a choice to `rnnchat.training.plan`."""

    name: str = _setting("the model that the training makes", str)
    paths: tuple[str, ...] = _setting("the files and folders to learn from, as absolute paths", tuple)
    base: str = _setting(
        f"the model to start from; {AUTO} takes the shipped one for the script of the notes, {SCRATCH} none",
        str,
        AUTO,
    )
    cell: str = _setting("the kind of recurrent network", str, "gru", choices=CELLS)
    is_personal: bool = _setting(
        "whether the texts are a person's notes; a shipped model's are not, so nothing of them is kept"
        " verbatim, every weight may change, and the budget is always used up",
        bool,
        True,
    )
    minutes: float = _setting(
        "the time budget in minutes, including start-up; 0 indexes the notes without training", float, 5.0
    )
    seed: int = _setting("the seed of every random choice", int, 0, limits=(0, math.inf))
    embedding: int | None = _tunable("the size of the token embeddings", int, None, (1, 4096), legacy_auto=0)
    units: int | None = _tunable("the size of a recurrent layer's state", int, None, (1, 8192), legacy_auto=0)
    layers: int = _tunable("the number of recurrent layers", int, 1, (1, 8))
    vocabulary: int | None = _tunable(
        "the number of tokens in a new tokenizer", int, None, (1, 65_536), legacy_auto=0
    )
    batch: int | None = _tunable(
        "the number of texts that one step learns from", int, None, (1, 1024), legacy_auto=0
    )
    length: int = _tunable("the number of tokens that gradients flow back through", int, 64, (2, 512))
    learning_rate: float | None = _tunable(
        "the highest learning rate of the schedule", float, None, (1e-9, 1.0), legacy_auto=0.0
    )
    dropout: float | None = _tunable(
        "the share of values to drop between layers", float, None, (0.0, 0.9), legacy_auto=-1.0
    )
    weight_drop: float | None = _tunable(
        "the share of recurrent weights to drop", float, None, (0.0, 0.9), legacy_auto=-1.0
    )
    weight_decay: float | None = _tunable(
        "how strongly AdamW pulls weights towards zero, or towards the base's weights",
        float,
        None,
        (0.0, 10.0),
    )
    ema_steps: float = _tunable(
        "the number of steps that the average of the weights covers",
        float,
        100.0,
        (1.0, 1e6),
        old_name="horizon",
    )
    use_bfloat16: bool = _tunable(
        "true or false: whether matrix products may use bfloat16 where that is faster",
        bool,
        True,
        None,
        old_name="half",
    )
    steps: int | None = _setting(
        "the number of steps to train, whatever the clock says; none uses the time budget",
        int,
        None,
        limits=(1, math.inf),
        is_optional=True,
    )
    checkpoint_seconds: float = _tunable(
        "the seconds between checkpoints, which is the most work that a crash can cost",
        float,
        20.0,
        (0.5, 3600.0),
    )

    @property
    def is_memory_only(self) -> bool:
        """Whether the training indexes the notes and trains no network."""
        return self.minutes == MEMORY_ONLY_MINUTES

    @property
    def is_timed(self) -> bool:
        """Whether the clock ends the training of the network, and not a number of steps."""
        return not self.is_memory_only and self.steps is None

    def with_overrides(self, choices: Iterable[str]) -> RunSettings:
        """Return these settings with some replaced by ``NAME=VALUE``; raise TrainingError for a wrong one."""
        values: dict[str, Any] = {}
        for choice in choices:
            stated, _, text = (part.strip() for part in choice.partition("="))
            name = _CURRENT_NAMES.get(stated, "")
            if not name:
                raise TrainingError(
                    f"A training has no setting called {choice.partition('=')[0]!r}.",
                    f"Write NAME=VALUE, where NAME is one of: {', '.join(TUNABLE)}.",
                )
            try:
                values[name] = TUNABLE[name].parse(text)
            except ValueError:
                raise TrainingError(
                    f"{stated} cannot be {text!r}.", f"{stated} is {TUNABLE[name].help}."
                ) from None
        return replace(self, **values)

    def to_json(self) -> str:
        """Return the settings as they are written to disk."""
        # In ASCII: a path may hold bytes that are not UTF-8, and only escapes bring them back unchanged.
        return json.dumps(with_schema(asdict(self), SETTINGS_MIGRATIONS), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> RunSettings:
        """Read settings of this or an earlier version; raise TrainingError where they are not settings."""
        try:
            values = migrate(json.loads(text), SETTINGS_MIGRATIONS)
            values = {name: value for name, value in values.items() if name in SETTINGS_BY_NAME}
            if not isinstance(values["paths"], list):
                raise ValueError("paths is not a list")
            settings = cls(**{**values, "paths": tuple(values["paths"])})
            if not settings.is_well_formed:
                raise ValueError("a setting is of the wrong kind or out of range")
        except NewerSchemaError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TrainingError(
                "The settings of this training are damaged.",
                "Start the training anew with --fresh, or choose Discard it.",
            ) from error
        return settings

    @property
    def is_well_formed(self) -> bool:
        """Whether every setting is of its kind, and a training could begin with them."""
        if not all(setting.accepts_type(getattr(self, name)) for name, setting in SETTINGS_BY_NAME.items()):
            return False
        if not all(isinstance(path, str) for path in self.paths):
            return False
        try:
            self.check()
        except TrainingError:
            return False
        return True

    def check(self) -> None:
        """Raise TrainingError where no training can run with these settings."""
        if not self.is_memory_only and not SHORTEST_MINUTES <= self.minutes <= LONGEST_MINUTES:
            raise TrainingError(
                f"A budget of {self.minutes:g} minutes is not possible.",
                f"Give at least {SHORTEST_MINUTES:g} minutes (9 seconds); 4 to 10 are good for a folder of"
                " notes. 0 indexes the notes without training.",
            )
        for name, setting in SETTINGS_BY_NAME.items():
            setting.check(name, getattr(self, name))


def _declared(one: Field[Any]) -> Setting:
    declared: Setting = one.metadata[_METADATA]
    return declared


SETTINGS_BY_NAME = {one.name: _declared(one) for one in fields(RunSettings)}
"""What is known about every field of RunSettings, by its name."""
TUNABLE = {name: setting for name, setting in SETTINGS_BY_NAME.items() if setting.is_tunable}
"""The settings that ``--set NAME=VALUE`` accepts."""
_CURRENT_NAMES = {
    **{name: name for name in TUNABLE},
    **{setting.old_name: name for name, setting in TUNABLE.items() if setting.old_name},
}
"""The field that a name given to ``--set`` means; names of version 0.1 are still accepted."""


def describe_tunable_settings() -> list[tuple[str, str]]:
    """Return the name and the meaning of every setting that ``--set`` accepts."""
    auto = f"; {AUTO} chooses"
    return [(name, setting.help + (auto if setting.is_optional else "")) for name, setting in TUNABLE.items()]
