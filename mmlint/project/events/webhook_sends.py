"""The server's events in webhooks' handlers that lack a field, each where it is to be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from mmlint.model import syntax as s
from mmlint.model.finding import Place, Related
from mmlint.project.events.sends import Send
from mmlint.project.platforms.webhooks import Webhook, Webhooks
from mmlint.project.semantic.entity import ProjectFunction
from mmlint.project.semantic.unit import Unit


class WebhookSend(msgspec.Struct, frozen=True):
    """A send where only webhooks reach it, else the call of its wrapper in a webhook's handler.

    ``hook``: what proves the handler. ``alternatives``: the sends in the other arms of the same
    choice. ``related``: the calls that lead there; of a wrapper's call, the send.
    """

    send: Send
    hook: Webhook
    alternatives: tuple[Send, ...]
    related: tuple[Related, ...]


def webhook_sends(
    webhooks: Webhooks, sends: Iterable[Send], lacks: Callable[[Send], bool]
) -> Iterator[WebhookSend]:
    """Yield what lacks something among the ``sends``, once where the event is sent or handed on.

    ``sends``: as ``Sends.all`` gives them. A call that only makes the function that sends is none.
    """
    found: dict[int, tuple[Send, Webhook]] = {}
    for send in sends:
        if send.side == "server" and not send.given_back and lacks(send):
            hook = webhooks.reaching(send.unit, send.site.function)
            if hook is not None:
                found[id(send)] = send, hook
    told = [
        (send, hook)
        for send, hook in found.values()
        if not any(id(inner) in found for inner in _inside(send))
    ]
    arms = _Arms(send for send, _ in told)
    for send, hook in told:
        every = arms.beside(send)
        if every[0] is send:
            related = (*hook.related, *_story(webhooks, send))
            yield WebhookSend(send, hook, every[1:], related)


def _inside(send: Send) -> Iterator[Send]:
    inner = send.via
    while inner is not None:
        yield inner
        inner = inner.via


def _story(webhooks: Webhooks, send: Send) -> Iterator[Related]:
    if send.via is not None:
        inner = send.inner
        place = Place(inner.unit.path, inner.node.start, inner.node.end)
        yield Related(place, "the event is sent here", cause=True)
        return
    index = send.site.function
    while index > 0:
        calls = webhooks.program.callers.get(ProjectFunction(send.unit, index), ())
        for one in calls:
            if not one.unit.test:
                place = Place(one.unit.path, one.call.start, one.call.end)
                yield Related(place, "called for a webhook here", cause=True)
        if calls:
            return
        index = send.unit.module.functions[index].parent


class _Arms:
    """Which of the ``sends`` stand in arms of the same choice (``paid ? track(a) : track(b)``)."""

    def __init__(self, sends: Iterable[Send]) -> None:
        self._choices: dict[int, dict[tuple[int, int], int]] = {}
        self._together: dict[tuple[int, int], list[Send]] = {}
        for send in sends:
            number = self._choice(send)
            if number >= 0:
                self._together.setdefault((id(send.unit), number), []).append(send)

    def beside(self, send: Send) -> tuple[Send, ...]:
        """Return the sends of the choice that ``send`` is an arm of, in source order; else it."""
        found = self._together.get((id(send.unit), self._choice(send)))
        return tuple(found) if found else (send,)

    def _choice(self, send: Send) -> int:
        if id(send.unit) not in self._choices:
            self._choices[id(send.unit)] = _arms(send.unit)
        return self._choices[id(send.unit)].get((send.call.start, send.call.end), -1)


def _arms(unit: Unit) -> dict[tuple[int, int], int]:
    """The bytes of what stands in an arm of ``a ? b : c``, and the number of the outermost one."""
    found: dict[tuple[int, int], int] = {}
    for number, choice in enumerate(unit.every(s.Choice)):  # the outer ones first
        inner = (choice.start, choice.end) in found
        waiting = [*choice.options] if choice.operator == "?:" and not inner else []
        while waiting:
            value = waiting.pop()
            if isinstance(value, s.Choice) and value.operator == "?:":
                found.setdefault((value.start, value.end), number)
                waiting += value.options
            elif isinstance(value, s.Await):
                waiting.append(value.value)
            elif isinstance(value, s.Operation) and value.operator == "void":
                waiting += value.operands
            else:
                found.setdefault((value.start, value.end), number)
    return found
