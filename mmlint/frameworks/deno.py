"""Deno Deploy and Supabase Edge Functions: docs.deno.com/deploy, supabase.com/docs."""

from mmlint.frameworks.pattern import Callback, Platform

PLATFORM = Platform(
    name="Deno",
    runtime="serverless",
    patterns=(
        Callback(r"^:Deno\.serve$", "Deno.serve handler", options=("handler",)),
        Callback(r"/std(@[^/]*)?/http/.*:serve$|^std/http.*:serve$", "serve() handler of std/http"),
    ),
    holders=("EdgeRuntime",),
    server_modules=("@supabase/functions-js",),
)
