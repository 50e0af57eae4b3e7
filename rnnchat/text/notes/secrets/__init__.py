"""Keys and passwords in notes: found, reported by their line, and never learned.

A line that holds a secret is left out as a whole. A user keeps a line with a comment on it that says
`rnnchat:allow`, or with a line above it that says only that: `<!-- rnnchat:allow -->`. Where the line is the
first of a key of several lines, the whole key is kept. The comment itself is not learned.

How a text goes through the files: `screening` turns it into a `searchable_text`, which finds the trigger
words of all rules in one pass (with one pattern from `trie`). Then each rule yields the lines of its
findings. Some secrets are recognised by their own form: `private_keys`, `provider_tokens`, `payment_numbers`,
`identity_numbers`, `recovery_phrases`. Others by what is around them: `codes_and_licences`, `urls`,
`headers`, `client_files`, `account_pairs`, `commands`, `logins`, `server_config`. The rest have a label:
`labels` finds words such as `password`, `assignments` finds the value after one, `assigned_value` decides
whether that is a secret, and `tables` does the same for a column. All of them test single values with
`values`. Last, `screening` removes the lines.
"""

from rnnchat.text.notes.secrets.screening import ALLOW_COMMENT, ALLOW_HINT, ScreenedText, screen

__all__ = ["ALLOW_COMMENT", "ALLOW_HINT", "ScreenedText", "screen"]
