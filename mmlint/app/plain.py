"""Text as it may be printed: of messages, and of errors that reached the top."""

from __future__ import annotations

from mmlint.app.request import UsageError


def plain(text: str) -> str:
    """Return lines as they may be printed: without secrets, and without control characters."""
    from mmlint.report.excerpt import clean_lines

    return clean_lines(text)


def plain_error(error: Exception) -> str:
    """Return one line for an error that reached the top: no traceback, no content of files."""
    if isinstance(error, UsageError):
        return plain(" ".join(str(error).splitlines()))
    return (
        f"internal error ({type(error).__name__}); please report it with the output of "
        "the same command and -v"
    )


def plain_traceback(error: Exception) -> str:
    """Return the traceback of ``error`` as it may be printed: its message and the names of files in
    it may hold what is secret, or steers a terminal."""
    from traceback import format_exception

    return plain("".join(format_exception(error)))
