"""How the next token is chosen: every setting with its default, and the limits of those that users can set.

The command line, the settings, the app's dialog and the Python interface all read them here. Nothing here
computes: `sampler.py` applies the values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rnnchat.limits import Limits, limited, limits_of


@dataclass(frozen=True)
class Sampling:
    """How a token is chosen; the values are applied in this order."""

    repetition: float = limited(
        1.1, Limits(1, 3, "how much to avoid repetition", usual=(1, 2), step=0.05, words=((1, "off"),))
    )
    """The power to which the probabilities of recent tokens are raised; 1 leaves them as they are.

    What would repeat three tokens and their successor is made less likely still.
    """
    guidance: float = limited(
        1.0,
        Limits(0, 5, "how closely to follow the conversation", usual=(0, 2), step=0.1, words=((0, "off"),)),
    )
    """The weight of what the conversation makes likelier, in replies only; 0 turns it off."""
    temperature: float = limited(
        0.7,
        Limits(0, 5, "lower: safer; higher: more varied", usual=(0, 2), step=0.05, words=((0, "likeliest"),)),
    )
    """Below 1 favours likely tokens, above 1 unlikely ones; 0 always takes the likeliest."""
    top_k: int = limited(
        0,
        Limits(
            0, 10**6, "how many of the likeliest tokens to keep", usual=(0, 200), step=5, words=((0, "all"),)
        ),
    )
    """The number of likeliest tokens to choose from; 0 for all."""
    min_p: float = limited(
        0.0,
        Limits(
            0, 1, "least probability beside the likeliest", usual=(0, 0.5), step=0.01, words=((0, "all"),)
        ),
    )
    """The least probability of a token, as a share of the likeliest one's."""
    top_p: float = limited(
        0.95,
        Limits(0, 1, "total probability of the tokens kept", usual=(0.05, 1), step=0.05, words=((1, "all"),)),
    )
    """The total probability of the likeliest tokens to choose from."""
    window: int = 96
    """The number of tokens back that count as recent; a person cannot set it, so it has no limits."""
    seed: int | None = limited(
        None, Limits(0, math.inf, "the same seed gives the same text", usual=(-1, 9999), step=1)
    )
    """The same seed gives the same text; None gives another one each time."""

    def check(self) -> None:
        """Raise RnnchatError where a value is outside its limits."""
        for name, limits in limits_of(Sampling).items():
            value = getattr(self, name)
            if value is not None:
                limits.check(name.replace("_", "-"), value)
