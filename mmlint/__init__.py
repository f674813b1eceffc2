"""mmlint: a static linter and codebase auditor for teams that use Millimetric analytics."""

__version__ = "0.1.0"
