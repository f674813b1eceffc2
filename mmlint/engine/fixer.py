"""Apply fixes until nothing is left to fix, keep only those that did good, and write the files.

Deciding and writing are apart: ``fix`` works on bytes in memory, ``write_files`` on the disk.
"""

from __future__ import annotations

import errno
import os
import stat
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from mmlint.files.temporary import Temporary, remove_abandoned, undisturbed
from mmlint.model.encoding import decoded, encoded
from mmlint.model.finding import Safety
from mmlint.model.report import Reported, TextEdit

ROUNDS: Final = 10
"""Fixes may make room for others; after so many rounds what is left stays reported."""

SAFE: Final[tuple[Safety, ...]] = ("safe",)

Lint = Callable[[Mapping[str, bytes]], Sequence[Reported]]
"""From changed files (path to bytes, in place of those on disk) to all findings."""

Read = Callable[[str], bytes | None]
"""From a project-relative path to its bytes on disk, None where there are none."""

Parses = Callable[[bytes, str], bool]
"""Whether these bytes parse as the file of this path."""


class Change(msgspec.Struct, frozen=True):
    """A file's text as it was read and as it shall be, in UTF-8. ``path``: project-relative."""

    path: str
    before: bytes
    after: bytes


class Undone(msgspec.Struct, frozen=True):
    """A finding whose fix was taken back, and why (the end of a sentence: "it ...")."""

    reported: Reported
    reason: str


class Fixed(msgspec.Struct, frozen=True):
    """What ``fix`` did. ``groups``: files that share a fix and must be written together."""

    groups: tuple[tuple[Change, ...], ...]
    applied: tuple[Reported, ...]
    undone: tuple[Undone, ...]
    findings: tuple[Reported, ...]

    @property
    def files(self) -> dict[str, bytes]:
        """The new bytes of every file that changed."""
        return {change.path: change.after for group in self.groups for change in group}


# --- text edits ---------------------------------------------------------------------------------


def apply(source: bytes, edits: Iterable[TextEdit]) -> bytes:
    """Return ``source`` with ``edits`` (byte offsets of ``source``) done.

    Their order does not matter and equal ones count once. Where two overlap, the one that starts
    first wins; two different insertions at one place overlap as well.
    """
    pieces: list[bytes] = []
    position = 0
    last: TextEdit | None = None
    for edit in sorted(set(edits)):
        if last is not None and _overlap(last, edit):
            continue
        pieces += [source[position : edit.start], edit.text.encode()]
        position, last = edit.end, edit
    return b"".join([*pieces, source[position:]])


def _overlap(first: TextEdit, second: TextEdit) -> bool:
    """Whether two different edits of one file, in order, touch the same bytes or place."""
    same_place = (first.start, first.end) == (second.start, second.end)
    return second.start < first.end or same_place


class Moves:
    """Where bytes of a file stand after ``edits`` (which do not overlap)."""

    def __init__(self, edits: Iterable[TextEdit]) -> None:
        self._edits = sorted(set(edits))
        self._ends = [edit.end for edit in self._edits]
        growth = (len(one.text.encode()) - (one.end - one.start) for one in self._edits)
        self._shifts = [0, *accumulate(growth)]

    def of(self, offset: int) -> int:
        """Return where the byte at ``offset`` stands.

        An insertion right at ``offset`` pushes it on; a byte that was replaced stands at its
        replacement's start.
        """
        before = bisect_right(self._ends, offset)
        shift = self._shifts[before]
        if before < len(self._edits) and self._edits[before].start < offset:
            shift += self._edits[before].start - offset
        return offset + shift


def compatible(candidates: Iterable[Reported]) -> list[Reported]:
    """Return the fixes that can be done at once: all edits of a fix or none, the first ones win.

    An edit that another fix already makes word for word is shared, not a conflict.
    """
    chosen: list[Reported] = []
    taken: dict[str, list[TextEdit]] = {}
    for reported in candidates:
        edits = reported.edits or ()
        if any(_conflicts(edit, taken.get(edit.path, [])) for edit in edits):
            continue
        chosen.append(reported)
        for edit in edits:
            row = taken.setdefault(edit.path, [])
            place = bisect_left(row, edit)
            if row[place : place + 1] != [edit]:
                row.insert(place, edit)
    return chosen


