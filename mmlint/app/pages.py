"""What is said of the rules: their list, and the page of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from mmlint.app.request import UsageError
from mmlint.model.report import RuleInfo

URL = "https://github.com/mmlint/mmlint/blob/main/docs/rules/{name}.md"

CHAPTERS = {
    "MM0": "The tool itself",
    "MM1": "Delivery",
    "MM2": "Keys",
    "MM3": "Identity",
    "MM4": "One source of truth",
    "MM5": "Webhooks and volume",
    "MM6": "Payload",
    "MM7": "Set-up",
}
"""What the rules whose codes begin alike are about."""


def rule_infos() -> list[RuleInfo]:
    """Return what reports and documentation may say of every rule."""
    from mmlint.rules import registry

    return [
        RuleInfo(
            code=one.code,
            name=one.name,
            severity=one.rule.severity,
            summary=one.doc.partition("\n")[0],
            doc=page(one.doc),
            url=URL.format(name=one.name),
            fixable=one.rule.fixable,
            enabled=one.rule.enabled,
        )
        for one in registry()
    ]


@cache
def rules_by_code() -> Mapping[str, RuleInfo]:
    """Return the same by code."""
    return {one.code: one for one in rule_infos()}


def chapters() -> list[tuple[str, list[RuleInfo]]]:
    """Return all rules by chapter, in order."""
    infos = rule_infos()
    return [
        (title, listed)
        for beginning, title in CHAPTERS.items()
        if (listed := [one for one in infos if one.code.startswith(beginning)])
    ]


def index() -> str:
    """Return the page that lists all rules: what each finds, how serious it is, and its fix."""
    parts = [
        "# Rules\n\nEach has a page: why it matters, bad and good code, and when to ignore it.\n"
    ]
    for title, infos in chapters():
        rows = "".join(
            f"| {one.code} | [`{one.name}`]({one.name}.md) | {one.summary} | {one.severity} "
            f"| {one.fixable or 'none'} |\n"
            for one in infos
        )
        head = "| code | name | finds | severity | fix |\n|---|---|---|---|---|\n"
        parts.append(f"\n## {title}\n\n{head}{rows}")
    return "".join(parts)


def write_pages(folder: Path) -> None:
    """Write the rules' list and each one's page into ``folder``; reports link to these."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(index(), "utf-8", newline="\n")
    for one in rule_infos():
        (folder / f"{one.name}.md").write_text(explain(one.code), "utf-8", newline="\n")


def page(doc: str) -> str:
    """Return a rule's docstring as its page: without the marks that make its examples tests."""
    doc = re.sub(r"[ \t]*(?:#|//|<!--) *!MM\d{3}(?: *-->)?$", "", doc, flags=re.M)
    doc = re.sub(r" !MM\d{3}$", "", doc, flags=re.M)
    doc = re.sub(r"\{\{(\w\w)\}\}", r"\1_live_…", doc)
    return re.sub(r"^```(\w+) (\S+).*$", r"`\2`\n\n```\1", doc, flags=re.M)


def explain(word: str) -> str:
    """Return the page of a rule, by code or name. Raises UsageError with a suggestion."""
    wanted = word.strip()
    for one in rule_infos():
        if wanted.upper() == one.code or wanted.lower() == one.name:
            level = f"{one.severity}" + (f", fix: {one.fixable}" if one.fixable else "")
            return f"# {one.code} {one.name}\n\n({level})\n\n{one.doc}"
    alike = [one for one in rule_infos() if wanted and one.code.startswith(wanted.upper())]
    if alike:
        return _listed(alike)
    from mmlint.model.suggest import did_you_mean
    from mmlint.rules import names as rule_names

    names = rule_names()
    guess = did_you_mean(wanted, [*names, *names.values()])
    hint = f' Did you mean "{guess}"?' if guess else ""
    raise UsageError(f'no rule is called "{wanted}".{hint} See: mmlint rules')


def rules(format_: str) -> str:
    """Return the list of all rules, as text or JSON."""
    infos = rule_infos()
    if format_ == "json":
        records = [
            {
                "code": one.code,
                "name": one.name,
                "severity": one.severity,
                "summary": one.summary,
                "fix": one.fixable,
                "enabled": one.enabled,
                "url": one.url,
            }
            for one in infos
        ]
        return msgspec.json.format(msgspec.json.encode(records), indent=2).decode() + "\n"
    return _listed(infos)


def _listed(infos: Sequence[RuleInfo]) -> str:
    """Return a line for each rule."""
    width = max(len(one.name) for one in infos)
    return "".join(
        f"{one.code}  {one.name:<{width}}  {one.severity:<7}  {one.summary}\n" for one in infos
    )


if __name__ == "__main__":
    write_pages(Path(__file__).parents[2] / "docs" / "rules")
