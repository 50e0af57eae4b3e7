"""Keys and passwords that stand in notes: found, reported by place, and never learned.

A line that holds a secret is left out whole. A person allows a line by a comment on it that says
`rnnchat:allow`, or by a line above it that says that alone: `<!-- rnnchat:allow -->`. Where the line
is the first of a key of many lines, the whole key is allowed. The comment itself is not learned.
"""

from rnnchat.text.notes.secrets.screening import ALLOW, HOW_TO_ALLOW, Screened, screen

__all__ = ["ALLOW", "HOW_TO_ALLOW", "Screened", "screen"]
