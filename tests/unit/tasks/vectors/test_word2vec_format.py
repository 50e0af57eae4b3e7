"""Vectors in the formats of word2vec, as Gensim reads them."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnchat.tasks.vectors.word2vec_format import BINARY, TEXT, as_word2vec, escape_name
from rnnchat.tasks.vectors.words import NamedVectors

VECTORS = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1]], np.float32)


@pytest.mark.parametrize("form", [BINARY, TEXT])
@pytest.mark.parametrize("names", [("cat", "dog", "saw"), ("a note.md", "ein Maß.md", "50%\u00a0\u3000x.md")])
def test_gensim_reads_what_is_written(tmp_path: Path, form: str, names: tuple[str, ...]) -> None:
    models = pytest.importorskip("gensim.models", reason="Gensim has no wheel for this Python")
    file = tmp_path / "vectors"
    file.write_bytes(as_word2vec(NamedVectors(names, VECTORS), form))
    loaded = models.KeyedVectors.load_word2vec_format(str(file), binary=form == BINARY)
    assert [unquote(key) for key in loaded.index_to_key] == list(names)
    assert np.allclose(loaded.vectors, VECTORS, atol=1e-6)
    ((nearest, cosine),) = loaded.most_similar(escape_name(names[0]), topn=1)
    assert unquote(nearest) == names[1] and cosine == pytest.approx(0.8, abs=1e-5)


@given(st.text())
def test_an_escaped_name_is_one_word_and_comes_back(name: str) -> None:
    escaped = escape_name(name)
    assert escaped.split() in ([escaped], []) and "\x00" not in escaped
    assert unquote(escaped) == name


def test_no_vectors_are_a_header_alone() -> None:
    assert as_word2vec(NamedVectors((), np.zeros((0, 0), np.float32)), TEXT) == b"0 0\n"


def test_bytes_that_are_not_utf_8_are_kept_in_a_name() -> None:
    name = os.fsdecode(b"caf\xe9 \xff.md")
    assert escape_name(name) == "caf%E9%20%FF.md"
    assert unquote_to_bytes(escape_name(name)) == os.fsencode(name)
    named = NamedVectors((name,), VECTORS[:1])
    assert as_word2vec(named, TEXT).splitlines()[1].startswith(b"caf%E9%20%FF.md ")
