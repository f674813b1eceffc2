"""Astro: docs.astro.build, endpoints and actions."""

from mmlint.frameworks.pattern import HTTP_METHODS, Exported, Platform

PLATFORM = Platform(
    name="Astro",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)src/pages/(?!api/.*\.[jt]sx$).+\.[jt]s$",
            (*HTTP_METHODS, "ALL"),
            "Astro endpoint, exported {name}",
        ),
    ),
    needs=("astro",),
    adapters=("@astrojs/node",),
)
