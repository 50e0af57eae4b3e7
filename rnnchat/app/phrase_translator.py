"""The translators that the app uses: which there are, and the one that is loaded; for any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnchat.library.models import Library
    from rnnchat.tasks.translation.result import Translation
    from rnnchat.tasks.translation.translator import Translator


class PhraseTranslator:
    """Loads one translator at a time, and translates with it."""

    def __init__(self, open_library: Callable[[], Library]) -> None:
        self._open_library = open_library
        self._lock = threading.Lock()
        self._translator: Translator | None = None
        self._key: tuple[str, str] | None = None

    def directions(self) -> dict[str, str]:
        """Return from which language each saved translator translates into which, by its name."""
        from rnnchat.library.translators import translator_directions

        return translator_directions(self._open_library())

    def translate(self, name: str, text: str, on_text: Callable[[str], None]) -> Translation:
        """Return the translation of `text` by the translator called `name`.

        `on_text` is called with the translation so far as words are added to it; it may raise an exception to
        stop. Raises ModelError where the translator cannot be used, and PhraseError where the text cannot be
        translated.
        """
        return self._load(name).translate(text, on_text)

    def _load(self, name: str) -> Translator:
        from rnnchat.loading import load_translator

        with self._lock:
            library = self._open_library()
            entry = library.find(name)
            key = (entry.name, entry.card.created if entry.card else "")
            if self._translator is None or self._key != key:
                self._translator = load_translator(library, name)
                self._key = key
            return self._translator
