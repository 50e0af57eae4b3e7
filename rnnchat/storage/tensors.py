"""Arrays on the disk, as safetensors: every claim of a header is checked before anything is made of it."""

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

MOST_HEADER = 2**20
"""The most bytes of a header,"""
MOST_ARRAYS = 2048
"""the most arrays, and"""
_MOST_DIMENSIONS = 8
_MOST_SIZE = 2**40
_LONGEST_NAME = 200
_METADATA = "__metadata__"

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
"""The types of arrays by their names in safetensors, as NumPy calls them."""

LARGEST = 65_504.0
"""No weight of a network is larger: it is the largest number in half precision."""


@dataclass(frozen=True)
class TensorLocation:
    """What a header says of an array, checked to be there."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    """Where its bytes begin in the file."""


def read_header(data: bytes) -> dict[str, TensorLocation]:
    """Return the arrays that safetensors hold by their names; raise ModelError where they are damaged.

    They have to cover the bytes after the header one after another, without a gap.
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 0 < length <= min(MOST_HEADER, len(data) - 8):
        raise _damaged("their header does not fit")
    try:
        header = json.loads(data[8 : 8 + length].decode("utf-8"))
    except (ValueError, RecursionError, MemoryError):
        raise _damaged("their header cannot be read") from None
    if not isinstance(header, dict) or len(header) > MOST_ARRAYS:
        raise _damaged("their header is none, or names too many")
    header.pop(_METADATA, None)
    places = [_place(name, stated) for name, stated in header.items()]
    end = 0
    for _, _, _, (begin, own_end) in sorted(places, key=lambda place: place[3]):
        if begin != end:
            raise _damaged("they overlap, or leave a gap")
        end = own_end
    if end != len(data) - 8 - length:
        raise _damaged("they end too early or too late")
    return {
        name: TensorLocation(dtype, shape, 8 + length + begin) for name, dtype, shape, (begin, _) in places
    }


def _place(name: str, stated: Any) -> tuple[str, str, tuple[int, ...], tuple[int, int]]:
    if not isinstance(stated, dict) or stated.keys() != {"dtype", "shape", "data_offsets"}:
        raise _damaged("one is not described")
    dtype, shape, offsets = stated["dtype"], stated["shape"], stated["data_offsets"]
    if not isinstance(dtype, str) or dtype not in TYPES or len(name) > _LONGEST_NAME:
        raise _damaged("one is of an unknown type")
    if not _are_sizes(shape) or len(shape) > _MOST_DIMENSIONS or not _are_sizes(offsets) or len(offsets) != 2:
        raise _damaged("one has sizes that cannot be")
    begin, end = offsets
    if end - begin != math.prod(shape) * int(TYPES[dtype][-1]):
        raise _damaged("one has fewer or more bytes than its sizes need")
    return name, dtype, tuple(shape), (begin, end)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(n) is int and 0 <= n <= _MOST_SIZE for n in values)


def read_safetensors(data: bytes) -> dict[str, NDArray[Any]]:
    """Read safetensors; raise ModelError where they are damaged. The arrays are views of `data`."""
    import numpy as np

    return {
        name: np.frombuffer(data, TYPES[place.dtype], math.prod(place.shape), place.begin).reshape(
            place.shape
        )
        for name, place in read_header(data).items()
    }


def to_safetensors(weights: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return `weights` as safetensors."""
    import numpy as np
    from safetensors.numpy import save

    data: bytes = save({name: np.asarray(value, order="C") for name, value in weights.items()})
    return data


def all_finite(array: NDArray[Any], largest: float = LARGEST) -> bool:
    """Whether all values of an array of numbers are finite and at most `largest` in size."""
    import numpy as np

    if not array.size:
        return True
    if array.dtype == np.float16:  # whose bits are quicker to compare than its values
        bits = int((np.ascontiguousarray(array).view(np.uint16) & np.uint16(0x7FFF)).max())
        return float(np.array(bits, np.uint16).view(np.float16)) <= largest
    return -largest <= float(array.min()) and float(array.max()) <= largest


def _damaged(how: str) -> ModelError:
    return ModelError(f"The arrays of a model are damaged: {how}.")
