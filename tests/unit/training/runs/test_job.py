"""What a training asks of the machine."""

from __future__ import annotations

import os
import subprocess
import sys

from rnnchat.training.runs.job import NICE, lower_priority


def test_a_process_that_gives_way_has_what_nobody_else_wants() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        lower_priority(process.pid)
        if sys.platform == "linux":
            assert os.sched_getscheduler(process.pid) == os.SCHED_IDLE
        else:
            assert os.getpriority(os.PRIO_PROCESS, process.pid) == NICE
    finally:
        process.communicate(b"\n")
    lower_priority(process.pid)  # it has ended: nothing happens
