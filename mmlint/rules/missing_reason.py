"""An ignore comment without a reason.

A suppression is a decision, and the next reader wants to know why it was taken. Off by default; on
with `require-reason = true` (or `--select MM004`).

**Good**: `// mmlint: ignore[unawaited-flush] the queue worker flushes for us`.

Source: mmlint itself.
"""

from __future__ import annotations

from mmlint.rules import Rule

RULE = Rule("MM004", "warning", enabled=False)
