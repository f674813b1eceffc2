"""SvelteKit: svelte.dev/docs/kit, routing, load, form actions, hooks."""

from mmlint.frameworks.pattern import HTTP_METHODS, Exported, Platform

PLATFORM = Platform(
    name="SvelteKit",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)\+server\.[jt]s$",
            (*HTTP_METHODS, "fallback"),
            "SvelteKit endpoint, exported {name}",
        ),
        Exported(r"(^|/)\+(page|layout)\.server\.[jt]s$", ("load",), "SvelteKit server load"),
        Exported(
            r"(^|/)\+page\.server\.[jt]s$", ("actions",), "SvelteKit form action", members=True
        ),
        Exported(r"(^|/)hooks\.server\.[jt]s$", ("handle",), "SvelteKit server hook"),
    ),
    adapters=("@sveltejs/adapter-node",),
)
