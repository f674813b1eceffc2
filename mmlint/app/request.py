"""What ``mmlint check`` can be asked for, and how it says that it cannot."""

from __future__ import annotations

import msgspec


class Request(msgspec.Struct, frozen=True):
    """Everything a run of ``check`` can be asked for; the CLI's options, by their names."""

    paths: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    format: str = "text"
    outputs: tuple[tuple[str, str], ...] = ()
    stdin_filename: str | None = None
    exit_zero: bool = False
    statistics: bool = False
    show_files: bool = False
    color: bool = False
    jobs: int = 1
    verbose: bool = False
    config: tuple[str, ...] = ()
    isolated: bool = False
    cache: bool = False
    timings: bool = False
    executor: str = ""
    baseline: str = ""
    no_baseline: bool = False
    strict: bool = False
    interactive: bool = False

    @property
    def pipes(self) -> bool:
        """Whether stdin is fixed and printed on stdout, which leaves stderr to the report."""
        return self.fix and "-" in self.paths and not (self.diff or self.show_files)

    @property
    def shows_fixes(self) -> bool:
        """Whether anything that is written says which findings can be fixed."""
        if self.fix or self.unsafe_fixes or self.diff or self.interactive:
            return True
        formats = {self.format, *(name for name, _ in self.outputs)}
        return self.statistics or not formats <= {"github", "gitlab"}


class UsageError(Exception):
    """The request cannot be met; the message says what is wrong, expected, and to do."""
