"""Who calls webhooks, and how their handlers make sure of it, as data.

Sources: the providers' own documentation.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Provider(msgspec.Struct, frozen=True):
    """A service that sends webhooks.

    ``headers``: the signature's, in lower case. ``verifiers``: regular expression for
    ``module:path`` of what checks it. ``methods``: names that say it alone, on any object.
    ``listeners``: regular expression for what registers a callback, or decorates a function.
    ``identified``: what a verifier returns is the event, and has the provider's ``id``.
    """

    name: str
    headers: tuple[str, ...] = ()
    verifiers: str = ""
    methods: tuple[str, ...] = ()
    listeners: str = ""
    identified: bool = False


PROVIDERS: Final = (
    Provider(
        "Stripe",
        headers=("stripe-signature",),
        methods=("constructEvent", "constructEventAsync", "construct_event"),
        identified=True,
    ),
    Provider(
        "svix",  # Resend and Clerk deliver through it
        headers=("svix-signature", "webhook-signature"),
        verifiers=r"^(svix|svix\.webhooks|standardwebhooks)(\.webhooks)?:"
        r"(default\.|svix\.|webhooks\.)*Webhook\.\(\)\.verify$",
    ),
    Provider("Clerk", verifiers=r"^@clerk/[\w-]+(/webhooks)?:verifyWebhook$"),
    Provider("Resend", verifiers=r"^resend:(Resend|default)\.\(\)\.webhooks\.verify$"),
    Provider(
        "Slack",
        headers=("x-slack-signature",),
        verifiers=r"^slack_sdk\.signature:SignatureVerifier\.\(\)\.is_valid(_request)?$",
        listeners=r"^(@slack/bolt|slack_bolt(\.\w+)*):(default\.)?(App|AsyncApp)\.\(\)\."
        r"(event|message|command|action|shortcut|view|options)$",
    ),
    Provider(
        "GitHub",
        headers=("x-hub-signature", "x-hub-signature-256"),
        verifiers=r"^@octokit/webhooks(-methods)?:(Webhooks\.\(\)\.)?(verify|verifyAndReceive)$",
        listeners=r"^@octokit/webhooks:Webhooks\.\(\)\.(on|onAny)$",
    ),
)
