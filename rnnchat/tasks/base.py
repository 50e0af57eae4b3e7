"""What a task is: examples as pieces with a loss mask, a way to decode what a model returns, and metrics.

Language modelling is the first task and classification the second. A model's card says which task it is for.
"""

from __future__ import annotations

LANGUAGE_MODEL = "language_model"
"""The task of predicting the next token, which every model had before there were tasks."""
CLASSIFY = "classify"
"""The task of labelling a text."""
TASKS = (LANGUAGE_MODEL, CLASSIFY)
"""The tasks that a model can be for."""
