"""Next.js: nextjs.org/docs, routing and file conventions."""

from mmlint.frameworks.pattern import HTTP_METHODS, Directive, Exported, Platform

PLATFORM = Platform(
    name="Next.js",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)app/(.*/)?route\.[cm]?[jt]sx?$",
            HTTP_METHODS,
            "route handler under app/, exported {name}",
        ),
        Exported(r"(^|/)pages/api/.+\.[cm]?[jt]sx?$", ("default",), "API route under pages/api/"),
        Exported(
            r"^(src/)?(middleware|proxy)\.[cm]?[jt]s$",
            ("middleware", "proxy", "default"),
            "middleware, exported {name}",
        ),
        Exported(
            r"(^|/)pages/.+\.[jt]sx?$",
            ("getServerSideProps", "getInitialProps"),
            "{name} of a page",
        ),
        Exported(
            r"(^|/)app/(.*/)?(page|layout|template|default|not-found)\.[jt]sx?$",
            ("default", "generateMetadata"),
            "async Server Component under app/",
            only_async=True,
        ),
        Directive("use server", 'server action ("use server")'),
    ),
    needs=("next",),
)
