"""The bin: deleted models, each under a token, until they are restored or forgotten."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path

from rnnchat.errors import ModelError, RnnchatError
from rnnchat.storage.atomic import is_there, move, remove, write_bytes
from rnnchat.storage.paths import make_private

KEPT_DAYS = 30
"""How long a deleted model can be restored."""

_TOKEN = re.compile(r"[0-9]{1,20}-.")
_MARK = ".in-use"
"""A file in a deleted model's folder which tells that it was the one in use."""


class Bin:
    """The folder of deleted models; a token is the time of the deletion and the model's name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tokens(self) -> list[str]:
        """Return the tokens of all that can be restored, the latest first."""
        if not self._folder.is_dir():
            return []
        tokens = [path.name for path in self._folder.iterdir() if _TOKEN.match(path.name)]
        return sorted(tokens, key=lambda token: (-_moment(token), token))

    def put(self, folder: Path, name: str, *, in_use: bool) -> str:
        """Move the folder of the model called `name` here and return its token.

        Whether it was `in_use` is kept with it. What has been here for too long goes for good.
        """
        make_private(self._folder)
        oldest = time.time_ns() - KEPT_DAYS * 86_400 * 10**9
        for token in self.tokens():
            if _moment(token) < oldest:
                self.forget(token)
        token = f"{time.time_ns()}-{name}"
        _mark(folder, in_use=in_use)
        move(folder, self._folder / token)
        return token

    def was_in_use(self, token: str) -> bool:
        """Whether the model was the one in use when it was deleted."""
        place = self._place(token)
        return not place.is_symlink() and (place / _MARK).is_file()

    def take(self, token: str, target: Path) -> None:
        """Move a deleted model to `target`."""
        move(self._place(token), target)
        _mark(target, in_use=False)

    def forget(self, token: str) -> None:
        """Remove a deleted model for good."""
        remove(self._folder / Path(token).name, self._folder)

    def _place(self, token: str) -> Path:
        place = self._folder / Path(token).name
        if not _TOKEN.match(place.name) or not is_there(place):
            raise ModelError(
                "That model is not in the bin any more.", f"Deleted models are kept for {KEPT_DAYS} days."
            )
        return place


def name_in(token: str) -> str:
    """Return the name of the model that a token stands for."""
    return token.split("-", 1)[1]


def _moment(token: str) -> int:
    return int(token.split("-", 1)[0])


def _mark(folder: Path, *, in_use: bool) -> None:
    """Keep in a model's folder that it is in use, or that it is not; a full disk does not matter here."""
    if folder.is_symlink() or not folder.is_dir():
        return
    with contextlib.suppress(OSError, RnnchatError):
        if in_use:
            write_bytes(folder / _MARK, b"")
        else:
            (folder / _MARK).unlink(missing_ok=True)
