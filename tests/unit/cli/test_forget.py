"""The command `forget` empties the writer's history, and only that."""

from __future__ import annotations

import json

import pytest

from rnnchat.cli.forget import forget
from rnnchat.library.drafts import Draft, Drafts
from rnnchat.library.writer_history import WriterHistory
from rnnchat.storage.paths import Paths


def test_it_forgets_words_and_keeps_drafts(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    drafts = Drafts(paths.drafts)
    drafts.keep(Draft(text="Wexcombe"))
    history = WriterHistory(paths.writer_history)
    history.record_text("Wexcombe")
    forget.main([], standalone_mode=False)
    assert capsys.readouterr().out == "Forgotten: 1 record.\n"
    assert history.load().weights == {}
    assert len(drafts.find("Wexcombe")) == 1
    forget.main([], standalone_mode=False)
    assert capsys.readouterr().out == "There is nothing to forget.\n"
    history.record_text("the mill")
    forget.main(["--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == {"forgotten": 3}
