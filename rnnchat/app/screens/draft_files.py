"""Saving a draft to a file, with a question before anything is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rnnchat.app.draft_snapshots import DraftSnapshot, OpenDraft
from rnnchat.app.screens.app_screen import AppScreen
from rnnchat.app.screens.dialogs import AskPath, Confirm
from rnnchat.app.worker_groups import SAVE_FILE
from rnnchat.storage.files import TextFile, has_changed, new_file, save_text
from rnnchat.storage.paths import start_folder


class DraftFileSaver:
    """Saves the open draft to its file or another one, in workers of `screen`.

    `take_snapshot` returns the open draft as it is now; `saved` is called with the draft and its file after
    each save, when another draft may be open.
    """

    def __init__(
        self,
        screen: AppScreen,
        take_snapshot: Callable[[], DraftSnapshot],
        saved: Callable[[OpenDraft, TextFile], None],
    ) -> None:
        self._screen = screen
        self._take_snapshot, self._saved = take_snapshot, saved

    def save(self, file: TextFile | None) -> None:
        """Save to the draft's `file`; ask for one where it has none."""
        if file is None:
            self.save_as(None)
        else:
            self._start(self._take_snapshot(), file)

    def save_as(self, current: TextFile | None) -> None:
        """Ask for a file and save to it; `current` is the draft's file so far."""

        def named(path: str | None) -> None:
            if path:
                self.save_to(path, current)

        title = "Save draft as"
        if current is not None:
            self._screen.app.push_screen(AskPath(title, str(current.path), new_file), named)
            return
        from rnnchat.app.screens.first_save import AskFirstPath

        folder = f"{start_folder()}/".replace("//", "/")
        text = self._take_snapshot().draft.text
        self._screen.app.push_screen(AskFirstPath(title, folder, new_file, text), named)

    def save_to(self, path: str, current: TextFile | None) -> None:
        """Save to the file at `path`; `current` is the draft's file so far."""
        file = new_file(path)
        is_same = current is not None and current.path == file.path
        self._start(self._take_snapshot(), current if current is not None and is_same else file)

    def _start(self, snapshot: DraftSnapshot, file: TextFile, *, overwrite: bool = False) -> None:
        work = partial(self._write, snapshot, file, overwrite=overwrite)
        self._screen.run_worker(work, name="save", group=SAVE_FILE, thread=True)

    def _write(self, snapshot: DraftSnapshot, file: TextFile, *, overwrite: bool) -> None:
        """Write the file in a worker's thread; ask first where another program has changed it."""
        app = self._screen.services
        if not overwrite and has_changed(file):
            app.call_from_thread(self._confirm, snapshot, file)
            return
        written = save_text(file, snapshot.draft.text)
        app.call_from_thread(self._saved, snapshot.open_draft, written)

    def _confirm(self, snapshot: DraftSnapshot, file: TextFile) -> None:
        what = "was changed by another program" if file.digest else "already exists"

        def decide(sure: bool | None) -> None:
            if sure:
                self._start(snapshot, file, overwrite=True)

        self._screen.app.push_screen(
            Confirm(
                f"{file.path.name} {what}.",
                "Overwrite it with this draft? What is in the file now will be lost.",
                yes="Overwrite",
                no="Cancel",
            ),
            decide,
        )
