"""What a finding is known by from one commit to the next, for services that follow findings."""

from __future__ import annotations

from hashlib import sha256

from mmlint.model.finding import Finding
from mmlint.report.places import Sources, encodable


class Fingerprints:
    """Names the findings of one run; no two alike, and the same again in the next run."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._seen: dict[tuple[str, str, str], int] = {}

    def of(self, finding: Finding) -> str:
        """Return 32 hex digits that stay the same when lines are added above: of the rule, the
        file, the masked text of the line, and which of several alike it is.

        To be asked once for each finding, in the report's order.
        """
        text = self._sources.text(finding.place.path)
        line = text.line(text.position(finding.place.start).line).text if text else ""
        content = (finding.code, finding.place.path, " ".join(line.split()))
        number = self._seen[content] = self._seen.get(content, 0) + 1
        parts = "\0".join(encodable(part) for part in (*content, str(number)))
        return sha256(parts.encode()).hexdigest()[:32]
