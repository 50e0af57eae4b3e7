"""Tell what a program prints from what a person types: output seldom says how something is done."""

from __future__ import annotations

import re

_ANNOUNCES_OUTPUT = re.compile(
    r"\b(?:outputs?|prints?|printed|returns?|returned|responds?|(?:results?|response) (?:is|are|in|looks)"
    r"|(?:this|an?|following)(?: [\w-]+){0,2} (?:error|exception|warning)"
    r"|(?:you|we|i)(?:'ll|’ll| will| should| would| then)? (?:see|get|got|saw))\b[^.!?]{0,60}[:…]\W*\Z",
    re.I,
)
"""Matches a sentence after which a program's output is shown."""
_ANNOUNCES_INPUT = re.compile(
    r"\b(?:run|running|use|using|type|typing|enter|execute|try|add|write|put|call|with|to|by)\b[^,;]*\W*\Z",
    re.I,
)
"""Matches a sentence after which is shown what to type, even if the sentence also says what that prints."""
_OUTPUT_LINE = re.compile(
    r"Traceback \(most recent|=> |[+|][-+=|]{3}|-{2,}\+-{2}|\(\d+ rows?\)|commit [0-9a-f]{7}|[-dl][-rwx]{9}"
    r"|total \d+\s*\Z|\d{4}-\d\d-\d\d[T ]\d\d:\d\d|(?:\w*Error|error|fatal|warning|FAILED?|PASS)\b ?[:\[(]"
)
"""Matches the beginning of a line that programs print: errors, tables, listings, logs."""
_PROMPT = re.compile(r"\s*(?:[$%❯➜]|>>>|>|\(?\w+\)?[=-]?[#>]|irb\S*>|pry\S*>|iex\S*>)[ \t]+\S")
"""Matches a line that begins with a prompt, after which a person types."""


def is_program_output(code: str, sentence_before: str) -> bool:
    """Whether a block of `code` shows only what a program printed, by its lines and the text before it."""
    lines = [line for line in code.splitlines() if line.strip()]
    if not lines or any(_PROMPT.match(line) for line in lines):
        return False
    if _OUTPUT_LINE.match(lines[0]):
        return True
    announced = _ANNOUNCES_OUTPUT.search(sentence_before.rstrip())
    return announced is not None and not _ANNOUNCES_INPUT.search(sentence_before[announced.start() :])