def _conflicts(edit: TextEdit, taken: Sequence[TextEdit]) -> bool:
    """Whether ``edit`` overlaps one of ``taken`` (sorted, without overlaps among them)."""
    place = bisect_left(taken, edit)
    before, after = taken[max(place - 1, 0) : place], taken[place : place + 1]
    if list(after) == [edit]:
        return False
    return any(_overlap(one, edit) for one in before) or any(_overlap(edit, one) for one in after)


# --- to the fixpoint ----------------------------------------------------------------------------


def fix(
    lint: Lint,
    read: Read,
    parses: Parses,
    *,
    safeties: Collection[Safety] = SAFE,
    findings: Sequence[Reported] | None = None,
) -> Fixed:
    """Fix what may be fixed and lint again, until nothing more can be done (or ``ROUNDS`` times).

    ``findings``: what ``lint({})`` said, if it was asked already. A fix is taken back, and not
    tried again, when a file no longer parses that did, when its own finding stays, or when any
    rule has more findings than before in a file it touched (its own rule, where what it puts right
    hid mistakes from the others). Nothing is written to disk.
    """
    run = _Run(lint, read, parses, list(lint({}) if findings is None else findings))
    for _ in range(ROUNDS):
        candidates = [one for one in run.findings if run.may_fix(one, safeties)]
        if not candidates:
            break
        candidates.sort(key=lambda one: one.finding.sort_key)
        run.round(compatible(candidates))
    return run.result()


def may_fix(reported: Reported, safeties: Collection[Safety]) -> bool:
    """Whether the finding has a fix that is allowed. What the baseline holds is left alone, and so
    is every fix that edits a file beyond those that were named."""
    offered = reported.finding.fix
    allowed = offered is not None and offered.safety in safeties and bool(reported.edits)
    return allowed and not reported.baselined and not reported.beyond


def step(
    lint: Lint, read: Read, parses: Parses, findings: Sequence[Reported], fixes: Iterable[Reported]
) -> Fixed:
    """Do the ``fixes`` of ``findings`` that can be done at once, as one round of ``fix`` does it:
    those that do no good are taken back, and nothing is written to disk."""
    run = _Run(lint, read, parses, list(findings))
    run.round(compatible(fixes))
    return run.result()


def shifted(keys: Iterable[FindingKey], applied: Sequence[Reported]) -> set[FindingKey]:
    """Return what ``keys`` become when the fixes ``applied``, all of one round, are done."""
    moved = _moved(_edits_by_path(applied))
    return {moved(one) for one in keys}


FindingKey = tuple[str, str, int]
"""A finding, recognised in later rounds: code, path, and byte offset."""


def finding_key(reported: Reported) -> FindingKey:
    """Return how a finding is recognised."""
    finding = reported.finding
    return finding.code, finding.place.path, finding.place.start


def _paths(reported: Iterable[Reported]) -> set[str]:
    return {edit.path for one in reported for edit in one.edits or ()}


def _edits_by_path(reported: Iterable[Reported]) -> dict[str, list[TextEdit]]:
    found: dict[str, list[TextEdit]] = {}
    for edit in (edit for one in reported for edit in one.edits or ()):
        found.setdefault(edit.path, []).append(edit)
    return found


def _moved(edits: Mapping[str, list[TextEdit]]) -> Callable[[FindingKey], FindingKey]:
    """Return what tells where a finding stands when ``edits`` (by path) are done."""
    moves: dict[str, Moves] = {}

    def of(key: FindingKey) -> FindingKey:
        code, path, offset = key
        if path not in moves:
            moves[path] = Moves(edits.get(path, ()))
        return code, path, moves[path].of(offset)

    return of


