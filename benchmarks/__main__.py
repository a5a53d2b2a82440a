"""Runs every benchmark, or the named ones: `python -m benchmarks [--quick] [events store ...]`."""

from __future__ import annotations

import argparse
import importlib
import platform
import subprocess
import sys

NAMES = (
    "events",
    "store",
    "scenarios",
    "worker",
    "outside",
    "speech",
    "switch",
    "inbound",
    "machines",
    "pacing",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, to see that all of it runs")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)} (there are: {', '.join(NAMES)})")
    print(f"{platform.python_implementation()} {platform.python_version()}, {_cpu()}\n", flush=True)
    for name in options.names or NAMES:
        # Each in a process of its own: none measures another's memory or caches.
        code = f"from benchmarks.bench_{name} import main; main(quick={options.quick})"
        print(f"== {name}: {importlib.import_module(f'benchmarks.bench_{name}').__doc__}", flush=True)
        subprocess.run([sys.executable, "-c", code], check=True)
        print(flush=True)


def _cpu() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return f"{len(names)} x {names[0]}" if names else platform.machine()


if __name__ == "__main__":
    main()
