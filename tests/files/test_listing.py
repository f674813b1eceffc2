"""Which files a project has, with git and without it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mmlint.files.listing import UNSETTLED, Listing, listing

QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    allowed = ("-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false")
    subprocess.run(
        ["git", *identity, *allowed, "-C", folder, *words],
        check=True,
        capture_output=True,
        env={**os.environ, **QUIET},
    )


def make(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Listing]:
    """List as on a machine where git is not installed."""
    empty = tmp_path / "no-programs-here"
    empty.mkdir()

    def call(root: Path) -> Listing:
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(empty))
            return listing(root)

    return call


# --- what is no file of the project ---------------------------------------------------------------


def test_an_empty_or_missing_folder_has_no_files(root: Path) -> None:
    assert listing(root) == Listing(())
    assert listing(root / "gone").files == ()
    assert "gone" not in listing(root / "gone").files
    assert listing(root / "gone").notes == (
        "the folder . cannot be listed: no such file or directory",
    )


@pytest.mark.parametrize("repository", [True, False])
def test_what_is_not_there_or_not_ours_is_not_listed(root: Path, repository: bool) -> None:
    make(
        root,
        {
            "a.ts": "",
            "deleted.ts": "",
            "ignored.ts": "",
            ".gitignore": "/ignored.ts\n",
            "dist/bundle.js": "",
            "web/node_modules/x/index.js": "",
            "../outside.ts": "",
            "../outside/b.ts": "",
        },
    )
    if repository:
        git(root, "init", "-q")
        git(root, "add", "--all")
    (root / "deleted.ts").unlink()
    (root / "folder.ts").mkdir()
    (root / "out.ts").symlink_to("../outside.ts")
    (root / "broken.ts").symlink_to("nowhere.ts")
    (root / "loop.ts").symlink_to("loop.ts")
    (root / "linked").symlink_to("../outside")
    (root / "self").symlink_to(".")
    found = listing(root)
    assert found == Listing((".gitignore", "a.ts"), (), ("dist", "web/node_modules"))


def test_vendored_folders_are_not_entered_but_counted(root: Path) -> None:
    make(root, {"a.ts": "", "dist/a.js": "", "web/node_modules/x/dist/a.js": "", "dist2/a.js": ""})
    found = listing(root)
    assert found.files == ("a.ts", "dist2/a.js")
    assert found.skipped_folders == ("dist", "web/node_modules")


def test_excluded_files_are_left_out_even_if_they_carry_keys(root: Path) -> None:
    make(
        root, {"a.ts": "", "legacy/b.ts": "", "legacy/.env": "", "c.gen.ts": "", "keep.gen.ts": ""}
    )
    found = listing(root, exclude=["legacy/", "*.gen.ts", "!keep.gen.ts"])
    assert found.files == ("a.ts", "keep.gen.ts")


def test_a_folder_that_git_knows_and_that_became_a_link_is_not_followed(root: Path) -> None:
    make(root, {"src/a.ts": "", "b.ts": "", "../elsewhere/a.ts": ""})
    git(root, "init", "-q")
    git(root, "add", "--all")
    (root / "src" / "a.ts").unlink()
    (root / "src").rmdir()
    (root / "src").symlink_to("../elsewhere")
    assert listing(root).files == ("b.ts",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_is_no_file(root: Path) -> None:
    os.mkfifo(root / "pipe.ts")
    assert listing(root).files == ()


# --- what is --------------------------------------------------------------------------------------


def test_untracked_and_tracked_files_count_also_tracked_ones_that_are_ignored(root: Path) -> None:
    make(root, {"tracked.ts": "", "new.ts": "", "forced.ts": "", ".gitignore": "forced.ts\n"})
    git(root, "init", "-q")
    git(root, "add", "-f", "tracked.ts", "forced.ts")
    assert listing(root).files == (".gitignore", "forced.ts", "new.ts", "tracked.ts")


def test_ignored_env_files_count_beside_or_above_other_files(root: Path) -> None:
    make(
        root,
        {
            ".gitignore": ".env*\n*.env\n.dev.vars\nsecret/\n",
            ".env": "",
            ".env.local": "",
            ".envrc": "",
            "apps/.env": "",
            "apps/web/package.json": "{}",
            "apps/web/.dev.vars": "",
            "apps/web/prod.env": "",
            "apps/web/.env.ts": "",
            "only/env/here/.env": "",
            "secret/.env": "",
            "node_modules/x/.env": "",
        },
    )
    git(root, "init", "-q")
    assert [path for path in listing(root).files if "env" in path or "vars" in path] == [
        ".env",
        ".env.local",
        ".envrc",
        "apps/.env",
        "apps/web/.dev.vars",
        "apps/web/prod.env",
    ]


def test_links_to_files_of_the_project_are_listed_with_their_target(root: Path) -> None:
    make(root, {"shared/.env": "", "web/a.ts": ""})
    (root / "web" / ".env").symlink_to("../shared/.env")
    found = listing(root)
    assert found.files == ("shared/.env", "web/.env", "web/a.ts")
    assert found.links == {"web/.env": "shared/.env"}


def test_submodules_and_repositories_beside_are_listed_by_their_own_rules(
    root: Path, without_git: Callable[[Path], Listing]
) -> None:
    make(root, {"../lib/l.ts": "", "../lib/gen.ts": "", "a.ts": "", ".gitignore": "l.ts\n"})
    library = root.parent / "lib"
    git(library, "init", "-q")
    git(library, "add", "l.ts")
    git(library, "commit", "-qm", "one")
    git(root, "init", "-q")
    git(root, "submodule", "add", "-q", str(library), "libs/lib")
    make(root, {"libs/lib/new.ts": "", "libs/lib/.gitignore": "gen*.ts\n", "libs/lib/gen.ts": ""})
    make(root, {"beside/b.ts": "", "beside/.gitignore": "c.ts\n", "beside/c.ts": ""})
    git(root / "beside", "init", "-q")
    expected = {
        ".gitignore",
        ".gitmodules",
        "a.ts",
        "beside/.gitignore",
        "beside/b.ts",
        "libs/lib/.gitignore",
        "libs/lib/l.ts",
        "libs/lib/new.ts",
    }
    assert set(listing(root).files) == expected
    assert set(without_git(root).files) == expected


def test_a_folder_of_a_repository_obeys_the_files_above_it(
    root: Path, without_git: Callable[[Path], Listing]
) -> None:
    make(root, {".gitignore": "/web/gen/\n*.tmp.ts\n", "web/gen/a.ts": "", "web/a.tmp.ts": ""})
    make(root, {"web/src/a.ts": "", "other/b.ts": "", "web/private.ts": ""})
    git(root, "init", "-q")
    make(root, {".git/info/exclude": "private.ts\n"})
    assert listing(root / "web").files == ("src/a.ts",)
    assert without_git(root / "web").files == ("src/a.ts",)


def checkouts(root: Path) -> Path:
    """Make ``root`` a repository with the tracked file ``a.ts``."""
    make(root, {"a.ts": ""})
    git(root, "init", "-q")
    git(root, "add", "a.ts")
    git(root, "commit", "-qm", "one")
    return root


def test_another_checkout_of_the_repository_is_not_looked_at(
    root: Path, without_git: Callable[[Path], Listing]
) -> None:
    checkouts(root)
    git(root, "worktree", "add", "-q", "trees/one")
    make(root, {"trees/one/new.ts": "", "trees/b.ts": ""})
    for found in (listing(root), without_git(root)):
        assert set(found.files) == {"a.ts", "trees/b.ts"}
        assert found.checkouts == ("trees/one",)


def test_the_main_checkout_inside_of_a_linked_one_is_another(root: Path) -> None:
    main = checkouts(root / "main")
    git(main, "worktree", "add", "-q", str(root.parent / "outer"))
    outer = root.parent / "outer"
    shutil.move(main, outer / "main")
    (outer / ".git").write_text(f"gitdir: {outer}/main/.git/worktrees/outer\n")
    assert listing(outer).files == ("a.ts",)


def test_a_linked_checkout_by_itself_is_a_project_with_submodules(root: Path) -> None:
    library = checkouts(root.parent / "lib")
    checkouts(root)
    git(root, "submodule", "add", "-q", str(library), "lib")
    git(root, "commit", "-qm", "two")
    git(root, "worktree", "add", "-q", "../one")
    git(root.parent / "one", "submodule", "update", "-q", "--init")
    found = listing(root.parent / "one")
    assert set(found.files) == {".gitmodules", "a.ts", "lib/a.ts"}
    assert found.checkouts == ()


def test_a_checkout_of_another_repository_is_looked_at(root: Path) -> None:
    library = checkouts(root.parent / "lib")
    checkouts(root)
    git(library, "worktree", "add", "-q", str(root / "lib"))
    found = listing(root)
    assert found.files == ("a.ts", "lib/a.ts")
    assert found.checkouts == ()


def test_the_checkouts_of_a_bare_repository_are_told_where_nothing_else_is(root: Path) -> None:
    checkouts(root.parent / "from")
    git(root, "clone", "-q", "--bare", str(root.parent / "from"), str(root / ".bare"))
    (root / ".git").write_text("gitdir: ./.bare\n")
    git(root, "worktree", "add", "-q", "one")
    found = listing(root)
    assert found.checkouts == ("one",)
    assert "one/a.ts" not in found.files
    assert any("(one); run mmlint in them" in note for note in found.notes)
    assert listing(root / "one").files == ("a.ts",)


def test_names_of_odd_bytes_survive(root: Path, without_git: Callable[[Path], Listing]) -> None:
    names = [b"caf\xe9.ts", "ü\n\t'\" .ts".encode()]
    try:
        for name in names:
            (root / os.fsdecode(name)).write_text("")
    except OSError:
        pytest.skip("this file system wants UTF-8")
    git(root, "init", "-q")
    expected = tuple(sorted(map(os.fsdecode, names)))
    assert listing(root).files == expected
    assert without_git(root).files == expected


def test_folders_may_be_nested_deeper_than_calls(root: Path) -> None:
    make(root, {"d/" * 200 + "a.ts": ""})
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(150)
    try:
        found = listing(root)
    finally:
        sys.setrecursionlimit(limit)
    assert found.files == ("d/" * 200 + "a.ts",)


def test_a_folder_that_cannot_be_read_is_a_note(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {"open/a.ts": "", "closed/b.ts": ""})
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = listing(root)
    assert found.files == ("open/a.ts",)
    assert found.notes == ("the folder closed cannot be listed: permission denied",)


# --- git is not trusted, and need not work --------------------------------------------------------


def test_nothing_that_the_repository_configures_is_run(root: Path) -> None:
    make(root, {"a.ts": "", ".gitattributes": "* filter=evil diff=evil\n"})
    git(root, "init", "-q")
    git(root, "add", "--all")
    proof = root.parent / "proof"
    program = root.parent / "program"
    program.write_text(f"#!{sys.executable}\nopen({str(proof)!r}, 'w')\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "filter.evil.clean",
        "filter.evil.process",
        "diff.evil.textconv",
        "core.sshCommand",
        "alias.ls-files",
    ):
        git(root, "config", key, str(program))
    git(root, "config", "core.untrackedCache", "true")
    assert "a.ts" in listing(root).files
    assert not proof.exists()


def test_listing_changes_nothing_in_the_repository(root: Path) -> None:
    make(root, {"a.ts": ""})
    git(root, "init", "-q")
    git(root, "add", "--all")
    os.utime(root / "a.ts", (1, 1))
    before = {path: path.read_bytes() for path in (root / ".git").rglob("*") if path.is_file()}
    listing(root)
    after = {path: path.read_bytes() for path in (root / ".git").rglob("*") if path.is_file()}
    assert after == before


def test_without_git_a_note_says_how_the_files_were_found(
    root: Path, without_git: Callable[[Path], Listing]
) -> None:
    make(root, {"a.ts": "", "b.ts": "", ".gitignore": "b.ts\n"})
    git(root, "init", "-q")
    (note,) = without_git(root).notes
    assert "git is not installed" in note
    assert ".gitignore" in note
    assert without_git(root).files == (".gitignore", "a.ts")


def test_a_repository_that_git_refuses_is_searched_with_a_note(root: Path) -> None:
    make(root, {"a.ts": "", "b.ts": "", ".gitignore": "b.ts\n"})
    git(root, "init", "-q")
    git(root, "config", "core.repositoryformatversion", "99")
    found = listing(root)
    assert found.files == (".gitignore", "a.ts")
    assert len(found.notes) == 1
    assert "version" in found.notes[0]


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "{other}/.git"},
        {"GIT_DIR": "{other}/.git", "GIT_WORK_TREE": "{other}"},
        {"GIT_INDEX_FILE": "{other}/.git/index"},
        {"GIT_INDEX_FILE": "/nowhere/index"},
        {"GIT_DIR": ".git"},
        {"GIT_PREFIX": "web/", "GIT_LITERAL_PATHSPECS": "1"},
    ],
)
def test_variables_about_another_repository_do_not_matter(
    root: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    other = root.parent / "other"
    make(root, {"a.ts": "", "gone.ts": "", "web/b.ts": ""})
    make(root, {"../other/o.ts": ""})
    for folder in (root, other):
        git(folder, "init", "-q")
        git(folder, "add", "--all")
    (root / "gone.ts").unlink()
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(other=other))
    monkeypatch.chdir(root / "web")
    found = listing(root)
    assert found == Listing(("a.ts", "web/b.ts"))


def test_the_index_of_a_commit_under_way_counts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {".gitignore": "*.ts\n", "a.ts": ""})
    git(root, "init", "-q")
    git(root, "add", ".gitignore")
    index = root / ".git" / "next-index-1.lock"
    index.write_bytes((root / ".git" / "index").read_bytes())
    monkeypatch.chdir(root)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    git(root, "add", "-f", "a.ts")
    assert listing(root).files == (".gitignore", "a.ts")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert listing(root).files == (".gitignore",)


def test_a_repository_that_only_the_environment_names_counts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {"tracked.ts": "", ".gitignore": "*\n"})
    git(root, "init", "-q")
    git(root, "add", "-f", "tracked.ts")
    (root / ".git").rename(root.parent / "kept-elsewhere.git")
    monkeypatch.setenv("GIT_DIR", str(root.parent / "kept-elsewhere.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(root))
    assert listing(root).files == ("tracked.ts",)


# --- both ways see the same tree ------------------------------------------------------------------

_NAMES = st.sampled_from(["a", "b", "c.ts", "d.ts", ".env", ".env.ts", ".env.d", "p.ENV", "dist"])
_LINES = st.sampled_from(
    [
        "*",
        "!a",
        "!a/",
        "a/",
        "/a",
        "/b/",
        "*.ts",
        "!c.ts",
        "a/*",
        "!a/c.ts",
        "**/b",
        "b/**",
        ".env",
        ".env*",
        "*.env/",
    ]
)
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@example(paths=[".env.ts/dist/.env"], ignores={"": ["*.ts"]}, later=[])
@given(
    paths=st.lists(_PATHS, min_size=1, max_size=12),
    ignores=st.dictionaries(
        st.sampled_from(["", "a/", "b/", "a/b/"]), st.lists(_LINES, max_size=4), max_size=3
    ),
    later=st.lists(
        st.tuples(_PATHS, st.sampled_from(["new", "gone", "link", "folder"])), max_size=6
    ),
)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_with_and_without_git_the_files_are_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    root: Path,
    without_git: Callable[[Path], Listing],
    paths: list[str],
    ignores: dict[str, list[str]],
    later: list[tuple[str, str]],
) -> None:
    tree = tmp_path_factory.mktemp("tree")
    git(tree, "init", "-q")
    for path in [*(folder + ".gitignore" for folder in ignores), *paths]:
        with contextlib.suppress(OSError):  # a file where this path wants a folder, or vice versa
            make(tree, {path: "\n".join(ignores.get(path.removesuffix(".gitignore"), []))})
    git(tree, "add", "--all")
    for path, fate in later:
        with contextlib.suppress(OSError):
            change(tree / path, fate)
    with_git = listing(tree)
    assert with_git.notes == ()
    walked = without_git(tree)
    assert with_git.files == walked.files
    assert with_git.links == walked.links
    assert with_git.stamps == walked.stamps
    # of a folder in which every file is ignored git does not tell
    assert set(with_git.skipped_folders) <= set(walked.skipped_folders)
    assert with_git.untracked is not None
    assert walked.untracked is None


def test_a_path_in_conflict_is_listed_once_or_not_at_all(root: Path) -> None:
    git(root, "init", "-q")
    make(root, {"kept.ts": "", "gone.ts": ""})
    command = ["git", "-C", root, "hash-object", "-w", "kept.ts"]
    blob = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    stages = [
        f"100644 {blob} {stage}\t{path}" for path in ("gone.ts", "kept.ts") for stage in "123"
    ]
    subprocess.run(
        ["git", "-C", root, "update-index", "--index-info"],
        input="\n".join(stages).encode(),
        check=True,
    )
    (root / "gone.ts").unlink()
    assert listing(root).files == ("kept.ts",)


def change(path: Path, fate: str) -> None:
    """Let something happen to a file after git has learned of it."""
    if fate == "new":
        make(path.parent, {path.name: "new"})
        return
    path.unlink()
    if fate == "link":
        path.symlink_to("c.ts")
    elif fate == "folder":
        path.symlink_to(".")


# --- stamps ---------------------------------------------------------------------------------------


def stamps(root: Path) -> dict[str, int]:
    found = listing(root)
    return dict(zip(found.files, found.stamps, strict=True))


def test_a_file_that_changed_just_now_has_no_stamp(root: Path) -> None:
    make(root, {"a.ts": ""})
    assert stamps(root) == {"a.ts": 0}


def test_a_stamp_stays_while_the_file_does(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(root, {"a.ts": "a", "b.ts": "b"})
    later = time.time_ns() + 10 * UNSETTLED
    monkeypatch.setattr(time, "time_ns", lambda: later)
    before = stamps(root)
    git(root, "init", "-q")
    git(root, "add", "a.ts")
    assert stamps(root) == before
    assert before["a.ts"] != before["b.ts"] != 0
    os.utime(root / "a.ts", ns=(1, 1))
    after = stamps(root)
    assert after["a.ts"] not in (0, before["a.ts"])
    assert after["b.ts"] == before["b.ts"]


def test_what_git_does_not_track_is_known(root: Path) -> None:
    make(root, {"a.ts": "", ".env": "", ".env.local": "", ".gitignore": ".env.local\n"})
    assert listing(root).untracked is None
    git(root, "init", "-q")
    git(root, "add", "a.ts", ".env")
    assert listing(root).untracked == {".env.local", ".gitignore"}


def test_what_git_thinks_unchanged_is_looked_at_all_the_same(root: Path) -> None:
    make(root, {"a.ts": "a", "b.ts": "b", "c.ts": "c"})
    git(root, "init", "-q")
    git(root, "add", "--all")
    git(root, "update-index", "--assume-unchanged", "a.ts", "b.ts")
    git(root, "update-index", "--skip-worktree", "c.ts")
    (root / "a.ts").unlink()
    (root / "c.ts").unlink()
    assert listing(root).files == ("b.ts",)


def test_both_sides_of_a_conflict_are_one_file(root: Path) -> None:
    make(root, {"a.ts": "one"})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "--all")
    git(root, "commit", "-qm", "one")
    git(root, "checkout", "-qb", "other")
    for branch, text in (("other", "two"), ("main", "three")):
        git(root, "checkout", "-q", branch)
        make(root, {"a.ts": text})
        git(root, "commit", "-qam", text)
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "-q", "other")
    assert listing(root).files == ("a.ts",)


def test_an_ignored_virtual_environment_called_like_an_env_file_stays_closed(root: Path) -> None:
    make(root, {"a.py": "", ".gitignore": ".env\n", ".env/lib/b.py": "", ".env/.env": ""})
    git(root, "init", "-q")
    assert listing(root).files == (".gitignore", "a.py")
