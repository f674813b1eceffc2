"""Remix and React Router: reactrouter.com, loaders and actions."""

from mmlint.frameworks.pattern import Exported, Moved, Platform, Setting, named

_CONFIG = named("react-router.config", "remix.config")

PLATFORM = Platform(
    name="Remix",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)<app>/(routes/.+|root)\.[jt]sx?$", ("loader", "action"), "{name} of a route"
        ),
        Exported(
            r"(^|/)<app>/.+\.[jt]sx?$",
            ("loader", "action"),
            "{name} of a module that routes.ts may name",
            confirmed=True,
        ),
    ),
    settings=_CONFIG,
    moved=(Moved("<app>", Setting((*_CONFIG, *named("vite.config")), ("appDirectory",)), r"app"),),
    adapters=(
        "@remix-run/express",
        "@remix-run/serve",
        "@react-router/express",
        "@react-router/serve",
    ),
    rivals=(
        "@vercel/remix",
        "@vercel/react-router",
        "@netlify/remix-adapter",
        "@netlify/vite-plugin-react-router",
        "@remix-run/architect",
        "@remix-run/cloudflare",
        "@react-router/architect",
        "@react-router/cloudflare",
    ),
    route_readers=("useLocation", "useSearchParams"),
)
