"""What a suggestion must not repeat or disturb: the text after the cursor, secrets, and commands.

Text that is completed inside a line is seldom what the writer wants, so that nothing is shown unasked there.
Nothing is shown unasked where a secret is being typed either, nor in a terminal, where Tab has a meaning of
its own.
"""

from __future__ import annotations

import re

from rnnchat.completion.cursor import word_start
from rnnchat.completion.spelling import ends_unspaced

_CLOSING = re.compile(r"[\s)\]}>\"'”’»,.;:!?*_`|]*\Z")
"""Matches what may follow the cursor on a line where something is shown unasked."""
_CONTINUED = re.compile(r"[ \t]*\n[ \t]*(?=[^\W\d_A-Z])")
"""Matches a line end after the cursor within a sentence: the next line begins with a small letter."""
_WORD = re.compile(r"\w[\w'’]*")
"""Matches one word."""
_LONGEST_LINE = 300
"""At most this many characters of a line, before or after the cursor, are looked at."""

_SECRET_WORDS = (
    r"pass(?:word|wd|phrase|code|wort)|kennwort|contrase[nñ]a|mot de passe|secret|token|credential|pin|cvv"
    r"|cvc|otp|(?:api|access|secret|private|signing|encryption)[ _-]?key|authori[sz]ation|bearer"
)
"""The words that name a secret."""
_SECRET_VALUE = re.compile(
    rf"(?:\b|_)(?:{_SECRET_WORDS})s?\b[\"'`*]*[ \t]*(?:[:=]|\bis\b)[ \t]*[\"'`]?[^\s\"'`]*\Z"
    rf"|\bbearer[ \t]+\S*\Z|-{{1,2}}(?:p|password|token|secret)[ \t=]\S*\Z",
    re.IGNORECASE,
)
"""Matches a value, or its beginning, after a word that names a secret."""
_SECRET_NAME = re.compile(rf"(?:\b|_)(?:{_SECRET_WORDS})s?(?:\b|_)", re.IGNORECASE)
"""Matches a word that names a secret."""
_FIELD_WORDS = 3
"""A draft of at most this many words may be what is typed into a single field."""
_KEY = re.compile(r"(?=\D{0,63}\d)(?=[^A-Za-z]{0,63}[A-Za-z])[\w+/=-]{16,64}")
"""Matches a long run of letters and digits, which is a key or a hash."""
_LAST_RUN = re.compile(r"\S{0,64}\Z")
"""Matches the end of the last run without spaces."""

_PROMPT = re.compile(r"\s*(?:[\w.-]+@[\w.-]+[^$#%]{0,80}[$#%]|[$%❯➜])[ \t]+")
"""Matches the prompt of a shell."""
_PROGRAMS = frozenset(
    """
    apt apt-get awk aws az bash brew bundle bun cargo cd chmod chown chsh clang cmake composer conda
    cp crontab curl deno df dig dnf docker docker-compose dotnet du echo env export ffmpeg gcc
    gcloud gem gh git go gpg gradle grep gunzip gzip heroku helm hg htop ifconfig ip java journalctl
    kill killall kubectl ln ls lsof make man minikube mkdir mount mv mvn mysql nano nc netstat nginx
    node npm npx nvim openssl pacman perl php ping pip pip3 pipx pnpm podman poetry ps psql pwd
    python python3 rails rake redis-cli rg rm rmdir rsync ruby rustup scp screen sed ssh ssh-keygen
    sudo swift systemctl tail tar tee terraform tmux touch traceroute ufw unzip uv vagrant vim wget
    xargs yarn yum zip zsh
    """.split()
)
"""Programs that are often started in a shell."""
_WORDS_TOO = frozenset(
    "echo env export go java kill make man mount node perl ping python ruby screen swift tail touch".split()
)
"""Those that are also words of English, or subjects that people write of."""
_PROSE = re.compile(
    r"(?:^|\s)(?:the|an?|is|are|was|were|has|have|can|will|and|of|that|this|you|i|we)(?:\s|$)", re.IGNORECASE
)
"""Matches a word that seldom stands in a command."""
_ARGUMENT = re.compile(r"(?:^|\s)(?:-{1,2}\w|[./~]|[\w.-]+[/=@]|[\w-]+\.\w)")
"""Matches a flag, a path or an assignment."""


def rest_of_line(after: str) -> str:
    """Return what follows the cursor on its line, or on the next where a sentence goes on there."""
    after = after[:_LONGEST_LINE]
    return _CONTINUED.sub(" ", after, count=1).split("\n", 1)[0]


def without_repetition(text: str, before: str, after: str) -> str:
    """Return a suggestion `text` without what stands after the cursor already; nothing if all of it does.

    Inside a word there is nothing to suggest.
    """
    rest = rest_of_line(after)
    first = _WORD.search(rest)
    if first is None or not text:
        return text
    partial = before[word_start(before) :]
    if not first.start() and partial:
        return ""
    if not (text[0].isalnum() or text[0] in "'’_"):  # the word at the cursor is complete
        partial = ""
    whole = partial + text
    words = list(_WORD.finditer(whole))
    if words and words[0].group() == first.group():
        return ""
    for word in words:
        if _begins_with_words(rest[first.start() :], whole[word.start() :]):
            return whole[len(partial) : max(word.start(), len(partial))].rstrip()
    return text


def is_unwanted(before: str, after: str = "") -> bool:
    """Whether nothing may be shown unasked between `before` and `after`, however likely it is."""
    if not _CLOSING.match(after.split("\n", 1)[0][:_LONGEST_LINE]):
        return True
    return is_secret(before) or is_command_line(before)


def is_secret_value(before: str) -> bool:
    """Whether `before` ends with a word that names a secret and the value after it, or the value's beginning.

    No suggestion helps there, asked for or not.
    """
    return _SECRET_VALUE.search(_last_line(before)) is not None


def is_secret(before: str) -> bool:
    """Whether a password, a key or another secret is probably being typed."""
    line = _last_line(before)
    is_field = len(before) <= _LONGEST_LINE and len(before.split()) <= _FIELD_WORDS
    return bool(is_secret_value(before) or _KEY.search(line) or (is_field and _SECRET_NAME.search(before)))


def is_command_line(before: str) -> bool:
    """Whether the draft is what is typed in a terminal: its first and its last line are commands."""
    first = before[:_LONGEST_LINE].lstrip("\n").split("\n", 1)[0]
    return _is_command(first) and _is_command(_last_line(before))


def _last_line(before: str) -> str:
    """Return the line at the cursor, at most the last _LONGEST_LINE characters of it."""
    return before[before.rfind("\n") + 1 :][-_LONGEST_LINE:]


def _is_command(line: str) -> bool:
    """Whether a line is a command for a shell, or the beginning of one."""
    prompt = _PROMPT.match(line)
    if prompt:
        return True
    program, _, arguments = line.strip().partition(" ")
    if program not in _PROGRAMS or (not arguments and line == program):
        return False
    if program in _WORDS_TOO:
        return bool(_ARGUMENT.search(arguments))
    return not _PROSE.search(arguments)


def _begins_with_words(text: str, words: str) -> bool:
    """Whether `text` begins with `words`, and with no longer word there."""
    is_end = ends_unspaced(words) or not text[len(words) : len(words) + 1].isalnum()
    return is_end and text.startswith(words)
