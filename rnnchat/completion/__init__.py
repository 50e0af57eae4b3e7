"""Suggestions for a draft at its cursor.

`completer.py` is the entrance. `draft_reader.py` reads the draft and learns from it, `search.py` follows the
predictor's pieces to words, and `ranking.py` mixes what the search finds with counts of whole words from the
notes and the draft (`words.py`) and from earlier drafts (`used_words.py`), less what the writer has rejected
(`rejections.py`). `phrases.py` finds how the same text went on before, `exclusions.py` takes out what must
not be offered, and `choice.py` chooses what a menu shows. `corrections.py` mends a misspelled word.
"""
