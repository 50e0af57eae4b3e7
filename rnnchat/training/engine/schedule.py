"""The learning-rate schedule: a linear warm-up, then a cosine.

The cosine is that of Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, without restarts.
"""

from __future__ import annotations

import math

WARM_UP_SHARE = 0.03
"""The learning rate rises over this share of the budget."""
FIRST_FACTOR = 0.02
"""The warm-up begins at this share of the highest learning rate."""
LAST_FACTOR = 0.02
"""The cosine ends at this share of the highest learning rate."""


def learning_rate_factor(share: float) -> float:
    """Return what the highest learning rate is multiplied by when `share` of the budget, 0 to 1, is spent.

    With w the warm-up's share and f the last factor, it is ``share / w`` at first, and then
    ``f + (1 - f) (1 + cos(π (share - w) / (1 - w))) / 2``.
    """
    if share < WARM_UP_SHARE:
        return max(share / WARM_UP_SHARE, FIRST_FACTOR)
    fallen = (share - WARM_UP_SHARE) / (1 - WARM_UP_SHARE)
    return LAST_FACTOR + (1 - LAST_FACTOR) * 0.5 * (1 + math.cos(math.pi * min(1.0, fallen)))
