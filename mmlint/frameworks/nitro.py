"""Nuxt and Nitro: nitro.build/guide, server routes."""

from mmlint.frameworks.pattern import Exported, Platform

PLATFORM = Platform(
    name="Nitro",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)server/(api|routes|middleware)/.+\.[cm]?[jt]s$",
            ("default",),
            "Nitro event handler under server/",
        ),
    ),
    needs=("nuxt", "nitropack", "nitro", "h3"),
)
