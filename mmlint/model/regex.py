"""Regular expressions that are compiled when they are first used.

mmlint has two hundred of them, of which a run uses a few. To compile those of all the modules that
it loads took a tenth of the time before a hook looks at its first file.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Regex:
    """Stands for a compiled pattern, and becomes as good as one at its first use."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._made_of = text, flags

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet; from then on it is, at no cost."""
        text, flags = self._made_of
        found = self.__dict__[name] = getattr(re.compile(text, flags), name)
        return found


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what ``re.compile`` would, which happens later: an error in ``text`` shows then.

    It has a pattern's methods and attributes, and is good for nothing else, such as ``re.sub``.
    """
    return cast("re.Pattern[AnyStr]", _Regex(text, flags))
