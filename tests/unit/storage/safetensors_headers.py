"""Headers of safetensors files, for tests of damaged ones."""

from __future__ import annotations

import json
import struct
from typing import Any


def header(**arrays: Any) -> bytes:
    text = json.dumps(arrays).encode()
    return struct.pack("<Q", len(text)) + text


def array(dtype: str, shape: list[Any], begin: Any, end: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
