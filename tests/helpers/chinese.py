"""A short text in simplified and in traditional characters, and a tokenizer that was trained on the first."""

from __future__ import annotations

from functools import cache

from rnnchat.text.tokenizer import Tokenizer, train_tokenizer

SIMPLIFIED = (
    "今天下了一整天的雨，河水上涨，所以我们留在家里看书。晚上我打电话给妈妈，她说乡下的天气很好，"
    "种的菜已经可以收成了。我决定下个周末回去看看她，顺便带一些书给弟弟。学校的考试刚刚结束，"
    "他应该会有时间读书。这里的铁路服务非常方便，买车票只需要几分钟。这个问题的关键在于如何让电脑"
    "理解人类的语言，而不只是处理数据。我们还讨论了图书馆的开放时间，并且决定写一封信给馆长。\n"
    "- 2026 年的笔记 (notes)\n"
)
"""A paragraph of a diary in simplified characters."""
TRADITIONAL = (
    "今天下了一整天的雨，河水上漲，所以我們留在家裡看書。晚上我打電話給媽媽，她說鄉下的天氣很好，"
    "種的菜已經可以收成了。我決定下個週末回去看看她，順便帶一些書給弟弟。學校的考試剛剛結束，"
    "他應該會有時間讀書。這裡的鐵路服務非常方便，買車票只需要幾分鐘。這個問題的關鍵在於如何讓電腦"
    "理解人類的語言，而不只是處理數據。我們還討論了圖書館的開放時間，並且決定寫一封信給館長。\n"
    "- 2026 年的筆記 (notes)\n"
)
"""The same paragraph in traditional characters."""


@cache
def chinese_tokenizer() -> Tokenizer:
    """Return a tokenizer that was trained on SIMPLIFIED."""
    return train_tokenizer([SIMPLIFIED * 4], 700)
