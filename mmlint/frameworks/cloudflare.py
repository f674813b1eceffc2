"""Cloudflare Workers and Pages: developers.cloudflare.com, runtime APIs."""

from mmlint.frameworks.pattern import Callback, DefaultObject, Exported, Extends, Platform

_EVENTS = ("fetch", "scheduled", "queue", "email", "tail")

PLATFORM = Platform(
    name="Cloudflare",
    runtime="serverless",
    patterns=(
        DefaultObject(_EVENTS, "Worker, {name} of the default export", unless=("port",)),
        Extends(
            ("WorkerEntrypoint", "DurableObject", "WorkflowEntrypoint"),
            (*_EVENTS, "alarm", "run", "webSocketMessage"),
            "Worker class, method {name}",
        ),
        Callback(
            r"^:addEventListener$",
            "Worker, {first} listener",
            first=("fetch", "scheduled", "queue", "email"),
        ),
        Exported(
            r"(^|/)functions/.+\.[cm]?[jt]sx?$",
            (
                "onRequest",
                "onRequestGet",
                "onRequestPost",
                "onRequestPut",
                "onRequestPatch",
                "onRequestDelete",
                "onRequestHead",
                "onRequestOptions",
            ),
            "Pages function, exported {name}",
        ),
    ),
)
