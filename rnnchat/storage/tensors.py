"""Arrays in the format safetensors; everything that a header states is checked before it is used.

The format: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rnnchat.errors import ModelError

if TYPE_CHECKING:  # NumPy takes a tenth of a second that the app's first picture does not have
    import numpy as np
    from numpy.typing import NDArray

MAXIMUM_HEADER = 2**20
"""A header has at most this many bytes."""
MAXIMUM_ARRAYS = 2048
"""A file holds at most this many arrays."""
_MAXIMUM_DIMENSIONS = 8
"""An array has at most this many dimensions."""
_MAXIMUM_SIZE = 2**40
"""Sizes and offsets in a header are at most this large."""
_MAXIMUM_NAME = 200
"""The name of an array has at most this many characters."""
_METADATA = "__metadata__"
"""This key of a header holds comments, which are ignored."""

TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}
"""NumPy's names of the types of arrays, by their names in safetensors."""

MAXIMUM_WEIGHT = 65_504.0
"""A weight is at most this large: it is the largest number in half precision."""


@dataclass(frozen=True)
class TensorLocation:
    """Where an array is in the file; its bytes are known to be there."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    """The offset of its first byte in the file."""


def read_header(data: bytes) -> dict[str, TensorLocation]:
    """Return the location of each array by its name; raise ModelError where the data is damaged.

    The arrays must cover all bytes after the header, without gaps or overlaps.
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 0 < length <= min(MAXIMUM_HEADER, len(data) - 8):
        raise _damaged("the header has a wrong length")
    try:
        header = json.loads(data[8 : 8 + length].decode("utf-8"))
    except (ValueError, RecursionError, MemoryError):
        raise _damaged("the header cannot be read") from None
    if not isinstance(header, dict) or len(header) > MAXIMUM_ARRAYS:
        raise _damaged("the header is not valid, or names too many arrays")
    header.pop(_METADATA, None)
    places = [_place(name, stated) for name, stated in header.items()]
    end = 0
    for _, _, _, (begin, own_end) in sorted(places, key=lambda place: place[3]):
        if begin != end:
            raise _damaged("they overlap or have gaps between them")
        end = own_end
    if end != len(data) - 8 - length:
        raise _damaged("their bytes do not fill the file")
    return {
        name: TensorLocation(dtype, shape, 8 + length + begin) for name, dtype, shape, (begin, _) in places
    }


def _place(name: str, stated: Any) -> tuple[str, str, tuple[int, ...], tuple[int, int]]:
    if not isinstance(stated, dict) or stated.keys() != {"dtype", "shape", "data_offsets"}:
        raise _damaged("the header describes one incompletely")
    dtype, shape, offsets = stated["dtype"], stated["shape"], stated["data_offsets"]
    if not isinstance(dtype, str) or dtype not in TYPES or len(name) > _MAXIMUM_NAME:
        raise _damaged("one has an unknown type or too long a name")
    if (
        not _are_sizes(shape)
        or len(shape) > _MAXIMUM_DIMENSIONS
        or not _are_sizes(offsets)
        or len(offsets) != 2
    ):
        raise _damaged("one has impossible sizes")
    begin, end = offsets
    if end - begin != math.prod(shape) * int(TYPES[dtype][-1]):
        raise _damaged("the number of bytes of one does not match its shape")
    return name, dtype, tuple(shape), (begin, end)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(n) is int and 0 <= n <= _MAXIMUM_SIZE for n in values)


def read_safetensors(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays in `data`, which are views of it; raise ModelError where it is damaged."""
    import numpy as np

    return {
        name: np.frombuffer(data, TYPES[place.dtype], math.prod(place.shape), place.begin).reshape(
            place.shape
        )
        for name, place in read_header(data).items()
    }


def to_safetensors(weights: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return the bytes of a safetensors file that holds `weights`."""
    import numpy as np
    from safetensors.numpy import save

    data: bytes = save({name: np.asarray(value, order="C") for name, value in weights.items()})
    return data


def all_finite(array: NDArray[Any], largest: float = MAXIMUM_WEIGHT) -> bool:
    """Return whether all values are finite and between -`largest` and `largest`."""
    import numpy as np

    if not array.size:
        return True
    if array.dtype == np.float16:  # Its bits are faster to compare than its values.
        bits = int((np.ascontiguousarray(array).view(np.uint16) & np.uint16(0x7FFF)).max())
        return float(np.array(bits, np.uint16).view(np.float16)) <= largest
    return -largest <= float(array.min()) and float(array.max()) <= largest


def _damaged(how: str) -> ModelError:
    return ModelError(f"The arrays of a model are damaged: {how}.")
