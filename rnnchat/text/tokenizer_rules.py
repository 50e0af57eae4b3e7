"""What the file of a tokenizer may hold: SentencePiece with the settings of this project, and no others.

The file is a protocol buffer. Its outer structure is read here before SentencePiece sees any of it, as that
believes what it is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from rnnchat.errors import ModelError

MOST_PIECES = 2**17
"""The largest vocabulary."""

START = "<s>"
END = "</s>"
USER = "<user>"
MODEL = "<model>"

_PIECE_TAG = 0x0A
"""What a piece begins with; then comes its length in one byte, as 16 characters, a score and a sort take."""
_TRAINER, _NORMALIZER = 2, 3
_VARINT, _EIGHT, _SIZED, _FOUR = 0, 1, 2, 5
_UNKNOWN, _CONTROL, _CHOSEN, _BYTE = 2, 3, 4, 6
_MINUS_ONE = 2**64 - 1

FIXED: list[tuple[bytes, int]] = [
    (b"<unk>", _UNKNOWN),
    *((role.encode(), _CONTROL) for role in (START, END, USER, MODEL)),
    (b"\n", _CHOSEN),
    *((b"<0x%02X>" % value, _BYTE) for value in range(256)),
]
"""The first pieces of every tokenizer, and of which sort each is."""

_TRAINED = {
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
"""Settings of the training by their numbers: the name, what holds where it is left out, and what has to."""
_NAMED = {
    30: ("control_symbols", [USER.encode(), MODEL.encode()]),
    31: ("user_defined_symbols", [b"\n"]),
    36: ("required_chars", []),
    44: ("unk_surface", [" ⁇ ".encode()]),
    45: ("unk_piece", [b"<unk>"]),
    46: ("bos_piece", [START.encode()]),
    47: ("eos_piece", [END.encode()]),
    53: ("pretokenization_delimiter", []),
}
"""The same of texts; those that have to be the default may be left out."""
_MAY_BE_LEFT_OUT = (36, 44, 45, 46, 47, 53)
_NORMALIZED = {
    3: ("add_dummy_prefix", 1, 0),
    4: ("remove_extra_whitespaces", 1, 0),
    5: ("escape_whitespaces", 1, 1),
}

_Field = tuple[int, "int | bytes"]


def check_tokenizer(data: bytes) -> int:
    """Return how many pieces a tokenizer's file has.

    Raises ModelError where it is damaged, or was made with other settings.
    """
    first: list[bytes] = []
    specs: dict[int, bytes] = {}
    count = place = 0
    try:
        while place < len(data) and data[place] == _PIECE_TAG:  # thousands of them, so without a call each
            end = place + 2 + data[place + 1]
            if count < len(FIXED):
                first.append(data[place + 2 : end])
            count += 1
            place = end
        if place > len(data):
            raise IndexError
        for number, value in _fields(data[place:]):
            if not isinstance(value, bytes) or number not in (_TRAINER, _NORMALIZER) or number in specs:
                raise _damaged("it holds a field that no tokenizer has")
            specs[number] = value
        if count > MOST_PIECES:
            raise _damaged("it has too many pieces")
        if specs.keys() != {_TRAINER, _NORMALIZER}:
            raise _damaged("its settings are missing")
        _check_settings(list(_fields(specs[_TRAINER])), _TRAINED, _NAMED)
        _check_settings(list(_fields(specs[_NORMALIZER])), _NORMALIZED, {1: ("name", [b"identity"])})
        if any(value for number, value in _fields(specs[_NORMALIZER]) if number in (2, 6)):
            raise _other("its texts are normalised")
        if [_piece(piece) for piece in first] != FIXED:
            raise _other("its first pieces are not the roles, the end of a line and the bytes")
    except IndexError:
        raise _damaged("it ends too early") from None
    return count


def _check_settings(
    found: list[_Field], numbers: dict[int, tuple[str, int, int]], texts: dict[int, tuple[str, list[bytes]]]
) -> None:
    """Raise ModelError where one of the settings that are fixed is another."""
    for number, (name, left_out, needed) in numbers.items():
        values = [value for own, value in found if own == number]
        if (values[-1] if values else left_out) != needed:
            raise _other(f"its {name} is another")
    for number, (name, wanted) in texts.items():
        values = [value for own, value in found if own == number]
        if values != wanted and (values or number not in _MAY_BE_LEFT_OUT):
            raise _other(f"its {name} is another")


def _piece(data: bytes) -> tuple[int | bytes, int | bytes]:
    """Return the text of a piece and of which sort it is."""
    found = dict(_fields(data))
    return found.get(1, b""), found.get(3, 1)


def _fields(data: bytes) -> Iterator[_Field]:
    """Yield number and value of each field; raise IndexError where the data end within one."""
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        wire = key & 7
        if wire == _VARINT:
            whole, place = _varint(data, place)
            yield key >> 3, whole
            continue
        if wire == _SIZED:
            length = data[place]
            place += 1
            if length >= 128:
                length, place = _varint(data, place - 1)
        elif wire in (_FOUR, _EIGHT):
            length = 4 if wire == _FOUR else 8
        else:
            raise _damaged("it holds a field of an unknown sort")
        if length > end - place:
            raise IndexError
        yield key >> 3, data[place : place + length]
        place += length


def _varint(data: bytes, place: int) -> tuple[int, int]:
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
    raise _damaged("it holds a number that is too long")


def _damaged(how: str) -> ModelError:
    return ModelError(f"The tokenizer is damaged: {how}.", "Run `rnnchat models check`.")


def _other(how: str) -> ModelError:
    return ModelError(
        f"This tokenizer was not made by rnnchat: {how}.", "Train a model with `rnnchat train`."
    )
