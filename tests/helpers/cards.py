"""A card as a training writes it."""

from __future__ import annotations

from typing import Any

SOUND: dict[str, Any] = {
    "name": "me",
    "created": "2026-01-02T03:04:05+00:00",
    "network": {"vocabulary": 400, "embedding": 16, "units": 24, "layers": 1, "cell": "gru"},
    "files": {"network.safetensors": "a" * 64, "tokenizer.model": "b" * 64},
    "learned_from": {"files": 9, "bytes": 12_345, "paths": ["/home/me/notes"]},
    "scores": {"bits_per_byte": 2.3, "bytes": 999, "held_out": {"book": 1.5}},
    "training": {"minutes": 5, "seconds": 299.0, "curve": [[1.0, 2.0, 3.0]], "plan": {"units": 24}},
    "style": "notes",
    "base": "base",
    "description": "",
    "schema": 1,
}
