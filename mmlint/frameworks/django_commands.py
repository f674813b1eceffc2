"""Django management commands: docs.djangoproject.com, custom django-admin commands."""

from mmlint.frameworks.pattern import Extends, Platform

PLATFORM = Platform(
    name="Django command",
    runtime="script",
    patterns=(
        Extends(
            ("BaseCommand", "AppCommand", "LabelCommand", "NoArgsCommand"),
            ("handle", "handle_app_config", "handle_label"),
            "Django management command, method {name}",
            path=r"(^|/)management/commands/[^/]+\.py$",
            language="python",
        ),
    ),
)
