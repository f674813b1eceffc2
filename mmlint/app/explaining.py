"""What ``mmlint explain`` says of a rule, of a line, or of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from mmlint.app.opening import open_session
from mmlint.app.request import Request, UsageError
from mmlint.model.regex import regex


def explain(word: str, *, states: bool = False) -> str:
    """Return the page of a rule (by code or name), the list of those whose codes begin alike, or
    the explanation of a line (``PATH:LINE`` or ``PATH:LINE:COLUMN``) or of a whole file (``PATH``).
    ``states``: of a line, the states of the function around it instead.

    Raises UsageError with a suggestion.
    """
    from mmlint.app.pages import explain as page_of

    found = _PLACE.fullmatch(word)
    if found is not None and not os.path.lexists(word):
        line, column = (_number(found[1], one) if one else None for one in found.groups()[1:])
        return _story(found[1], line, column, states)
    if states:
        raise UsageError(
            f"{word}: --states expects a line of a file; try: mmlint explain --states src/app.ts:12"
        )
    if os.path.isfile(word):
        return _story(word)
    return page_of(word)


_PLACE = regex(r"(.*?):([0-9]+)(?::([0-9]+))?", re.DOTALL)
_MOST_DIGITS = 9
"""Of a line's number: no file that is read has as many lines."""


def _number(name: str, digits: str) -> int:
    number = digits.lstrip("0")
    if len(number) > _MOST_DIGITS:
        raise UsageError(
            f"{name}: has no line {number[:_MOST_DIGITS]}…; expected a line from 1 on; "
            f"try: mmlint explain {name}:1"
        )
    return int(number or 0)


def _story(
    name: str, line: int | None = None, column: int | None = None, states: bool = False
) -> str:
    from mmlint.engine.explain.line import LineExplanation
    from mmlint.report.excerpt import clean_lines, clean_path

    if not name or os.path.isdir(name):
        raise UsageError(
            f"{name or line}: is no file; expected one, with or without a line of it; "
            "try: mmlint explain src/app.ts:12"
        )
    session = open_session(Request(paths=(name,), cache=True), None)
    if session.missing:
        raise UsageError(session.missing[0].message)
    findings = [one.finding for one in session.lint({})]
    session.close()
    assert session.project is not None
    assert session.observed is not None
    [path, *_] = sorted(session.focus, key=len, reverse=True)
    shown = clean_path(path)
    if path in session.unread:
        return clean_lines(f"{shown} was not checked: {session.unread[path]}.") + "\n"
    story = LineExplanation(session.project, session.observed.sources)
    if line is None:
        whole = story.whole(path, findings)
        told = [(f"{shown}:{number}", lines) for number, lines in whole]
        return _paragraphs(told or [(shown, ["Nothing that mmlint looks for is known of it."])])
    data = session.linted(path) or b""
    last = len(data.splitlines())
    if not 1 <= line <= max(last, 1):
        raise UsageError(f"{path}:{line}: the file has {last} lines; expected one of them")
    place = f"{shown}:{line}" + (f":{column}" if column else "")
    if states:
        from mmlint.engine.explain import states as dumped

        return _paragraphs([(place, dumped.states(session.project, path, line, data))])
    return _paragraphs([(place, story.of(path, line, findings, column))])


def _paragraphs(told: Sequence[tuple[str, Sequence[str]]]) -> str:
    from mmlint.report.excerpt import clean_lines

    text = "".join(
        "\n".join((head, *(f"  {' '.join(one.splitlines())}" for one in lines))) + "\n"
        for head, lines in told
    )
    return clean_lines(text)
