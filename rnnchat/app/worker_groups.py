"""The groups of the workers that write to the disk; shutdown waits for them."""

from __future__ import annotations

SAVE_FILE = "save"
"""Workers of this group write a draft to its file."""
AUTOSAVE = "autosave"
"""Workers of this group write drafts and chats to their databases."""
CHANGE_LIBRARY = "change"
"""Workers of this group change the library of models."""
CHANGE_NOTES = "move"
"""Workers of this group move the user's notes into folders."""
REPLY = "reply"
"""Workers of this group generate replies and save them."""

WRITING_GROUPS = (SAVE_FILE, AUTOSAVE, CHANGE_LIBRARY, CHANGE_NOTES, REPLY)
"""The app waits for the workers of these groups before it ends."""
