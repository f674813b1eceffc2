"""Bun's own server: bun.sh/docs, Bun.serve and default exports."""

from mmlint.frameworks.pattern import FETCHING, Callback, DefaultObject, Platform

PLATFORM = Platform(
    name="Bun",
    runtime="long-running",
    patterns=(
        Callback(r"^(:Bun\.|bun:)serve$", "Bun.serve", options=("fetch", "routes", "error")),
        DefaultObject(
            ("fetch",), "{name} of a default export that Bun serves", apps=FETCHING, bun=True
        ),
    ),
    listens=r"^(:Bun\.|bun:)serve$",
    listening=("Bun.serve(",),
    started=r"^bun\b(?! (x|install|build|test))",
)
