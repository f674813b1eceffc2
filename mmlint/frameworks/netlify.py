"""Netlify functions and edge functions: docs.netlify.com/functions."""

from mmlint.frameworks.pattern import Exported, Platform

PLATFORM = Platform(
    name="Netlify",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)netlify/(edge-)?functions/.+\.[cm]?[jt]sx?$",
            ("handler", "default"),
            "Netlify function, exported {name}",
        ),
    ),
)
