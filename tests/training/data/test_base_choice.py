"""Without a wish of the person's, a training starts from the shipped model that fits the notes, if any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rnnchat.errors import ModelError, TrainingError
from rnnchat.library.models import BASE, Library
from rnnchat.lm.shape import NetworkShape
from rnnchat.text.tokenizer import Tokenizer
from rnnchat.training.data.base_choice import BaseChoice, choose_base, measure_fit, tokenizer_script
from rnnchat.training.runs.settings import SCRATCH, RunSettings
from tests.helpers.chinese import SIMPLIFIED, TRADITIONAL, chinese_tokenizer
from tests.helpers.models import write_shipped
from tests.helpers.places import ROOT

SETTINGS = RunSettings(name="x", paths=())
ENGLISH = (
    "The river rose and we stayed at home, reading by the window. In the evening I called my mother, and she "
    "said that the weather in the country was fine and that the beans could be picked already. "
)
SHAPE = NetworkShape(chinese_tokenizer().size, embedding=16, units=24)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the shipped models: the real base's tokenizer in a small base, and a Chinese one."""
    folder = tmp_path / "shipped"
    english = Tokenizer((ROOT / "models" / BASE / "tokenizer.model").read_bytes())
    write_shipped(folder, BASE, english, replace(SHAPE, vocabulary=english.size))
    write_shipped(folder, "base-zh", chinese_tokenizer(), SHAPE)
    monkeypatch.setattr("rnnchat.library.shipped.shipped_models", lambda: folder)
    return folder


@pytest.mark.parametrize(
    ("sample", "base", "script"),
    [
        (ENGLISH, BASE, "Latin letters"),
        (SIMPLIFIED, "base-zh", "Chinese"),
        (SIMPLIFIED + ENGLISH, "base-zh", "Chinese"),
        (SIMPLIFIED + 3 * ENGLISH, "base-zh", "Chinese"),
        (SIMPLIFIED + 5 * ENGLISH, BASE, "Latin letters"),
        (ENGLISH + "А вот немного по-русски. 今日は雨。", BASE, "Latin letters"),
    ],
)
def test_the_base_for_the_script_of_most_notes_is_chosen(
    library: Library, shipped: Path, sample: str, base: str, script: str
) -> None:
    assert choose_base(SETTINGS, library, sample) == BaseChoice(base, f"most of the notes are in {script}")


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (TRADITIONAL, "there is no base for notes in Traditional Chinese"),
        ("今日は一日中雨が降って、川の水が増えたので、家で本を読んでいました。", "in Japanese"),
        ("오늘은 하루 종일 비가 와서 강물이 불어났고 우리는 집에서 책을 읽었다.", "in Korean"),
        ("Сегодня весь день шёл дождь, и мы остались дома читать книги.", "in Cyrillic"),
        ("نزل المطر طوال اليوم، فبقينا في البيت نقرأ الكتب.", "in Arabic"),
        ("आज सारा दिन बारिश हुई और हम घर पर किताबें पढ़ते रहे।", "in Devanagari"),
        ("Hôm nay trời mưa cả ngày, nước sông dâng cao nên chúng tôi ở nhà đọc sách.", "the language of"),
        ("17 4 2 2026\n" * 50, "the notes have no letters"),
        ("", "the notes have no letters"),
    ],
)
def test_other_notes_start_from_scratch_and_the_reason_is_given(
    library: Library, shipped: Path, sample: str, reason: str
) -> None:
    choice = choose_base(SETTINGS, library, sample)
    assert choice.base == SCRATCH
    assert reason in choice.reason


def test_without_a_chinese_base_chinese_notes_start_from_scratch(library: Library, shipped: Path) -> None:
    (shipped / "base-zh").rename(shipped.parent / "elsewhere")
    for text in (SIMPLIFIED, TRADITIONAL):
        assert choose_base(SETTINGS, library, text) == BaseChoice(
            SCRATCH, "there is no base for notes in Chinese"
        )


def test_of_two_bases_for_a_script_the_one_with_fewer_pieces_is_chosen(
    library: Library, shipped: Path, tokenizer: Tokenizer
) -> None:
    write_shipped(shipped, "base-coarse", tokenizer, replace(SHAPE, vocabulary=tokenizer.size))
    assert choose_base(SETTINGS, library, ENGLISH).base == BASE
    (shipped / BASE).rename(shipped.parent / "elsewhere")
    assert choose_base(SETTINGS, library, ENGLISH).base == "base-coarse"


@pytest.mark.parametrize("changes", [{"cell": "lstm"}, {"units": 64}, {"embedding": 8}, {"vocabulary": 999}])
def test_a_base_with_another_cell_or_other_sizes_is_not_chosen(
    library: Library, shipped: Path, changes: dict[str, object]
) -> None:
    settings = replace(SETTINGS, **changes)
    for sample, name in ((ENGLISH, BASE), (SIMPLIFIED, "base-zh")):
        choice = choose_base(settings, library, sample)
        assert choice == BaseChoice(SCRATCH, f"{name} has another cell or other sizes than this training")


def test_sizes_that_the_base_has_may_be_stated(library: Library, shipped: Path) -> None:
    assert choose_base(replace(SETTINGS, units=24), library, SIMPLIFIED).base == "base-zh"


def test_what_the_person_asks_for_is_done_without_a_reason(library: Library, shipped: Path) -> None:
    for base in (SCRATCH, BASE, "base-zh"):
        assert choose_base(replace(SETTINGS, base=base), library, ENGLISH) == BaseChoice(base)
    with pytest.raises(TrainingError, match="base-zh has units=24"):
        choose_base(replace(SETTINGS, base="base-zh", units=64), library, SIMPLIFIED)
    with pytest.raises(ModelError, match="no model called"):
        choose_base(replace(SETTINGS, base="gone"), library, ENGLISH)


def test_characters_without_a_piece_are_measured() -> None:
    tokenizer = chinese_tokenizer()
    assert tokenizer_script(tokenizer) == "Chinese"
    assert measure_fit(tokenizer, SIMPLIFIED).spelled == 0
    assert measure_fit(tokenizer, "今天ж").spelled == pytest.approx(1 / 3)
    assert measure_fit(tokenizer, "123").spelled == 0
