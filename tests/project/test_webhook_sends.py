"""Which sends of webhooks' handlers lack a field: where each is told, and what leads there."""

from __future__ import annotations

from mmlint.languages import observe
from mmlint.project.events.sends import Send
from mmlint.project.events.webhook_sends import WebhookSend
from mmlint.project.project import Project

SENDING = 'import { track } from "@millimetric/track-node";\n'
HOOK = "app/api/webhooks/crm/route.ts"


def lacking(**files: str) -> list[WebhookSend]:
    paths = {"hook": HOOK, "lib": "lib.ts", "page": "app/api/orders/route.ts"}
    texts = {paths[name]: text for name, text in files.items()}
    project = Project({path: observe(x.encode(), "typescript") for path, x in texts.items()})
    return list(project.webhook_sends(_lacks_id))


def _lacks_id(send: Send) -> bool:
    return send.lacks("event_id")


def _related(one: WebhookSend) -> list[tuple[str, str, bool]]:
    return [(each.place.path, each.message, each.cause) for each in one.related]


IMPORTED = 'import {{ send }} from "{0}lib";\n'


def test_a_function_that_others_call_too_is_not_told_inside() -> None:
    lib = SENDING + "export const send = () => track({ event: 'a' });"
    hook = IMPORTED.format("../../../../") + "export const POST = () => { send(); };"
    page = IMPORTED.format("../../../") + "export const POST = () => { send(); };"
    assert lacking(lib=lib, hook=hook, page=page) == []


def test_a_call_that_makes_the_function_that_sends_is_none() -> None:
    lib = SENDING + "export const send = (event) => (user_id) => track({ event, user_id });"
    hook = IMPORTED.format("../../../../") + "export const POST = (queue) => queue.add(send('a'));"
    assert lacking(lib=lib, hook=hook) == []


def test_a_send_that_only_webhooks_reach_is_told_there_with_the_calls() -> None:
    lib = SENDING + "export const send = (event) => track({ event });"
    hook = (
        IMPORTED.format("../../../../")
        + "export const POST = (queue) => { send('a');\n send('b'); };"
    )
    (one,) = lacking(lib=lib, hook=hook)
    assert one.send.unit.path == "lib.ts"
    assert _related(one) == [(HOOK, "called for a webhook here", True)] * 2


def test_a_wrapper_that_others_call_too_is_told_at_its_call_with_the_send() -> None:
    lib = SENDING + "export const send = (event) => track({ event });"
    hook = IMPORTED.format("../../../../") + "export const POST = () => { send('a'); };"
    page = IMPORTED.format("../../../") + "export const POST = () => { send('a'); };"
    (one,) = lacking(lib=lib, hook=hook, page=page)
    assert one.send.unit.path == HOOK
    assert _related(one) == [("lib.ts", "the event is sent here", True)]


def test_arms_of_one_choice_are_told_once_and_branches_each() -> None:
    arms = "paid ? track({ event: 'a' }) : late ? await track({ event: 'b' }) : track({})"
    branches = "if (paid) track({ event: 'a' }); else track({ event: 'b' });"
    every = lacking(hook=f"{SENDING}export const POST = async (paid, late) => {{ {arms}; }};")
    assert [len(one.alternatives) for one in every] == [2]
    every = lacking(hook=f"{SENDING}export const POST = async (paid) => {{ {branches} }};")
    assert [len(one.alternatives) for one in every] == [0, 0]


def test_the_evidence_of_a_helper_names_the_function_and_the_path_that_say_so() -> None:
    lib = SENDING + "export const send = () => deep();\nconst deep = () => track({ event: 'a' });"
    hook = IMPORTED.format("../../../../") + "export const POST = () => { send(); };"
    (inside,) = lacking(hook=f"{SENDING}export const POST = () => track({{ event: 'a' }});")
    assert inside.hook.evidence == "a webhook's handler: its path says so"
    (one,) = lacking(lib=lib, hook=hook)
    said = f"reached from POST in {HOOK} (a webhook's handler: its path says so)"
    assert one.hook.evidence == said
