"""Arrays in the format safetensors: they come back as they were, and damaged ones are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from rnnchat.errors import ModelError
from rnnchat.storage.tensors import read_header, read_safetensors, to_safetensors
from tests.unit.storage.safetensors_headers import array, header


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 8,
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 100) + b"{}",
        struct.pack("<Q", 0),
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 10) + b"{}",
        header(a=array("F32", [1], 0, 4)),
        header(a=array("F32", [1], 0, 4)) + b"12345",
        header(a=array("F32", [2], 0, 4)) + b"1234",
        header(a=array("F32", [-1], 0, -4)),
        header(a=array("F32", [True], 0, 4)) + b"1234",
        header(a=array("F32", [1.0], 0, 4)) + b"1234",
        header(a=array("F32", "1", 0, 4)) + b"1234",
        header(a=array("F32", [2**70], 0, 4)) + b"1234",
        header(a=array("F32", [2**39, 2**39, 2**39], 0, 4)) + b"1234",
        header(a=array("F32", [1] * 60, 0, 4)) + b"1234",
        header(a=array("BF16", [2], 0, 4)) + b"1234",
        header(a=array("object", [1], 0, 4)) + b"1234",
        header(a=array(None, [1], 0, 4)) + b"1234",  # type: ignore[arg-type]
        header(a=array("F32", [1], 4, 8)) + b"12345678",
        header(a=array("F32", [1], 0, 4), b=array("F32", [1], 0, 4)) + b"1234",
        header(a=array("F32", [1], 0, 4), b=array("F32", [1], 2, 6)) + b"123456",
        header(a={"dtype": "F32", "shape": [1]}) + b"1234",
        header(a=None) + b"1234",
        header(**{f"t{n}": array("F32", [0], 0, 0) for n in range(3_000)}),
        header(**{"x" * 300: array("F32", [0], 0, 0)}),
    ],
)
def test_arrays_whose_header_does_not_hold_are_refused(data: bytes) -> None:
    with pytest.raises(ModelError, match="arrays of a model are damaged"):
        read_safetensors(data)


def test_arrays_come_back_as_they_were() -> None:
    arrays = {
        "f16": np.arange(6, dtype=np.float16).reshape(2, 3),
        "f32": np.array(1.5, np.float32),
        "f64": np.zeros((0, 4)),
        "u8": np.arange(3, dtype=np.uint8),
        "i64": np.array([-1, 2**62]),
        "bool": np.array([True, False]),
    }
    read = read_safetensors(to_safetensors(arrays))
    assert all(
        np.array_equal(read[name], own) and read[name].dtype == own.dtype for name, own in arrays.items()
    )
    assert read_header(to_safetensors(arrays))["u8"].shape == (3,)
