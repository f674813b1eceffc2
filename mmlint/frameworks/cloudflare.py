"""Cloudflare Workers and Pages: developers.cloudflare.com, runtime APIs."""

from mmlint.frameworks.pattern import (
    FETCHING,
    HTTP_METHODS,
    WORKERS,
    Callback,
    DefaultObject,
    Exported,
    Extends,
    Platform,
    Setting,
)

_EVENTS = ("fetch", "scheduled", "queue", "email", "tail")

PLATFORM = Platform(
    name="Cloudflare",
    runtime="serverless",
    patterns=(
        DefaultObject(_EVENTS, "Worker, {name} of the default export", apps=FETCHING),
        Extends(
            ("WorkerEntrypoint", "DurableObject", "WorkflowEntrypoint"),
            (*_EVENTS, "alarm", "run", "webSocketMessage", "webSocketClose", "webSocketError"),
            "Worker class, method {name}",
            bound=Setting(WORKERS, ("durable_objects.bindings.class_name",)),
        ),
        Callback(
            r"^:((self|globalThis)\.)?addEventListener$", "Worker, {first} listener", first=_EVENTS
        ),
        Exported(
            r"(^|/)functions/.+\.[cm]?[jt]sx?$",
            ("onRequest", *(f"onRequest{method.capitalize()}" for method in HTTP_METHODS)),
            "Pages function, exported {name}",
        ),
    ),
    settings=WORKERS,
    unattended=r"scheduled|queue|email|tail|alarm|run",
    waiters=(("cloudflare:workers", "waitUntil"),),
    holders=("ctx", "context", "event"),
    server_modules=("@cloudflare/workers-types",),
)
