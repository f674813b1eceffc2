"""Applications of a comparable SDK become ones of Millimetric's, and else stay what they were."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.applications.convert import (
    MIXPANEL,
    POSTHOG,
    SEGMENT,
    Sdk,
    convert,
    converted,
    passed_on,
)


def moved(text: str, sdk: Sdk, path: str = "a.ts", senders: frozenset[str] = frozenset()) -> str:
    return converted(text.encode(), path, sdk, senders).decode()


@pytest.mark.parametrize(
    "text",
    [
        "screen.capture({ event: 'taken', name });",
        "logger.flush(); server.shutdown();",
        "process.on('SIGTERM', () => process.shutdown());",
        "class PostHog {}",
        "send({ distinctId, event });",
    ],
)
def test_what_is_not_the_sdk_stays(text: str) -> None:
    assert moved(text, POSTHOG) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import { PostHog } from 'posthog-node';\nlet one: PostHog | null = null;",
            "import { MillimetricClient } from '@millimetric/track-node';\n"
            "let one: MillimetricClient | null = null;",
        ),
        (
            'import { PostHog } from "posthog-node";\nnew PostHog(K, { host, flushInterval: 0 });',
            'import { MillimetricClient } from "@millimetric/track-node";\n'
            "new MillimetricClient({ key: K, host, flushIntervalMs: 0 });",
        ),
        (
            "import { PostHog } from 'posthog-node';\nnew PostHog(KEY, options);",
            "import { MillimetricClient } from '@millimetric/track-node';\n"
            "new MillimetricClient({ key: KEY, ...options });",
        ),
        (
            "import type { PostHog } from 'posthog-node';\ntype A = PostHog['capture'];",
            "import type { MillimetricClient } from '@millimetric/track-node';\n"
            "type A = MillimetricClient['track'];",
        ),
        (
            "posthog?.capture({ distinctId: user.id, event: 'joined', properties });",
            "posthog?.track({ user_id: user.id, event: 'joined', properties });",
        ),
        (
            "hog.capture({ distinctId, event: 'joined' }); await posthog.shutdown();",
            "hog.track({ anonymous_id: distinctId, event: 'joined' }); await posthog.flush();",
        ),
        (
            "import posthog from 'posthog-js';\nposthog.init(KEY, { api_host });",
            "import * as posthog from '@millimetric/track';\n"
            "posthog.init({ key: KEY, host: api_host });",
        ),
        (
            "import posthog, { type Config } from 'posthog-js';",
            "import * as posthog from '@millimetric/track';\n"
            "import { type Config } from '@millimetric/track';",
        ),
        (
            "import { usePostHog } from 'posthog-js/react';\nconst posthog = usePostHog();\n"
            "posthog.capture('clicked');",
            "import * as millimetric from '@millimetric/track';\nconst posthog = millimetric;\n"
            "posthog.track('clicked');",
        ),
        ("process.env.NEXT_PUBLIC_POSTHOG_KEY", "process.env.NEXT_PUBLIC_AOA_KEY"),
    ],
)
def test_posthog(before: str, after: str) -> None:
    assert moved(before, POSTHOG).replace("  ", " ") == after


def test_segment() -> None:
    before = (
        "import Analytics from '@segment/analytics-node';\n"
        "const analytics = new Analytics({ writeKey });\n"
        "analytics.track({ userId, event: 'joined' });\nawait analytics.closeAndFlush();"
    )
    assert moved(before, SEGMENT) == (
        "import { MillimetricClient } from '@millimetric/track-node';\n"
        "const analytics = new MillimetricClient({ key: writeKey });\n"
        "analytics.track({ user_id: userId, event: 'joined' });\nawait analytics.flush();"
    )


def test_mixpanel() -> None:
    before = (
        "import * as Mixpanel from 'mixpanel';\nconst mixpanel = Mixpanel.init(TOKEN);\n"
        "mixpanel.track('joined', { distinct_id: user.id, plan });"
    )
    assert moved(before, MIXPANEL) == (
        "import * as Mixpanel from '@millimetric/track-node';\n"
        "const mixpanel = Mixpanel.init({ key: TOKEN });\n"
        "mixpanel.track({ event: 'joined', user_id: user.id, properties: { plan } });"
    )


def test_a_function_that_takes_the_sdks_event_is_called_with_ours() -> None:
    helper = (
        "import { PostHog, type EventMessage } from 'posthog-node';\n"
        "export const send = (props: EventMessage) => client.capture(props);\n"
        "export const other = (name: string) => name;"
    )
    senders = passed_on(helper.encode(), "a.ts", POSTHOG)
    assert senders == {"send"}
    call = "send({ distinctId: user.id, event: 'joined' });"
    assert moved(call, POSTHOG, senders=senders) == "send({ user_id: user.id, event: 'joined' });"


def test_an_application_becomes_a_repository_of_its_own(tmp_path: Path) -> None:
    checkout, copy = tmp_path / "one", tmp_path / "two"
    (checkout / "lib").mkdir(parents=True)
    (checkout / "lib/hog.ts").write_text("import { PostHog } from 'posthog-node';\n", "utf-8")
    (checkout / "lib/other.ts").write_text("export const one = 1;\n", "utf-8")
    (checkout / "package.json").write_text('{"dependencies": {"posthog-node": "5"}}', "utf-8")
    assert convert(checkout, copy) == ["lib/hog.ts", "package.json"]
    assert "posthog-node" in (checkout / "package.json").read_text("utf-8")
    assert '"@millimetric/track-node": "5"' in (copy / "package.json").read_text("utf-8")
    told = subprocess.run(["git", "status", "--porcelain"], cwd=copy, capture_output=True)
    assert (told.returncode, told.stdout) == (0, b"")
