"""How much memory does a command take at most?"""

import subprocess
import sys

_MEASURE = (
    "import resource, subprocess, sys\n"
    "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
)


def peak(*command: str) -> tuple[int, str]:
    """Run a command by itself: its peak memory in MB, and what it wrote to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command], capture_output=True, text=True, check=True
    )
    return int(done.stdout) // 1024, done.stderr
