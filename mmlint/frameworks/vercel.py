"""Vercel functions: vercel.com/docs/functions."""

from mmlint.frameworks.pattern import HTTP_METHODS, Cookies, Exported, Extends, Platform

PLATFORM = Platform(
    name="Vercel",
    runtime="serverless",
    patterns=(
        Exported(
            r"^api/.+\.[cm]?[jt]s$",
            ("default", *HTTP_METHODS),
            "Vercel function under api/, exported {name}",
        ),
        Exported(
            r"(^|/)api/.+\.py$",
            ("app", "application"),
            "a Vercel function under api/, {name}",
            confirmed=True,
            language="python",
        ),
        Extends(
            ("BaseHTTPRequestHandler",),
            tuple(f"do_{method}" for method in HTTP_METHODS),
            "Vercel Python function, method {name}",
            path=r"(^|/)api/.+\.py$",
            language="python",
        ),
    ),
    settings=("vercel.json", "now.json"),
    waiters=(("@vercel/functions", "waitUntil"),),
    server_modules=("@vercel/functions",),
    cookies=(
        Cookies(
            "{request}.cookies.{cookie}",
            types=r"^@vercel/node:(Vercel|Now)Request$",
            exported=r"^api/.+\.[cm]?[jt]s$",
            least=2,
        ),
    ),
)
