"""Settings that make no sense have their defaults, whatever stands in the file or in its place."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rnnchat.generation.sampler import Sampler
from rnnchat.library.settings import Settings, change_settings, load_settings
from rnnchat.storage.paths import Paths

DEFAULTS = Settings()


def write(paths: Paths, text: str | bytes) -> None:
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "-1"),
        ("seed", "true"),
        ("seed", "1.5"),
        ("seed", str(2**63)),
        ("seed", "9" * 4_000),
        ("seed", "9" * 5_000),
        ("seed", '"1"'),
        ("temperature", "-0.1"),
        ("temperature", "NaN"),
        ("temperature", "Infinity"),
        ("temperature", "1e999"),
        ("temperature", "6"),
        ("temperature", "true"),
        ("temperature", "9" * 400),
        ("top_p", "1.5"),
        ("top_p", "null"),
        ("top_k", "-3"),
        ("top_k", "2.5"),
        ("min_p", "2"),
        ("guidance", "-1"),
        ("repetition", "0"),
        ("reply_pieces", "0"),
        ("reply_pieces", "-20"),
        ("reply_pieces", "1e9"),
        ("inline_from", "7"),
        ("minutes", "-5"),
        ("minutes", "NaN"),
        ("model", "3"),
        ("model", '""'),
        ("model", '"two\\nlines"'),
        ("model", '"\\ud800"'),
        ("model", json.dumps("x" * 1000)),
        ("theme", "[]"),
        ("theme", "null"),
    ],
)
def test_a_setting_out_of_its_range_has_its_default(paths: Paths, name: str, value: str) -> None:
    other = "min_p" if name != "min_p" else "top_p"
    write(paths, f'{{"{name}": {value}, "{other}": 0.25}}')
    read = load_settings(paths)
    assert getattr(read, name) == getattr(DEFAULTS, name)
    if "9" * 5_000 not in value:
        assert getattr(read, other) == 0.25, "the others stay"
    Sampler(read.sampling)


@pytest.mark.parametrize(
    "text", ["", "[1, 2", "null", "[]", "[" * 100_000, '{"a":' * 50_000, b"\xff\xfe", "7"]
)
def test_what_are_no_settings_are_the_defaults(paths: Paths, text: str | bytes) -> None:
    write(paths, text)
    assert load_settings(paths) == DEFAULTS


def test_what_stands_in_the_place_of_the_file(paths: Paths, tmp_path: Path) -> None:
    paths.settings.mkdir(parents=True)
    assert load_settings(paths) == DEFAULTS
    paths.settings.rmdir()
    os.mkfifo(paths.settings)
    assert load_settings(paths) == DEFAULTS, "a pipe is not waited for"
    paths.settings.unlink()
    paths.settings.symlink_to("/dev/zero")
    assert load_settings(paths) == DEFAULTS
    paths.settings.unlink()
    kept_elsewhere = tmp_path / "mine.json"
    kept_elsewhere.write_text('{"temperature": 1.5}')
    paths.settings.symlink_to(kept_elsewhere)
    assert load_settings(paths).temperature == 1.5, "people keep their settings where they like"
    paths.settings.unlink()
    with paths.settings.open("wb") as file:
        file.truncate(20 * 2**30)
    assert load_settings(paths) == DEFAULTS


def test_the_ends_of_the_ranges_are_settings(paths: Paths) -> None:
    with change_settings(paths) as settings:
        settings.seed, settings.temperature, settings.top_k = 2**63 - 1, 0, 0
    read = load_settings(paths)
    assert (read.seed, read.temperature, read.top_k) == (2**63 - 1, 0.0, 0)


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers(), max_size=2)
)


@hypothesis_settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS.__dict__)), values))
def test_whatever_is_read_can_be_sampled_with(paths: Paths, chosen: dict[str, Any]) -> None:
    write(paths, json.dumps(chosen))
    read = load_settings(paths)
    Sampler(read.sampling)
    assert isinstance(read.model, str) and isinstance(read.theme, str)
    assert read.reply_pieces >= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"suggest_from": 0.15}', DEFAULTS.inline_from),
        ('{"suggest_from": 1}', 1.0),
        ('{"suggest_from": 0.6, "inline_from": 0.3}', 0.3),
        ('{"suggest_from": "often"}', DEFAULTS.inline_from),
    ],
)
def test_an_earlier_threshold_is_kept_where_it_was_chosen(paths: Paths, text: str, expected: float) -> None:
    write(paths, text)
    assert load_settings(paths).inline_from == expected
