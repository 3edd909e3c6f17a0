"""How do commands grow with a crowd? Prints seconds of CPU, peak memory, and exponents.

    python bench/growth.py [--sizes 1000,2000,4000] [--command analyze] [CROWD]...

The exponent is that of what a crowd adds: doubling N doubles a linear cost (1.0) and quadruples a
quadratic one (2.0). Without names, all crowds are measured, which takes minutes.
"""

import argparse
import math
import sys
import tempfile
from pathlib import Path

from cost import cost
from crowds import NAMES, text


def exponent(values: list[float]) -> str:
    """The exponent of what three sizes, each twice the one before, add."""
    first, second = values[-2] - values[-3], values[-1] - values[-2]
    return f"{math.log2(second / first):.1f}" if first > 0 and second > 0 else "-"


def main() -> None:
    """Measure the crowds and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,2000,4000")
    parser.add_argument("--command", default="analyze")
    parser.add_argument("crowds", nargs="*", default=NAMES)
    asked = parser.parse_args()
    sizes = [int(one) for one in asked.sizes.split(",")]
    print(f"{asked.command:38}{'CPU s':>24}{'N^':>6}{'MB':>20}{'N^':>6}")
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "crowd.yaml")
        command = [sys.executable, "-m", "meshctl", *asked.command.split(), str(file)]
        for crowd in asked.crowds:
            times, memory = [], []
            for size in sizes:
                file.write_text(text(crowd, size))
                taken = cost(*command)
                times.append(taken.cpu)
                memory.append(float(taken.megabytes))
            shown = " ".join(f"{one:7.2f}" for one in times)
            used = " ".join(f"{one:6.0f}" for one in memory)
            print(f"{crowd:38}{shown:>24}{exponent(times):>6}{used:>20}{exponent(memory):>6}")


if __name__ == "__main__":
    main()
