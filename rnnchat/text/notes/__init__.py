"""From folders of files to clean notes.

How a file becomes a note: `walk` finds the file, by its name (`file_types`) and by what git ignores
(`ignore`). `decode` turns its bytes into text; `binary` recognises what is not text, `decode_fallback`
handles text that is not valid UTF-8, and `detect_encoding` guesses its legacy encoding. `tracked_text`
numbers the lines, so that everything removed later can be reported by its line in the file. `secrets` leaves
out the lines with keys and passwords. `clean` removes front matter, embedded data and markup, with the rules
in `formats`. `deduplicate` removes repeated notes and paragraphs, and `removal_report` sums up what was
removed. `corpus` runs all of this: `scan` returns every note of some paths at once. `raw` reads texts
uncleaned, to score a model on them.
"""

from rnnchat.text.notes.corpus import Corpus, Note, Scan, SecretLocation, read_corpus, scan
from rnnchat.text.notes.removal_report import RemovedText
from rnnchat.text.notes.walk import Skipped

__all__ = ["Corpus", "Note", "RemovedText", "Scan", "SecretLocation", "Skipped", "read_corpus", "scan"]