class _Run:
    """The state between rounds: the files as they are now, and what became of each fix."""

    def __init__(self, lint: Lint, read: Read, parses: Parses, findings: list[Reported]) -> None:
        self.findings = findings
        self._lint = lint
        self._read = read
        self._parses = parses
        self._originals: dict[str, bytes] = {}
        self._files: dict[str, bytes] = {}
        self._first: Sequence[Reported] = findings
        self._applied: list[Reported] = []
        self._undone: list[Undone] = []
        self._given_up: set[FindingKey] = set()

    def may_fix(self, reported: Reported, safeties: Collection[Safety]) -> bool:
        """Whether the finding has a fix that is allowed and was not taken back before."""
        return may_fix(reported, safeties) and finding_key(reported) not in self._given_up

    def round(self, fixes: list[Reported]) -> None:
        """Do the ``fixes`` (which do not overlap); those that fail one by one are taken back."""
        accepted: list[Reported] = []
        self._first = self.findings
        usable = [one for one in fixes if self._fits(one)]
        start = dict(self._files)
        groups = [usable] if usable else []
        while groups:
            group = groups.pop()
            reason = self._attempt(start, accepted, group)
            if reason is None:
                accepted += group
            elif len(group) == 1:
                self._give_up(group[0], reason)
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
        self._applied += accepted
        self._given_up = shifted(self._given_up, accepted)

    def _fits(self, reported: Reported) -> bool:
        """Whether every file of the fix can be read and is long enough for its edits."""
        for edit in reported.edits or ():
            content = self._content(edit.path)
            if content is None:
                self._give_up(reported, f"needs {edit.path}, which cannot be read")
                return False
            if not 0 <= edit.start <= edit.end <= len(content):
                self._give_up(reported, f"does not fit {edit.path} as it is now")
                return False
        return True

    def _content(self, path: str) -> bytes | None:
        if path not in self._files:
            content = self._read(path)
            if content is None:
                return None
            self._originals[path] = self._files[path] = content
        return self._files[path]

    def _give_up(self, reported: Reported, reason: str) -> None:
        self._undone.append(Undone(reported, reason))
        self._given_up.add(finding_key(reported))

    def _attempt(
        self, start: Mapping[str, bytes], accepted: list[Reported], group: list[Reported]
    ) -> str | None:
        """Do ``group`` on top of ``accepted``; return why it has to be taken back, or None.

        All offsets are those of the files as they were at the ``start`` of the round.
        """
        touched = sorted(_paths(group))
        together = [*accepted, *group]
        edits = _edits_by_path(together)
        trial = dict(self._files)
        for path in touched:
            base = start.get(path, self._originals[path])
            trial[path] = apply(base, edits[path])
            if not self._parses(trial[path], path) and self._parses(base, path):
                return f"would leave {path} with a syntax error"
        after = list(self._lint(self._changed(trial)))
        reason = self._harm(after, touched, together, group)
        if reason is None:
            self._files, self.findings = trial, after
        return reason

    def _changed(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {path: new for path, new in files.items() if new != self._originals[path]}

    def _harm(
        self,
        after: Sequence[Reported],
        touched: Collection[str],
        together: Sequence[Reported],
        group: Sequence[Reported],
    ) -> str | None:
        """Return what got worse in the ``touched`` files, or None.

        A group of several must bring down the number of findings by its own size, so that the
        good of one fix does not hide the harm of another.
        """
        before, now = _counts(self.findings, touched), _counts(after, touched)
        repaired = _counts(group, touched) if len(group) > 1 else Counter[tuple[str, str]]()
        own = {one.finding.code for one in group}
        revealing = all(one.finding.fix and one.finding.fix.reveals for one in group)
        for (path, code), count in sorted(now.items()):
            if revealing and code not in own:
                continue
            if count > before[path, code] - repaired[path, code]:
                return f"would add a finding of {code} to {path}"
        left = Counter(finding_key(one) for one in after)
        done = {finding_key(one) for one in together}
        # where an entry of a list goes, the next one takes its place, with a finding of its own
        moved = _moved(_edits_by_path(together))
        rest = (key for key in map(finding_key, self._first) if key not in done)
        others = Counter(map(moved, rest))
        for one in group:
            place = moved(finding_key(one))
            if left[place] > others[place]:
                return "does not repair what was found"
        return None

    def result(self) -> Fixed:
        """Return what was done."""
        changed = self._changed(self._files)
        groups = tuple(
            tuple(Change(path, self._originals[path], changed[path]) for path in sorted(paths))
            for paths in _together(changed, self._applied)
        )
        return Fixed(groups, tuple(self._applied), tuple(self._undone), tuple(self.findings))


def _counts(reported: Iterable[Reported], paths: Collection[str]) -> Counter[tuple[str, str]]:
    places = ((one.finding.place.path, one.finding.code) for one in reported)
    return Counter((path, code) for path, code in places if path in paths)


def _together(changed: Collection[str], applied: Iterable[Reported]) -> Iterator[set[str]]:
    """Yield the changed files in groups: files that one fix joins stand in one group."""
    groups: list[set[str]] = []
    for paths in [{path} for path in sorted(changed)] + [_paths([one]) for one in applied]:
        joined = [group for group in groups if group & paths]
        groups = [group for group in groups if not group & paths]
        groups.append(paths.union(*joined))
    yield from sorted((group & set(changed) for group in groups if group & set(changed)), key=min)


# --- to the disk --------------------------------------------------------------------------------


class WriteError(Exception):
    """Files could not be written; the message says what, what was expected, and what to do."""


def write_files(root: Path, changes: Sequence[Change]) -> None:
    """Write the files of ``changes`` below ``root``: all of them, or none.

    Each file is replaced in one step and keeps its permissions; a link inside the root stays a
    link. Just before it is replaced, it is compared once more with what the fixes were made for.
    Raises WriteError when a path leads out of the root, when a file is not what it was when it was
    linted, or when the system refuses; then every file has its old bytes, but for those that
    another program has changed meanwhile, which are left alone.
    """
    with undisturbed():
        _write_files(root, changes)


def _write_files(root: Path, changes: Sequence[Change]) -> None:
    staged: list[tuple[Temporary, str, Change]] = []
    replaced: list[tuple[str, Change]] = []
    try:
        targets = [_target(root, change) for change in changes]
        changes = [
            _as_written(target, change) for target, change in zip(targets, changes, strict=True)
        ]
        for folder in sorted(set(map(os.path.dirname, targets))):
            remove_abandoned(folder)
        for target, change in zip(targets, changes, strict=True):
            staged.append((_stage(target, change.after), target, change))
        for temporary, target, change in staged:
            _compare(target, change)
            temporary.move(target)
            replaced.append((target, change))
    except WriteError:
        _roll_back(replaced)
        raise
    except (OSError, ValueError) as error:
        _roll_back(replaced)
        paths = ", ".join(change.path for change in changes)
        raise WriteError(
            f"{paths}: could not be written ({error}); expected a file and a "
            "folder that may be written to; nothing was changed. Correct the permissions and run "
            "mmlint again."
        ) from error
    finally:
        for temporary, _, _ in staged:
            temporary.close()


def _target(root: Path, change: Change) -> str:
    """Return the real path of the file, which lies below ``root``."""
    path = PurePosixPath(change.path)
    top = os.path.realpath(root)
    target = os.path.realpath(os.path.join(top, *path.parts))
    if path.is_absolute() or ".." in path.parts or not Path(target).is_relative_to(top):
        raise WriteError(
            f"{change.path}: leads out of the project; expected a file below {top}; nothing was "
            "changed. Run mmlint in the folder that holds the file."
        )
    if not stat.S_ISREG(os.stat(target).st_mode):
        raise WriteError(f"{change.path}: is no file; expected one; nothing was changed.")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only")
    return target


def _as_written(target: str, change: Change) -> Change:
    """Return the change in the encoding of the file, which still holds what was linted."""
    data = Path(target).read_bytes()
    if decoded(data) != change.before:
        raise _changed(change)
    after = encoded(change.after, data)
    if after is None:
        raise WriteError(
            f"{change.path}: cannot be written back in the encoding that it declares; expected one "
            "that writes unchanged text with the same bytes; nothing was changed. Save the file as "
            "UTF-8 and run mmlint again."
        )
    return Change(change.path, data, after)


def _compare(target: str, change: Change) -> None:
    """Raise WriteError unless the file holds the bytes that the change was made for."""
    if Path(target).read_bytes() != change.before:
        raise _changed(change)


def _changed(change: Change) -> WriteError:
    return WriteError(
        f"{change.path}: changed while mmlint ran; expected the bytes that were checked; "
        "nothing was changed. Run mmlint again."
    )


def _stage(target: str, content: bytes) -> Temporary:
    """Write ``content`` to a temporary file beside ``target``, with its owner and permissions."""
    kept = os.stat(target)
    temporary = Temporary(os.path.dirname(target), content, durable=True)
    try:
        if hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(temporary.path, kept.st_uid, kept.st_gid)
        os.chmod(temporary.path, stat.S_IMODE(kept.st_mode))
    except BaseException:
        temporary.close()
        raise
    return temporary


def _roll_back(replaced: Iterable[tuple[str, Change]]) -> None:
    """Give the files their old bytes back; those that were changed again are left alone."""
    lost: list[str] = []
    for target, change in replaced:
        try:
            if Path(target).read_bytes() != change.after:
                lost.append(change.path)
                continue
            temporary = _stage(target, change.before)
        except OSError:
            lost.append(change.path)
            continue
        try:
            temporary.move(target)
        except OSError:
            lost.append(change.path)
        finally:
            temporary.close()
    if lost:
        raise WriteError(
            f"{', '.join(lost)}: was changed, and could not be changed back after a related file "
            "could not be written; expected to write both. Look at the difference with git diff."
        )
