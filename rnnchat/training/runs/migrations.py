"""The schemas of a run's files, and the functions that bring files of earlier versions up to date.

Each JSON file of a run carries a number under ``schema``. Version 0.1 wrote none, which is schema 1. A
list of migrations holds one function for each step: the first makes schema 2 out of 1, and so on; so a
file's current schema is one more than its migrations. To change a format, append a function; never edit
an old one. Every function takes values of any kind, as a damaged file may hold, and leaves the checking
to whoever reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnnchat.errors import TrainingError

Values = dict[str, Any]
Migration = Callable[[Values], Values]

SCHEMA_KEY = "schema"
"""The key of a file's schema number."""
FIRST_SCHEMA = 1
"""The schema of a file that carries no number."""


class NewerSchemaError(TrainingError):
    """A run was started by a version of rnnchat that is newer than this one."""

    def __init__(self) -> None:
        super().__init__(
            "This training was started by a newer version of rnnchat.",
            "Resume it with that version, or start anew with --fresh.",
        )


def with_schema(values: Mapping[str, Any], migrations: Sequence[Migration]) -> Values:
    """Return `values` with the current schema number in front."""
    return {SCHEMA_KEY: FIRST_SCHEMA + len(migrations), **values}


def migrate(values: Any, migrations: Sequence[Migration]) -> Values:
    """Return `values` as the current schema has them, without the number.

    Raises NewerSchemaError where a newer version wrote them, and ValueError where they are no values.
    """
    if not isinstance(values, dict):
        raise ValueError("not an object")
    current: Values = dict(values)
    schema = current.pop(SCHEMA_KEY, FIRST_SCHEMA)
    if type(schema) is not int or schema < FIRST_SCHEMA:
        raise ValueError(f"{schema!r} is not a schema number")
    if schema > FIRST_SCHEMA + len(migrations):
        raise NewerSchemaError
    for migration in migrations[schema - FIRST_SCHEMA :]:
        current = migration(current)
    return current


def _settings_2(values: Values) -> Values:
    """Settings have clearer names, and null in place of the numbers that meant "choose for me"."""
    values = _renamed(values, {"half": "use_bfloat16", "horizon": "ema_steps"})
    for name in ("embedding", "units", "vocabulary", "batch", "learning_rate", "steps"):
        # Learning rates below 1e-9 were possible, and are chosen by the program now.
        if _is_number(values.get(name)) and 0 <= values[name] < 1e-9:
            values[name] = None
    for name in ("dropout", "weight_drop"):
        if _is_number(values.get(name)) and values[name] < 0:
            values[name] = None
    return values


def _plan_2(values: Values) -> Values:
    """Plans have the field's names."""
    values = _renamed(
        values,
        {"half": "use_bfloat16", "horizon": "ema_steps", "dropping": "dropout", "rates": "rate_factors"},
    )
    if isinstance(values.get("dropout"), dict):
        values["dropout"] = _renamed(values["dropout"], {"values": "hidden", "weights": "recurrent_weights"})
    return values


def _prepared_2(values: Values) -> Values:
    """What was prepared says what its counts are counts of."""
    return _renamed(values, {"texts": "credits", "encoded": "encoded_notes", "new": "new_notes"})


def _progress_2(values: Values) -> Values:
    """The values of a checkpoint say what they are counts of."""
    return _renamed(
        values,
        {"validated": "validated_step", "worse": "worse_validations", "share": "schedule_share"},
    )


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> Values:
    return {names.get(name, name): value for name, value in values.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


SETTINGS_MIGRATIONS: tuple[Migration, ...] = (_settings_2,)
"""For run.json, the settings."""
PLAN_MIGRATIONS: tuple[Migration, ...] = (_plan_2,)
"""For plan.json, the choices that follow from the settings."""
PREPARED_MIGRATIONS: tuple[Migration, ...] = (_prepared_2,)
"""For prepared.json, what was read and encoded."""
PROGRESS_MIGRATIONS: tuple[Migration, ...] = (_progress_2,)
"""For the values in a checkpoint's manifest.json."""
