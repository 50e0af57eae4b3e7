"""What the machine can do: how fast it multiplies, and how much memory is free or used."""

from __future__ import annotations

import contextlib
import resource
import sys
import time
from pathlib import Path
from typing import Any

from rnnchat.training.plan import HardwareSpeed


def measure_speed(units: int = 768, batch: int = 32) -> HardwareSpeed:
    """Measure products of a recurrent step's sizes for a few hundredths of a second."""
    import tensorflow as tf

    a = tf.random.normal((3 * units, units))
    b = tf.random.normal((units, batch))

    def speed(x: Any, y: Any) -> float:
        times = []
        for _ in range(30):
            started = time.perf_counter()
            tf.matmul(x, y).numpy()
            times.append(time.perf_counter() - started)
        return 6.0 * units * units * batch / sorted(times)[len(times) // 3]

    return HardwareSpeed(speed(a, b), speed(tf.cast(a, tf.bfloat16), tf.cast(b, tf.bfloat16)))


def free_memory() -> int | None:
    """Return how many bytes of memory this process could still take, or None where that is not known."""
    found = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        most, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        found.append(max(0, most - used) + _reclaimable(group))
    return min(found, default=None)


def _reclaimable(group: Path) -> int:
    """Return the bytes of cached files that a control group can free."""
    with contextlib.suppress(OSError, ValueError):
        for line in (group / "memory.stat").read_text(encoding="ascii").splitlines():
            if line.startswith("inactive_file"):
                return int(line.split()[1])
    return 0


def peak_memory_mb() -> int:
    """Return the most memory that this process has held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (2**20 if sys.platform == "darwin" else 2**10))
