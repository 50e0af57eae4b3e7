"""The messages for wrong usage: what click says, in plain words."""

from __future__ import annotations

import re

import click


def usage_message(error: click.UsageError) -> str:
    """Return what is wrong with the call of a command, in one sentence without a full stop."""
    message = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        message = f"There is no option {error.option_name}"
        return f"{message}; did you mean {error.possibilities[0]}?" if error.possibilities else message
    if isinstance(error, click.MissingParameter) or not isinstance(error, click.BadParameter):
        extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", message, re.S)
        value = re.fullmatch(r"Option '(.*)' (requires an argument|does not take a value)", message, re.S)
        if extra is not None:
            message = f"Unexpected argument{'s' if ' ' in extra[1] else ''}: {extra[1]}"
        elif value is not None:
            message = f"{value[1]} {'needs a' if value[2].startswith('r') else 'takes no'} value"
        return message
    wanted = _wanted(error.param)
    if error.param is None or not wanted:
        return message
    given = re.match(r"'?(.*?)'? is not ", error.message, re.S)
    return f"{error.param.opts[0]} takes {wanted}" + (f", not {given[1]}" if given else "")


def _wanted(param: click.Parameter | None) -> str:
    """Return what value an option takes: a number and its limits, or one of several words."""
    kind = param.type if param is not None else None
    if isinstance(kind, click.Choice):
        return f"one of {', '.join(map(str, kind.choices))}"
    if isinstance(kind, click.types.IntParamType):
        return "a whole number" + (_bounds(kind) if isinstance(kind, click.IntRange) else "")
    if isinstance(kind, click.types.FloatParamType):
        return "a number" + (_bounds(kind) if isinstance(kind, click.FloatRange) else "")
    return ""


def _bounds(kind: click.IntRange | click.FloatRange) -> str:
    if kind.max is None:
        return f", {kind.min:g} or more"
    return f" from {kind.min or 0:g} to {kind.max:g}"
