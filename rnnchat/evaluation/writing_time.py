"""The seconds that a writer needs, by a plain model: so much for a key, for reading and for accepting.

The constants, three of which are in `rnnchat/completion/inline_gate.py`, are round numbers near published
ones. The keystroke-level model gives 0.20 s a key for a good typist and 0.28 s for an average one (Card,
Moran and Newell, "The keystroke-level model for user performance time with interactive systems", CACM 23,
1980). One fixation while reading takes 0.2 to 0.25 s (Rayner, "Eye movements in reading and information
processing: 20 years of research", Psychological Bulletin 124, 1998); a word or two after the cursor need
about one. A list is searched entry by entry (Koester and Levine, "Modeling the speed of text entry with a
word prediction interface", IEEE Transactions on Rehabilitation Engineering 2, 1994). That suggestions which
save keys can still cost time is found by Quinn and Zhai, "A cost-benefit study of text entry suggestion
interaction", CHI 2016. The model leaves out that a writer types on while reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from rnnchat.completion.inline_gate import ACCEPT_SECONDS, KEY_SECONDS, WRONG_SECONDS

MENU_SECONDS = 0.9
"""The time to find the right suggestion in a menu, and to accept it."""


@dataclass
class WritingTime:
    """The seconds that a writer needs with suggestions, and without."""

    aided: float = 0.0
    """The seconds with suggestions."""
    unaided: float = 0.0
    """The seconds without, for the same text."""
    wrong: int = 0
    """The suggestions after the cursor that were read and not accepted."""
    _shown: str = ""
    """What is shown after the cursor, and was read already."""
    _place: int = 0
    """Where it begins in the text."""

    @property
    def saved(self) -> float:
        """The seconds saved; negative where suggestions cost more than they save."""
        return self.unaided - self.aided

    def press(self) -> None:
        """Count one key."""
        self.aided += KEY_SECONDS
        self.unaided += KEY_SECONDS

    def accept(self, keys: int, *, inline: bool) -> None:
        """Count a suggestion that takes the place of so many keys."""
        self.aided += ACCEPT_SECONDS if inline else MENU_SECONDS
        self.unaided += KEY_SECONDS * keys

    def see(self, text: str, place: int) -> None:
        """Count a suggestion that is shown at `place` of the text and not accepted; nothing may be shown.

        One that was shown before and only lost the characters typed since is not read again.
        """
        is_same = bool(text) and self._shown[place - self._place :] == text and place >= self._place
        if text and not is_same:
            self.wrong += 1
            self.aided += WRONG_SECONDS
        self._shown, self._place = text, place
