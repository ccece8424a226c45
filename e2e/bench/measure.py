"""measure.py FILE PROGRAM ARGUMENT…: runs the program and writes to FILE, as JSON: exit status, wall s, CPU s, peak KiB.

CPU and peak come from the kernel's account of the child and of all descendants that it has waited for (wait4). The peak is that of the
largest single process, not a sum. Starting Python is not part of the measured time.
"""

import json
import os
import sys
import time

report, *command = sys.argv[1:]
nothing = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, nothing, 1)]
began = time.perf_counter()
pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - began
with open(report, "w") as file:
    cpu = usage.ru_utime + usage.ru_stime
    json.dump({"exit": os.waitstatus_to_exitcode(status), "wall": wall, "cpu": cpu, "peak": usage.ru_maxrss}, file)
