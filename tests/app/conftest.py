"""The app with a tiny model."""

from __future__ import annotations

import pytest

from rnnchat.app.app import RnnchatApp
from rnnchat.library.settings import change_settings
from rnnchat.storage.paths import Paths


@pytest.fixture
def app(paths: Paths, tiny_model: str) -> RnnchatApp:
    with change_settings(paths) as settings:
        settings.model = tiny_model
        settings.reply_pieces = 5
    return RnnchatApp(paths)
