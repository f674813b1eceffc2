"""Nuxt and Nitro: nitro.build/guide, server routes and presets."""

from mmlint.frameworks.pattern import Callback, Exported, Moved, Platform, Said, Setting, named

_NUXT = named("nuxt.config")
_NITRO = named("nitro.config")
_PRESETS = (
    r"(node([-_](server|cluster|middleware|listener))?|bun|deno[-_]server|heroku|koyeb|render[-_]com"
    r"|digital[-_]ocean|cleavr|platform[-_]sh|zeabur|flight[-_]control|iis[-_]\w+)"
)

PLATFORM = Platform(
    name="Nitro",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)(<server>|<source>)/(api|routes|middleware)/.+\.[cm]?[jt]s$",
            ("default",),
            "Nitro event handler",
        ),
        Callback(
            r"^(h3|nitro|nitropack|nitro/\w+|nitropack/\w+|#imports|#nitro)?"
            r":((define)?(Cached)?(Lazy)?[Ee]ventHandler|cachedEventHandler|defineHandler)$",
            "Nitro event handler",
            options=("handler", "onRequest", "onBeforeResponse"),
        ),
    ),
    needs=("nuxt", "nuxt-nightly", "nitropack", "nitro"),
    moved=(
        Moved("<server>", Setting(_NUXT, ("serverDir",)), r"server"),
        Moved("<source>", Setting(_NITRO, ("srcDir", "serverDir")), r"server"),
    ),
    stays=(
        Said((*_NUXT, *_NITRO), rf"""\bpreset["']?\s*:\s*["'`]{_PRESETS}["'`]"""),
        Said(("package.json",), rf"""(NITRO_PRESET=|--preset[= ])["']?{_PRESETS}(?![-_\w])"""),
    ),
    aliasing=_NUXT,
    route_hooks=("afterEach",),  # of Vue Router, which Nuxt has
    route_readers=("useRoute", "useRouter"),
    route_names=("$route", "fullPath"),
    server_folders={"server/": "Nuxt runs server/ on the server"},
)
