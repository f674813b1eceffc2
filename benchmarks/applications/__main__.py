"""``python -m benchmarks.applications``: convert an application, or compare what a fix writes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.applications.check import compare
from benchmarks.applications.convert import convert


def main() -> int:
    """Return the exit code: 1 where a fix brought a new complaint."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.applications", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    first = verbs.add_parser("convert")
    first.add_argument("checkout", type=Path)
    first.add_argument("copy", type=Path)
    second = verbs.add_parser("compare")
    second.add_argument("copy", type=Path, help="what `convert` wrote")
    second.add_argument("--mmlint", default="mmlint", help="the command to run")
    second.add_argument("--out", type=Path, required=True, help="gets diffs, findings, complaints")
    second.add_argument("--tools", type=Path, help="where npm installs; kept, if it is named")
    asked = parser.parse_args()
    if asked.verb == "convert":
        for path in convert(asked.checkout, asked.copy):
            print(path)
        return 0
    return compare(asked.copy, asked.mmlint, asked.out, asked.tools)


if __name__ == "__main__":
    sys.exit(main())
