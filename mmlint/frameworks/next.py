"""Next.js: nextjs.org/docs, routing and file conventions."""

from mmlint.frameworks.pattern import (
    HTTP_METHODS,
    Attached,
    Component,
    Cookies,
    Directive,
    Exported,
    Moved,
    Platform,
    Setting,
    named,
)

_CONFIG = named("next.config")

PLATFORM = Platform(
    name="Next.js",
    runtime="serverless",
    patterns=(
        Exported(
            r"(^|/)app/(.*/)?route\.<extension>$",
            HTTP_METHODS,
            "route handler under app/, exported {name}",
        ),
        Exported(r"(^|/)pages/api/.+\.<extension>$", ("default",), "API route under pages/api/"),
        Exported(
            r"^(src/)?(middleware|proxy)\.<extension>$",
            ("middleware", "proxy", "default"),
            "middleware, exported {name}",
        ),
        Exported(
            r"(^|/)pages/.+\.<extension>$",
            ("getServerSideProps", "getInitialProps"),
            "{name} of a page",
        ),
        Attached(r"(^|/)pages/.+\.<extension>$", ("getInitialProps",), "{name} of a page"),
        Exported(
            r"(^|/)app/(.*/)?(page|layout|template|default|not-found)\.<extension>$",
            ("default", "generateMetadata"),
            "async Server Component under app/",
            only_async=True,
        ),
        Component("async Server Component {name}"),
        Directive("use server", 'server action ("use server")'),
    ),
    needs=("next",),
    moved=(Moved("<extension>", Setting(_CONFIG, ("pageExtensions",)), r"[cm]?[jt]sx?"),),
    later=(("next/server", "after"), ("next/server", "unstable_after")),
    throwing={
        "next/navigation": (
            "redirect",
            "permanentRedirect",
            "notFound",
            "forbidden",
            "unauthorized",
        )
    },
    server_modules=("next/server",),
    server_only=("server-only", "next/headers"),
    route_events=("routeChangeComplete", "routeChangeStart", "hashChangeComplete"),
    route_readers=("usePathname", "useSearchParams", "useRouter"),
    route_names=("pathname", "asPath"),
    server_files=r"(^|/)(app/(.+/)?route\.\w+|pages/api/.+)$",
    cookies=(
        Cookies(
            '{request}.cookies.get("{cookie}")?.value',
            types=r"^next/server:NextRequest$",
            exported=r"(^|/)app/(.*/)?route\.[cm]?[jt]sx?$|(^|/)(middleware|proxy)\.[cm]?[jt]sx?$",
        ),
        Cookies(
            "{request}.cookies.{cookie}",
            types=r"^next:NextApiRequest$",
            exported=r"(^|/)pages/api/",
            least=2,
        ),
        Cookies("{request}.req.cookies.{cookie}", types=r"^next:GetServerSidePropsContext$"),
    ),
)
