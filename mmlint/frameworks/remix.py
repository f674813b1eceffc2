"""Remix and React Router: reactrouter.com, loaders and actions."""

from mmlint.frameworks.pattern import Exported, Platform

PLATFORM = Platform(
    name="Remix",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)app/(routes/.+|root)\.[jt]sx?$", ("loader", "action"), "{name} of a route module"
        ),
    ),
    adapters=("@remix-run/express", "@remix-run/serve", "@react-router/serve"),
)
