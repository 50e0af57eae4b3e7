"""Check a tokenizer's file: only SentencePiece models with the settings of this project are accepted.

The file is a protocol buffer (`sentencepiece_model.proto`). Its structure is checked here first, as
SentencePiece trusts what it loads.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnchat.errors import ModelError

MAXIMUM_VOCABULARY = 2**17
"""The largest vocabulary, in pieces, that is loaded."""

START = "<s>"
"""The piece before a text."""
END = "</s>"
"""The piece after a text or a turn."""
USER = "<user>"
"""The piece before a turn of the user."""
MODEL = "<model>"
"""The piece before a turn of the model."""

_PIECE_TAG = 0x0A
"""The byte before each piece; the next one is its length, as a piece is always shorter than 128 bytes."""
_TRAINER, _NORMALIZER = 2, 3
"""The field numbers of the trainer's and the normalizer's settings."""
_VARINT, _EIGHT_BYTES, _LENGTH_DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
"""The wire types of protocol buffers."""
_UNKNOWN, _CONTROL, _USER_DEFINED, _BYTE = 2, 3, 4, 6
"""The types of pieces."""
_MINUS_ONE = 2**64 - 1
"""The value -1 as a protocol buffer encodes it."""

FIXED_PIECES: list[tuple[bytes, int]] = [
    (b"<unk>", _UNKNOWN),
    *((role.encode(), _CONTROL) for role in (START, END, USER, MODEL)),
    (b"\n", _USER_DEFINED),
    *((b"<0x%02X>" % value, _BYTE) for value in range(256)),
]
"""The first pieces of every tokenizer, each with its type."""

_TRAINER_NUMBERS = {
    3: ("model_type", 1, 2),  # BPE
    20: ("max_sentencepiece_length", 16, 16),
    21: ("split_by_unicode_script", 1, 1),
    22: ("split_by_whitespace", 1, 1),
    23: ("split_by_number", 1, 1),
    24: ("treat_whitespace_as_suffix", 0, 0),
    25: ("split_digits", 0, 1),
    26: ("allow_whitespace_only_pieces", 0, 1),
    32: ("vocabulary_output_piece_score", 1, 1),
    33: ("hard_vocab_limit", 1, 0),
    34: ("use_all_vocab", 0, 0),
    35: ("byte_fallback", 0, 1),
    40: ("unk_id", 0, 0),
    41: ("bos_id", 1, 1),
    42: ("eos_id", 2, 2),
    43: ("pad_id", _MINUS_ONE, _MINUS_ONE),
}
"""The trainer's numeric settings by field number: name, default value, and required value."""
_TRAINER_TEXTS = {
    30: ("control_symbols", [USER.encode(), MODEL.encode()]),
    31: ("user_defined_symbols", [b"\n"]),
    36: ("required_chars", []),
    44: ("unk_surface", [" ⁇ ".encode()]),
    45: ("unk_piece", [b"<unk>"]),
    46: ("bos_piece", [START.encode()]),
    47: ("eos_piece", [END.encode()]),
    53: ("pretokenization_delimiter", []),
}
"""The trainer's text settings by field number: name, and required values."""
_OPTIONAL = (36, 44, 45, 46, 47, 53)
"""The text settings that may be missing, as the required value is the default."""
_NORMALIZER_NUMBERS = {
    3: ("add_dummy_prefix", 1, 0),
    4: ("remove_extra_whitespaces", 1, 0),
    5: ("escape_whitespaces", 1, 1),
}
"""The normalizer's settings by field number: name, default value, and required value."""

_Field = tuple[int, "int | bytes"]


def check_tokenizer(data: bytes) -> int:
    """Return the number of pieces in a tokenizer's file, whose contents are `data`.

    Raises ModelError where it is damaged or was made with other settings.
    """
    first: list[bytes] = []
    specs: dict[int, bytes] = {}
    count = place = 0
    try:
        while (
            place < len(data) and data[place] == _PIECE_TAG
        ):  # there are thousands, so no function is called for each
            end = place + 2 + data[place + 1]
            if count < len(FIXED_PIECES):
                first.append(data[place + 2 : end])
            count += 1
            place = end
        if place > len(data):
            raise IndexError
        for number, value in _fields(data[place:]):
            if not isinstance(value, bytes) or number not in (_TRAINER, _NORMALIZER) or number in specs:
                raise _damaged("it has an unknown field")
            specs[number] = value
        if count > MAXIMUM_VOCABULARY:
            raise _damaged("it has too many pieces")
        if specs.keys() != {_TRAINER, _NORMALIZER}:
            raise _damaged("its settings are missing")
        _check_settings(list(_fields(specs[_TRAINER])), _TRAINER_NUMBERS, _TRAINER_TEXTS)
        _check_settings(list(_fields(specs[_NORMALIZER])), _NORMALIZER_NUMBERS, {1: ("name", [b"identity"])})
        if any(value for number, value in _fields(specs[_NORMALIZER]) if number in (2, 6)):
            raise _not_ours("it normalises texts")
        if [_piece(piece) for piece in first] != FIXED_PIECES:
            raise _not_ours("its first pieces are not the required ones")
    except IndexError:
        raise _damaged("it ends too early") from None
    return count


def _check_settings(
    found: list[_Field], numbers: dict[int, tuple[str, int, int]], texts: dict[int, tuple[str, list[bytes]]]
) -> None:
    """Raise ModelError where a setting does not have its required value."""
    for number, (name, left_out, needed) in numbers.items():
        values = [value for own, value in found if own == number]
        if (values[-1] if values else left_out) != needed:
            raise _not_ours(f"its setting {name} is different")
    for number, (name, wanted) in texts.items():
        values = [value for own, value in found if own == number]
        if values != wanted and (values or number not in _OPTIONAL):
            raise _not_ours(f"its setting {name} is different")


def _piece(data: bytes) -> tuple[int | bytes, int | bytes]:
    """Return the text of a piece and its type."""
    found = dict(_fields(data))
    return found.get(1, b""), found.get(3, 1)


def _fields(data: bytes) -> Iterator[_Field]:
    """Yield number and value of each field; raise IndexError where the data end inside one."""
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        wire = key & 7
        if wire == _VARINT:
            whole, place = _varint(data, place)
            yield key >> 3, whole
            continue
        if wire == _LENGTH_DELIMITED:
            length = data[place]
            place += 1
            if length >= 128:
                length, place = _varint(data, place - 1)
        elif wire in (_FOUR_BYTES, _EIGHT_BYTES):
            length = 4 if wire == _FOUR_BYTES else 8
        else:
            raise _damaged("it has a field of an unknown type")
        if length > end - place:
            raise IndexError
        yield key >> 3, data[place : place + length]
        place += length


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return the variable-length number at offset `place`, and the offset after it."""
    value = data[place]
    place += 1
    if value < 128:
        return value, place
    value &= 127
    for shift in range(7, 70, 7):
        part = data[place]
        place += 1
        value |= (part & 127) << shift
        if part < 128:
            return value & _MINUS_ONE, place
    raise _damaged("it has a number that is too long")


def _damaged(how: str) -> ModelError:
    return ModelError(f"The tokenizer is damaged: {how}.", "Run `rnnchat models check`.")


def _not_ours(how: str) -> ModelError:
    return ModelError(
        f"This tokenizer was not made by rnnchat: {how}.", "To make a model, run `rnnchat train`."
    )
