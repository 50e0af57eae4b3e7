"""rnnchat: a private language model of your own notes, in your terminal.

The Python interface is `rnnchat.load`, which returns a `Model`. Its parts are imported when they are first
used, so that `import rnnchat` takes no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnchat.completion.completer import Suggestion
    from rnnchat.errors import ModelError, RnnchatError
    from rnnchat.evaluation.scoring import Score
    from rnnchat.generation.generate import Chunk
    from rnnchat.interface import Model, load

__version__ = "0.1.0"

__all__ = ["Chunk", "Model", "ModelError", "RnnchatError", "Score", "Suggestion", "__version__", "load"]

_MODULES = {
    "Chunk": "rnnchat.generation.generate",
    "Model": "rnnchat.interface",
    "ModelError": "rnnchat.errors",
    "RnnchatError": "rnnchat.errors",
    "Score": "rnnchat.evaluation.scoring",
    "Suggestion": "rnnchat.completion.completer",
    "load": "rnnchat.interface",
}
"""Where each public name is defined."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    """List the public names, whether they were used or not."""
    return sorted({*globals(), *__all__})
