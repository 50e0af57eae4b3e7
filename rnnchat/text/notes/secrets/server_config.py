"""Secrets in server configuration: password hashes, Ansible Vault, Kubernetes manifests, Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rnnchat.text.notes.secrets import values
from rnnchat.text.notes.secrets.searchable_text import Finding, SearchableText

_HASHES = (
    "$apr1$", "$1$", "$5$", "$6$", "$2a$", "$2b$", "$2y$", "$y$", "$argon2", "{sha", "{ssha",
)  # fmt: skip
_VAULT = "$ansible_vault;"
_KUBERNETES = "kind: secret"
_TERRAFORM = 'variable "'
TRIGGERS = (*_HASHES, _VAULT, _KUBERNETES, _TERRAFORM)
# Behind a name, as in the files that hold them; alone, an example in prose is more likely.
_HASH = re.compile(
    r"(?<=[\w.-]:)(?:\$(?:apr1|[156]|2[aby]|y|argon2(?:id|i|d))\$[./A-Za-z0-9$=,+]{22,}"
    r"|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{27,}={0,2})",
    re.IGNORECASE,
)
_VAULT_LINE = re.compile(r"[ \t>]*[0-9a-f]{20,}[ \t]*", re.IGNORECASE)
_SECTION = re.compile(r"(?P<indent>[ ]*)(?:data|stringData):[ \t]*")
_ENTRY = re.compile(r"(?P<indent>[ ]+)[\w./-]{1,80}:[ \t]+[\"']?(?P<value>[^\s\"']{8,})[\"']?[ \t]*")
_VARIABLE = re.compile(
    r"variable \"\w*(?:password|passwd|secret|token|api_?key|private_key)\w*\"", re.IGNORECASE
)
_DEFAULT = re.compile(r"[ \t]*default[ \t]*=[ \t]*\"(?P<value>[^\"\n]{6,})\"")


def find(source: SearchableText) -> Iterator[Finding]:
    """Yield the lines of secrets that are known by the format that stores them."""
    lines = source.lines
    yield from source.find_lines(_HASHES, lambda line: _HASH.search(line) is not None, "password hash")
    for number in source.lines_with((_VAULT,)):
        last = number
        while last + 1 < len(lines) and _VAULT_LINE.fullmatch(lines[last + 1]):
            last += 1
        if last > number:
            yield Finding(number, last, "encrypted file")
    for number in source.lines_with((_KUBERNETES,)):
        yield from _manifest(source, number)
    for number in source.lines_with((_TERRAFORM,)):
        if _VARIABLE.search(lines[number]):
            yield from _variable(source, number)


def _manifest(source: SearchableText, first: int) -> Iterator[Finding]:
    """Yield the entries of a Kubernetes secret below the line that names its kind."""
    section: int | None = None
    for number in range(first + 1, min(first + 100, len(source.lines))):
        line = source.lines[number]
        if line.strip() in ("---", "```"):
            return
        opened = _SECTION.fullmatch(line)
        entry = _ENTRY.fullmatch(line)
        if opened:
            section = len(opened["indent"])
        elif section is not None and entry and len(entry["indent"]) > section:
            if not values.is_placeholder(entry["value"]):
                yield Finding(number, number, "key or token")
        elif line.strip() and len(line) - len(line.lstrip()) <= (section or 0):
            section = None


def _variable(source: SearchableText, first: int) -> Iterator[Finding]:
    """Yield the default value of a variable of Terraform that holds a secret."""
    for number in range(first + 1, min(first + 7, len(source.lines))):
        default = _DEFAULT.match(source.lines[number])
        if default and values.is_mixed(default["value"], 6) and not values.is_placeholder(default["value"]):
            yield Finding(number, number, "password")
        if source.lines[number].startswith("}"):
            return
