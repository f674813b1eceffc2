"""SvelteKit: svelte.dev/docs/kit, routing, load, form actions, remote functions, hooks."""

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

_CONFIG = named("svelte.config")

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
        Exported(
            r"(^|/)<hooks>(/index)?\.[jt]s$",
            ("handle", "handleFetch", "handleError"),
            "SvelteKit server hook {name}",
        ),
        Callback(r"^\$app/server:(query|command|form)(\.batch)?$", "SvelteKit remote function"),
    ),
    settings=_CONFIG,
    moved=(Moved("<hooks>", Setting(_CONFIG, ("kit.files.hooks.server",)), r"hooks\.server"),),
    adapters=("@sveltejs/adapter-node",),
    rivals=(
        "@sveltejs/adapter-vercel",
        "@sveltejs/adapter-netlify",
        "@sveltejs/adapter-cloudflare",
        "@sveltejs/adapter-cloudflare-workers",
    ),
    aliasing=_CONFIG,
    throwing={"@sveltejs/kit": ("redirect", "error")},  # since version 2
    server_only=("$env/static/private", "$env/dynamic/private"),
    route_hooks=("afterNavigate",),
    server_files=r"(^|/)\+(server|(page|layout)\.server)\.\w+$",
    cookies=(
        Cookies(
            '{request}.cookies.get("{cookie}")',
            types=r"^@sveltejs/kit:(RequestEvent|ServerLoadEvent)$",
            exported=r"(^|/)\+(server|(page|layout)\.server)\.[jt]s$",
        ),
    ),
)
