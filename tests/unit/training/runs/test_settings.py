"""Training settings: what `--set` accepts, what is refused, and what every field says about itself."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from click.testing import CliRunner

from rnnchat.cli.train import train
from rnnchat.errors import TrainingError
from rnnchat.training.runs.migrations import NewerSchemaError
from rnnchat.training.runs.settings import (
    LONGEST_MINUTES,
    SETTINGS_BY_NAME,
    SHORTEST_MINUTES,
    TUNABLE,
    RunSettings,
    describe_tunable_settings,
)

SETTINGS = RunSettings(name="x", paths=("/notes",))


def test_every_field_says_what_it_is_and_its_default_is_allowed() -> None:
    assert {one.name for one in fields(RunSettings)} == set(SETTINGS_BY_NAME)
    for name, setting in SETTINGS_BY_NAME.items():
        assert setting.help, name
        assert setting.accepts_type(getattr(SETTINGS, name)), name
        setting.check(name, getattr(SETTINGS, name))


def test_every_number_that_can_be_set_has_limits() -> None:
    assert {name for name, setting in TUNABLE.items() if setting.limits is None} == {"use_bfloat16"}


def test_set_help_lists_them_all() -> None:
    printed = CliRunner().invoke(train, ["--set", "help"]).output
    for name, meaning in describe_tunable_settings():
        assert f"  {name:<19} {meaning}\n" in printed
    assert "learning_rate       the highest learning rate of the schedule; auto chooses" in printed
    names = {line.split()[0] for line in printed.splitlines()}
    assert names == set(TUNABLE)


def test_the_options_of_the_command_line_have_the_same_help() -> None:
    helps = {option.name: str(getattr(option, "help", "")) for option in train.params}
    for name in ("name", "base", "cell", "minutes", "seed"):
        assert SETTINGS_BY_NAME[name].help[1:] in helps[name]


@pytest.mark.parametrize(
    ("choice", "name", "value"),
    [
        ("units=512", "units", 512),
        (" units = 512 ", "units", 512),
        ("units=auto", "units", None),
        ("units=0", "units", None),
        ("learning_rate=0", "learning_rate", None),
        ("dropout=0", "dropout", 0.0),
        ("dropout=-1", "dropout", None),
        ("weight_drop=-0.5", "weight_drop", None),
        ("use_bfloat16=false", "use_bfloat16", False),
        ("half=true", "use_bfloat16", True),
        ("horizon=50", "ema_steps", 50.0),
        ("ema_steps=50", "ema_steps", 50.0),
    ],
)
def test_what_set_accepts(choice: str, name: str, value: object) -> None:
    changed = replace(SETTINGS, units=64, learning_rate=0.5, dropout=0.5, weight_drop=0.5, use_bfloat16=None)
    settings = changed.with_overrides([choice])
    assert getattr(settings, name) == value
    assert type(getattr(settings, name)) is type(value)


@pytest.mark.parametrize("choice", ["paths=/", "name=other", "=3", "many", "steps=3", "minutes=1"])
def test_what_is_no_setting_is_refused(choice: str) -> None:
    with pytest.raises(TrainingError, match="no setting called"):
        SETTINGS.with_overrides([choice])


@pytest.mark.parametrize("choice", ["units=many", "units", "layers=auto", "use_bfloat16=yes", "half=1"])
def test_a_value_of_another_kind_is_refused(choice: str) -> None:
    with pytest.raises(TrainingError, match="cannot be"):
        SETTINGS.with_overrides([choice])


@pytest.mark.parametrize(
    "choice", ["units=-1", "units=9000", "dropout=1", "dropout=-2", "length=1", "learning_rate=nan"]
)
def test_a_value_outside_the_limits_is_refused(choice: str) -> None:
    with pytest.raises(TrainingError, match="not possible") as caught:
        SETTINGS.with_overrides([choice]).check()
    name = choice.partition("=")[0]
    least, most = SETTINGS_BY_NAME[name].limits or (0, 0)
    assert f"Give {least:g} to {most:g}" in caught.value.hint


@pytest.mark.parametrize("minutes", [-1.0, 0.1, LONGEST_MINUTES + 1])
def test_a_budget_that_is_none(minutes: float) -> None:
    with pytest.raises(TrainingError, match="budget"):
        replace(SETTINGS, minutes=minutes).check()


@pytest.mark.parametrize("minutes", [0.0, SHORTEST_MINUTES, LONGEST_MINUTES])
def test_a_budget_that_is_one(minutes: float) -> None:
    settings = replace(SETTINGS, minutes=minutes)
    settings.check()
    assert settings.is_memory_only == (minutes == 0)
    assert settings.is_timed == (minutes != 0)
    assert not replace(settings, steps=3).is_timed


def test_settings_come_back_from_disk() -> None:
    settings = replace(SETTINGS, units=64, dropout=0.0, use_bfloat16=False, minutes=0.0)
    assert RunSettings.from_json(settings.to_json()) == settings
    assert json.loads(settings.to_json())["schema"] == 2


WRITTEN_BY_0_1 = """{
 "name": "me",
 "paths": [
  "/notes"
 ],
 "base": "auto",
 "cell": "gru",
 "is_personal": true,
 "minutes": 5.0,
 "seed": 3,
 "embedding": 0,
 "units": 0,
 "layers": 1,
 "vocabulary": 0,
 "batch": 0,
 "length": 64,
 "learning_rate": 0.0,
 "dropout": -1.0,
 "weight_drop": -1.0,
 "weight_decay": 0.05,
 "horizon": 50.0,
 "half": false,
 "steps": 0,
 "checkpoint_seconds": 20.0
}
"""


def test_settings_of_version_0_1_are_read() -> None:
    assert RunSettings.from_json(WRITTEN_BY_0_1) == RunSettings(
        name="me", paths=("/notes",), seed=3, weight_decay=0.05, ema_steps=50.0, use_bfloat16=False
    )
    stated = json.loads(WRITTEN_BY_0_1) | {"units": 48, "dropout": 0.0, "steps": 30, "learning_rate": 0.01}
    settings = RunSettings.from_json(json.dumps(stated))
    assert (settings.units, settings.dropout, settings.steps, settings.learning_rate) == (48, 0.0, 30, 0.01)


def test_settings_of_a_newer_version_are_not_called_damaged() -> None:
    newer = json.loads(SETTINGS.to_json()) | {"schema": 99}
    with pytest.raises(NewerSchemaError, match="newer version"):
        RunSettings.from_json(json.dumps(newer))


@pytest.mark.parametrize("schema", [0, -1, "2", None, True, 1.5])
def test_a_schema_that_is_none_is_damage(schema: object) -> None:
    with pytest.raises(TrainingError, match="damaged"):
        RunSettings.from_json(json.dumps(json.loads(SETTINGS.to_json()) | {"schema": schema}))


def test_a_huge_number_is_refused_in_a_short_message() -> None:
    settings = RunSettings(name="me", paths=("/notes",)).with_overrides([f"units={10**400}"])
    with pytest.raises(TrainingError) as raised:
        settings.check()
    assert "units=10000" in raised.value.message and len(raised.value.message) < 80
    assert "Give 1 to 8192" in raised.value.hint
