"""Runs the rules over a linked project; a rule that raises costs its own findings, not the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from mmlint.engine.analysis.ignores import Ignores
from mmlint.engine.timings import Timings
from mmlint.model.finding import Finding, Related, Severity
from mmlint.model.report import Notice
from mmlint.project.project import Project
from mmlint.project.semantic.unit import Unit
from mmlint.rules import Registered, Verdict

MOST_RELATED: Final = 50
"""Related places of one finding that are listed; of more, the number is told."""


class Policy(msgspec.Struct, frozen=True):
    """Which verdicts become findings. All of it comes from the configuration.

    ``selected``: whether a rule runs at all. ``severity``: what the configuration makes of it
    (``off`` hides it). ``allowed``: whether the rule may speak of the file at ``path``.
    ``named``: whether the focus is about the file; of many related places, those are listed first.
    """

    selected: Callable[[Registered], bool]
    severity: Callable[[Registered], str | None] = lambda rule: None
    allowed: Callable[[Registered, str], bool] = lambda rule, path: True
    named: Callable[[str], bool] = lambda path: False


class Verdicts(msgspec.Struct):
    """Findings in their final order, before the focus is applied; and what went wrong."""

    findings: list[Finding] = msgspec.field(default_factory=list)
    ignored: int = 0
    notices: list[Notice] = msgspec.field(default_factory=list)


def judge(
    project: Project,
    rules: Iterable[Registered],
    policy: Policy,
    *,
    source: Callable[[str], bytes | None],
    suggest: Callable[[str, Iterable[str]], str | None],
    clock: Timings | None = None,
) -> Verdicts:
    """Return what the rules find in ``project``, without what comments hide.

    ``source``: path to the bytes that were observed. ``suggest``: a near miss among known words.
    ``clock``: takes down the time of each rule.
    """
    clock = clock or Timings()
    every = list(rules)
    running = {rule.code: rule for rule in every if policy.selected(rule)}
    ignores = Ignores(project.files, {rule.code: rule.name for rule in every}, source)
    result = Verdicts()
    kept: dict[tuple[str, int, int, str, str], Finding] = {}
    for rule in running.values():
        with clock.measure(f"rule {rule.code}"):
            found = list(_run(rule, project, policy, result))
        for finding in found:
            if ignores.hides(finding):
                result.ignored += 1
            else:
                kept[finding.sort_key] = finding
    about_tool = _about_comments(ignores, running, project, policy, suggest)
    for finding in about_tool:
        about = running.get(finding.code)
        path = finding.place.path
        if about and _speaks(about, project, path) and policy.allowed(about, path):
            kept[finding.sort_key] = finding
    result.findings = [kept[key] for key in sorted(kept)]
    return result


def _about_comments(
    ignores: Ignores,
    running: Mapping[str, Registered],
    project: Project,
    policy: Policy,
    suggest: Callable[[str, Iterable[str]], str | None],
) -> Iterable[Finding]:
    def ran(path: str, code: str) -> bool:
        rule = running.get(code)
        return rule is not None and _speaks(rule, project, path) and policy.allowed(rule, path)

    yield from ignores.unknown(suggest)
    yield from ignores.unreasoned()
    yield from ignores.unused(ran)


def _run(rule: Registered, project: Project, policy: Policy, result: Verdicts) -> Iterable[Finding]:
    if rule.check is None:
        return
    seen: set[tuple[str, int, int, str, str]] = set()  # a wrapper's calls all lead to its body
    listing = _Listing(policy.named)
    try:
        for verdict in rule.check(project):
            finding = _finding(rule, verdict, policy.severity(rule), listing)
            if finding.sort_key in seen:
                continue
            seen.add(finding.sort_key)
            path = finding.place.path
            if _speaks(rule, project, path) and policy.allowed(rule, path):
                yield finding
    except Exception as error:
        result.notices.append(_internal_error(rule, error))


def _internal_error(rule: Registered, error: Exception) -> Notice:
    """Name the rule and the file it was looking at; quote nothing of either."""
    import traceback

    path, trace = None, error.__traceback__
    while trace is not None:
        unit = trace.tb_frame.f_locals.get("unit")
        path = unit.path if isinstance(unit, Unit) else path
        trace = trace.tb_next
    frames = "".join(traceback.format_tb(error.__traceback__))
    where = f" while it looked at {path}" if path else ""
    return Notice(
        f"internal error in {rule.code} {rule.name}{where} ({type(error).__name__}); other "
        "findings are complete. Please report it with the output of the same command and -v",
        failed=True,
        detail=f"{frames}{type(error).__name__}",
    )


def _speaks(rule: Registered, project: Project, path: str) -> bool:
    """Test files get the rules about keys only."""
    return path not in project.tests or rule.code.startswith("MM2")


class _Listing:
    """Puts related places in order, and chooses from many. Verdicts of one rule may share a tuple
    of many places, which is looked at once."""

    def __init__(self, named: Callable[[str], bool]) -> None:
        self._named = named
        self._known: dict[int, tuple[tuple[Related, ...], tuple[Related, ...], str]] = {}

    def _urgency(self, one: Related) -> tuple[bool, bool, Related]:
        """Places that the run is asked about come first, and of these the ones that make it report
        the finding."""
        return not self._named(one.place.path), not one.cause, one

    def of(self, related: tuple[Related, ...]) -> tuple[tuple[Related, ...], tuple[str, ...]]:
        """Return the places that are listed, and a sentence about the others, if there are any."""
        if len(related) <= MOST_RELATED:
            return tuple(sorted(related)), ()
        if id(related) not in self._known:
            first = sorted(related, key=self._urgency)
            listed = tuple(sorted(first[:MOST_RELATED]))
            told = f"{MOST_RELATED} of {len(related)} related places are listed"
            self._known[id(related)] = related, listed, told  # kept, so that no other has its id
        _, listed, told = self._known[id(related)]
        return listed, (told,)


def _finding(
    rule: Registered, verdict: Verdict, configured: str | None, listing: _Listing
) -> Finding:
    severity: Severity = verdict.severity or rule.rule.severity
    if configured == "error":
        severity = "error"
    elif configured == "warning":
        severity = "warning"
    related, told = listing.of(verdict.related)
    return Finding(
        rule.code,
        rule.name,
        severity,
        verdict.message,
        verdict.place,
        verdict.extent,
        related,
        (*verdict.evidence, *told),
        verdict.fix,
        verdict.state,
    )
