"""The names of the files and folders in the folder of a run.

They are part of the format on disk, so they stay as version 0.1 wrote them.
"""

from __future__ import annotations

from rnnchat.library.models import FINISHED, MEMORY, TOKENIZER

__all__ = [
    "CHECKPOINTS",
    "DIGESTS",
    "FINISHED",
    "KNOWN_DIGESTS",
    "LEARNED_DIGESTS",
    "LOG",
    "MANIFEST",
    "MEMORY",
    "NEEDED_TO_RESUME",
    "NOTE_PATHS",
    "OFFSETS",
    "PLAN",
    "PREPARED",
    "PREVIOUS_RUN",
    "REPEATS",
    "SETTINGS",
    "TOKENIZER",
    "TRAINED",
    "TRAINING_PIECES",
    "TRAINING_SPANS",
    "VALIDATION_PIECES",
]

SETTINGS = "run.json"
"""The settings that the run was started with."""
PREPARED = "prepared.json"
"""What was read and encoded; it is written when all files of pieces are complete."""
PLAN = "plan.json"
"""The choices that followed from the settings, the notes and the machine."""
LOG = "worker.log"
"""What libraries in the child process wrote to standard output and standard error."""
PREVIOUS_RUN = "before"
"""The folder of the finished run before this one, whose pieces are used again."""
CHECKPOINTS = "checkpoints"
"""The folder of checkpoints."""
TRAINED = "learned"
"""The folder of the trained network, from the end of its training until the model is saved.

The folder's name is that of version 0.1.
"""
MANIFEST = "manifest.json"
"""The file of a checkpoint that lists its arrays and holds its plain values."""

TRAINING_PIECES = "training.pieces"
"""The pieces of all training texts, one text after another, as little-endian integers."""
VALIDATION_PIECES = "validation.pieces"
"""The pieces of the texts that are kept back for validation."""
NOTE_PATHS = "files.json"
"""The path of every text's note, training texts first."""
OFFSETS = "offsets.npy"
"""The place in the training pieces where every text begins, and their end (texts + 1,)."""
DIGESTS = "digests.npy"
"""The digest of every training text (texts, 16)."""
TRAINING_SPANS = "lessons.npy"
"""The start and size in the training pieces of each text to train on (texts, 2).

The file's name is that of version 0.1.
"""
REPEATS = "repeats.npy"
"""How often each text is read in a round (texts, 2), where that differs: in the main and the last part."""
LEARNED_DIGESTS = "learned.bin"
"""The digests of the texts that a network has learned, where that is not all of them."""
KNOWN_DIGESTS = "known.bin"
"""The digests of the texts that the network had learned before this run; it may learn nothing in it."""

NEEDED_TO_RESUME = (KNOWN_DIGESTS, VALIDATION_PIECES, TRAINING_SPANS, REPEATS, NOTE_PATHS, MEMORY)
"""The files that a finished run no longer needs; its training pieces stay for the next run."""
