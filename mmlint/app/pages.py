"""What is said of the rules: their list, and the page of each."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from mmlint.app.session import UsageError, rule_names
from mmlint.model.report import RuleInfo

URL = "https://github.com/mmlint/mmlint/blob/main/docs/rules/{name}.md"


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


def write_pages(folder: Path) -> None:
    """Write every rule's page into ``folder``, which reports and editors link to."""
    folder.mkdir(parents=True, exist_ok=True)
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
    from mmlint.model.suggest import did_you_mean

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
    width = max(len(one.name) for one in infos)
    return "".join(
        f"{one.code}  {one.name:<{width}}  {one.severity:<7}  {one.summary}\n" for one in infos
    )


if __name__ == "__main__":
    write_pages(Path(__file__).parents[2] / "docs" / "rules")
