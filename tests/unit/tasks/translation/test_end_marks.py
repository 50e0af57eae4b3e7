"""The mark at the end of a translation is that of the text, in the style of its language."""

from __future__ import annotations

import pytest

from rnnchat.tasks.translation.end_marks import EndMarks, mark_of

FRENCH = EndMarks.learned_from(
    [("So?", "Et ?"), ("So!", "Et !"), ("So.", "Et."), ("So?", "Et?"), ("So?", "Et ?")]
)
CHINESE = EndMarks.learned_from([("So?", "那？"), ("So.", "那。")])


@pytest.mark.parametrize(
    ("marks", "translation", "source", "text", "adapted"),
    [
        (FRENCH, "Et.", "So.", "so", "Et"),
        (FRENCH, "Et ?", "So?", "so", "Et"),
        (FRENCH, "Et.", "So.", "So?", "Et ?"),
        (FRENCH, "Et.", "So.", "So...", "Et…"),
        (FRENCH, "Et", "So", "So.", "Et."),
        (FRENCH, "Et", "So.", "so", "Et"),
        (FRENCH, "Et !", "So.", "so.", "Et !"),
        (FRENCH, "Et.", "So.", "so,", "Et,"),
        (FRENCH, "Aux U.S.", "In the U.S.", "in the U.S", "Aux U.S."),
        (FRENCH, "Et ?!", "So?!", "so", "Et ?!"),
        (FRENCH, "Et.", "So.", '"So."', "Et."),
        (FRENCH, "Et (bon).", "So (well).", "So (well)", "Et (bon)."),
        (FRENCH, "¿Y?", "So?", "so", "¿Y?"),
        (CHINESE, "那。", "So.", "so", "那"),
        (CHINESE, "那。", "So.", "so?", "那？"),
        (EndMarks(), "Et.", "So.", "So?", "Et?"),
    ],
)
def test_adapting(marks: EndMarks, translation: str, source: str, text: str, adapted: str) -> None:
    assert marks.adapt(translation, source, text) == adapted


def test_marks() -> None:
    assert [mark_of(text) for text in ("a？", "a . ", "a...", "a", "", "a.)")] == ["?", ".", "…", "", "", ""]
