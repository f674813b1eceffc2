"""Astro: docs.astro.build, endpoints, middleware and actions."""

from mmlint.frameworks.pattern import (
    HTTP_METHODS,
    Callback,
    Cookies,
    Exported,
    Moved,
    Platform,
    Setting,
    named,
)

_CONFIG = named("astro.config")

PLATFORM = Platform(
    name="Astro",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)<source>/pages/.+\.[jt]s$",
            (*HTTP_METHODS, "ALL"),
            "Astro endpoint, exported {name}",
        ),
        Exported(r"(^|/)<source>/middleware(/index)?\.[jt]s$", ("onRequest",), "Astro middleware"),
        Callback(r"^astro:actions:defineAction$", "Astro action", options=("handler",)),
    ),
    needs=("astro",),
    settings=_CONFIG,
    moved=(Moved("<source>", Setting(_CONFIG, ("srcDir",)), r"src"),),
    adapters=("@astrojs/node",),
    rivals=("@astrojs/vercel", "@astrojs/netlify", "@astrojs/cloudflare"),
    aliasing=_CONFIG,
    route_events=("astro:page-load", "astro:after-swap"),
    cookies=(
        Cookies(
            '{request}.cookies.get("{cookie}")?.value',
            types=r"^astro:APIContext$",
            exported=r"(^|/)pages/.+\.[jt]s$|(^|/)middleware(/index)?\.[jt]s$",
        ),
    ),
)
