"""An empty chat says what the model in use does with a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnnchat.app.widgets.chat_welcome import welcome_text
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.tokenizer import Tokenizer
from tests.helpers.models import write_shipped


@pytest.mark.parametrize("replies", [True, False])
def test_every_shipped_model_is_described_as_one(
    tmp_path: Path,
    tokenizer: Tokenizer,
    tiny_shape: NetworkShape,
    monkeypatch: pytest.MonkeyPatch,
    replies: bool,
) -> None:
    monkeypatch.setattr("rnnchat.library.shipped.shipped_models", lambda: tmp_path)
    for name in ("base", "base-zh"):
        write_shipped(tmp_path, name, tokenizer, tiny_shape)
        said = welcome_text(name, replies=replies)
        assert "F3 trains it on your notes" in said and f"and {name} replies" in said
    own = welcome_text("me", replies=replies)
    assert "your notes" in own and "F3" not in own
    assert ("me replies" in own) == replies
