"""Netlify functions and edge functions: docs.netlify.com/functions."""

from mmlint.frameworks.pattern import Cookies, Exported, Moved, Platform, Setting

_SETTINGS = ("netlify.toml",)

PLATFORM = Platform(
    name="Netlify",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)(<functions>|<edge>)/.+\.[cm]?[jt]sx?$",
            ("handler", "default"),
            "Netlify function, exported {name}",
        ),
    ),
    settings=_SETTINGS,
    moved=(
        Moved(
            "<functions>",
            Setting(_SETTINGS, ("functions.directory", "build.functions")),
            r"netlify/functions",
        ),
        Moved("<edge>", Setting(_SETTINGS, ("build.edge_functions",)), r"netlify/edge-functions"),
    ),
    cookies=(
        Cookies('{request}.cookies.get("{cookie}")', types=r"^@netlify/(edge-)?functions:Context$"),
    ),
)
