"""``python -m mmlint``."""

from mmlint.cli import main

main()
