"""What the commands say of themselves: help, defaults, mistyped names."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from rnnchat.cli.commands import commands
from rnnchat.cli.options import SettingOption
from rnnchat.errors import RnnchatError
from rnnchat.generation.sampling import Sampling
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths


def everything(group: click.Group = commands, name: str = "rnnchat") -> Iterator[tuple[str, click.Command]]:
    yield name, group
    context = click.Context(group, info_name=name)
    for own in group.list_commands(context):
        command = group.get_command(context, own)
        assert command is not None
        if isinstance(command, click.Group):
            yield from everything(command, f"{name} {own}")
        else:
            yield f"{name} {own}", command


ALL = dict(everything())


@pytest.mark.parametrize("name", ALL)
def test_no_description_is_cut(name: str) -> None:
    command = ALL[name]
    shown = command.get_help(click.Context(command, info_name=name, terminal_width=80))
    assert not any(line.rstrip().endswith("...") for line in shown.splitlines() if "Usage" not in line), shown


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_explained(name: str) -> None:
    for option in ALL[name].params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"{name} {option.opts}"


@pytest.mark.parametrize("name", [name for name in ALL if not isinstance(ALL[name], click.Group)])
def test_every_command_prints_json(name: str) -> None:
    options = {word for option in ALL[name].params for word in option.opts}
    assert "--json" in options or name == "rnnchat draft"  # which opens the app


def test_help_tells_the_defaults(paths: Paths) -> None:
    shown = " ".join(CliRunner().invoke(commands, ["generate", "--help"], prog_name="rnnchat").output.split())
    for default in ("default: 0.7; 0 to 5", "default: 0.95; 0 to 1", "default: 1.1; 1 to 3", "default: none"):
        assert default in shown
    with change_settings(paths) as settings:
        settings.temperature = 0.3
    shown = " ".join(CliRunner().invoke(commands, ["generate", "--help"], prog_name="rnnchat").output.split())
    assert "default: 0.3; 0 to 5" in shown


def test_help_tells_the_ranges_that_hold() -> None:
    for option in ALL["rnnchat generate"].params:
        if isinstance(option, SettingOption) and " to " in option.range:
            low, high = (float(bound.replace(",", "")) for bound in option.range.split(" to "))
            kind = int if option.name == "top_k" else float
            for fine in (low, high):
                Sampling(**{str(option.name): kind(fine)}).check()
            for wrong in (low - 1, high + 1):
                with pytest.raises(RnnchatError):
                    Sampling(**{str(option.name): kind(wrong)}).check()


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"temperature": 1e300},
        {"top_p": float("nan")},
        {"min_p": float("nan")},
        {"repetition": float("nan")},
        {"top_k": 10**400},
        {"top_k": -(10**400)},
        {"seed": -1},
    ],
    ids=str,
)
def test_what_cannot_be_sampled_with_is_named(values: dict[str, float]) -> None:
    with pytest.raises(RnnchatError, match=next(iter(values)).replace("_", "-")) as caught:
        Sampling(**values).check()  # type: ignore[arg-type]
    assert caught.value.hint


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["trian"], "rnnchat train"),
        (["Generate"], "rnnchat generate"),
        (["complet"], "rnnchat complete"),
        (["models", "lst"], "rnnchat models list"),
        (["models", "qqqqqq"], "rollback"),
        (["zzzz"], "evaluate"),
    ],
)
def test_a_mistyped_command_is_answered_with_another(words: list[str], hint: str) -> None:
    with pytest.raises(click.UsageError, match="No such command") as caught:
        commands(words, prog_name="rnnchat", standalone_mode=False)
    assert hint in caught.value.hint  # type: ignore[attr-defined]


def test_models_alone_prints_its_help() -> None:
    result = CliRunner().invoke(commands, ["models"], prog_name="rnnchat")
    assert result.exit_code == 0
    assert "rollback" in result.output


def test_the_library_in_json(tiny_model: str) -> None:
    import json

    def ask(*words: str) -> dict[str, object]:
        result = CliRunner().invoke(commands, ["models", *words, "--json"], prog_name="rnnchat")
        assert result.exit_code == 0, result.output
        found: dict[str, object] = json.loads(result.output)
        return found

    assert ask("use", "TINY") == {"model": "tiny", "in_use": True}
    assert ask("copy", "tiny", "other") == {"model": "other", "copied_from": "tiny"}
    assert ask("rename", "tiny", "mine")["renamed_from"] == "tiny"
    assert ask("show", "mine")["name"] == "mine"
    assert ask("delete", "other")["model"] == "other"
    assert ask("restore", "other")["model"] == "other"
    assert ask("delete", "other", "--forever")["forever"] is True
    in_use = {row["name"]: row["in_use"] for row in ask("list")["models"]}
    assert in_use == {"mine": True, "base": False, "base-zh": False}  # type: ignore[attr-defined]
