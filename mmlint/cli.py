"""The command line: words to calls, and nothing heavy until a verb needs it."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click
from click_default_group import DefaultGroup

from mmlint import __version__

if TYPE_CHECKING:
    from mmlint.app import Request

FORMATS = ("text", "full", "concise", "json", "jsonl", "github", "gitlab", "sarif")

EPILOG = """\b
Examples:
  mmlint                         check the project around the current directory
  mmlint src/app .env.example    report only what stands or begins in these paths
  mmlint --fix                   repair what can be repaired safely
  mmlint --fix src/app           the same, and edit no file elsewhere
  mmlint --fix -i                see each repair, and decide
  mmlint --diff --unsafe-fixes   show every repair as a diff, change nothing
  mmlint baseline write          report only what is new from now on
  mmlint explain MM101           why a rule exists, what is good, what is bad
  mmlint events                  what is sent, from which side, with which ids
  mmlint --format sarif --output github=-   several reports of one run

\b
Exit codes: 0 nothing found (or all fixed) · 1 findings · 2 wrong usage, broken
configuration, unreadable file or internal error (the rest is still reported).
"""


class Group(DefaultGroup):
    """``mmlint PATH`` is ``mmlint check PATH``; unknown options get a suggestion from click."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hand everything to the default command, unless the first word is a command or an option
        of the group's own: so ``--`` reaches the command, and what stands behind it is a path."""
        own = {name for one in self.get_params(ctx) for name in one.opts}
        if args and args[0] not in self.commands and args[0] not in own:
            args = [self.default_cmd_name, *args]
        left: list[str] = super().parse_args(ctx, args)
        return left


@click.group(
    cls=Group,
    default="check",
    default_if_no_args=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.version_option(__version__, "-V", "--version", message="mmlint %(version)s")
def cli() -> None:
    """Find the mistakes that silently lose events, leak secret keys or break attribution in code
    that uses Millimetric analytics, in JavaScript, TypeScript, Python and configuration files.

    Without a command, `check` runs: `mmlint --fix` is `mmlint check --fix`.
    """


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that decide which configuration counts."""
    for option in (
        click.option(
            "--config",
            multiple=True,
            metavar="FILE|KEY=VALUE",
            help="Use this configuration file, or set one key (a TOML value). Repeatable.",
        ),
        click.option("--isolated", is_flag=True, help="Ignore every configuration file."),
    ):
        command = option(command)
    return command


verbose_option = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, help="Show internal errors in full."
)
"""For commands that say nothing more of what they do; ``main`` looks for it."""


@cli.command(short_help="Find mistakes, and repair them with --fix.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--fix", is_flag=True, help="Apply safe fixes, report what is left.")
@click.option("-i", "--interactive", is_flag=True, help="With --fix: ask about each fix.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: unsafe fixes as well.")
@click.option("--diff", is_flag=True, help="Print the fixes as a diff and write nothing.")
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out.")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="text", help="Format on stdout."
)
@click.option(
    "--output",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write a report to a file. Repeatable.",
)
@click.option("--baseline", default="", metavar="FILE", help="The findings that are known already.")
@click.option("--no-baseline", is_flag=True, help="Report what the baseline holds as well.")
@click.option("--strict", is_flag=True, help="Exit with 1 if the baseline has stale entries.")
@click.option(
    "--stdin-filename",
    metavar="PATH",
    help="Read stdin in place of this file; with --fix, print it fixed on stdout.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings.")
@click.option("--statistics", is_flag=True, help="Print a count for each rule.")
@click.option("--show-files", is_flag=True, help="List what is read, and why the rest is not.")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colours."
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=0), default=0, help="Processes; 0: all cores."
)
@click.option("--no-cache", is_flag=True, help="Do not read or write the cache.")
@click.option(
    "--executor", default="", metavar="dask://HOST:PORT", help="Let a Dask cluster read the files."
)
@click.option("--timings", is_flag=True, help="Say where the time went.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Verbose output, with tracebacks of internal errors."
)
@settings_options
@click.pass_context
def check(context: click.Context, /, **options: Any) -> None:
    """Check the project, and report what stands in PATH, or has its cause there (default: all).

    RULES are codes, names, prefixes or ALL, separated by commas: MM101, unawaited-flush, MM2.
    The whole project is always read, so that a changed client file still meets the server file
    that makes its event a duplicate. Paths of several projects give one report of them all.
    """
    if _is_plain(options):
        from mmlint.focus import idle

        count = idle(options["paths"])
        if count is not None:
            click.echo(f"No findings in {count} {'file' if count == 1 else 'files'}.")
            context.exit(0)
    from mmlint import app

    request = _request(options)
    context.exit(app.run(request, _stdin if "-" in request.paths else None))


_HOOKS_OWN = frozenset({"fix", "unsafe_fixes", "exit_zero", "color", "jobs", "no_cache"})
"""Options that change nothing where there is nothing to report."""


def _is_plain(options: dict[str, Any]) -> bool:
    """Whether files are named, and nothing is asked of them but what a hook asks."""
    asked = {name for name, value in options.items() if value} - _HOOKS_OWN
    usable = options["fix"] or not options["unsafe_fixes"]
    return asked == {"paths", "format_"} and options["format_"] in FORMATS[:3] and usable


def _request(options: dict[str, Any]) -> Request:
    from msgspec.structs import replace

    from mmlint.app import Request

    outputs: list[tuple[str, str]] = []
    for pair in options["output"]:
        name, equals, file = pair.partition("=")
        if not equals or name not in FORMATS:
            raise click.BadParameter(
                f"{pair!r} is not FORMAT=FILE; formats: {', '.join(FORMATS)}",
                param_hint="--output",
            )
        outputs.append((name, file))
    if options["unsafe_fixes"] and not (options["fix"] or options["diff"]):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if options["baseline"] and options["no_baseline"]:
        raise click.UsageError("--baseline and --no-baseline exclude each other; drop one")
    if options["interactive"] and (not options["fix"] or options["diff"]):
        raise click.UsageError("--interactive goes with --fix, and without --diff")
    if "-" in options["paths"] and not options["stdin_filename"]:
        raise click.UsageError("the path - needs --stdin-filename PATH")
    paths: tuple[str, ...] = options["paths"]
    if options["stdin_filename"]:
        paths = paths or ("-",)
        _check_stdin(paths, options)
    request = Request(
        paths=paths,
        fix=options["fix"],
        unsafe_fixes=options["unsafe_fixes"],
        diff=options["diff"],
        select=_listed(options["select"]),
        ignore=_listed(options["ignore"]),
        format=options["format_"],
        outputs=tuple(outputs),
        stdin_filename=options["stdin_filename"],
        exit_zero=options["exit_zero"],
        statistics=options["statistics"],
        show_files=options["show_files"],
        jobs=options["jobs"] or os.cpu_count() or 1,
        verbose=options["verbose"],
        config=tuple(options["config"]),
        isolated=options["isolated"],
        cache=not options["no_cache"],
        timings=options["timings"],
        executor=options["executor"],
        baseline=options["baseline"],
        no_baseline=options["no_baseline"],
        strict=options["strict"],
        interactive=options["interactive"],
    )
    color = has_colors(options["color"], sys.stderr if request.pipes else sys.stdout)
    return replace(request, color=color)


def _check_stdin(paths: tuple[str, ...], options: dict[str, Any]) -> None:
    """Raise UsageError for what does not go with a file that is read from stdin."""
    if "-" not in paths:
        raise click.UsageError(
            "--stdin-filename goes with the path - or without any; add -, or drop the option"
        )
    if options["interactive"]:
        raise click.UsageError(
            "--interactive reads answers from stdin, and --stdin-filename a file; drop one"
        )
    if options["fix"] and not options["diff"] and set(paths) != {"-"}:
        raise click.UsageError(
            "--fix prints what was read from stdin, and nothing else; expected the path - alone; "
            "fix other paths in a run of their own"
        )


def _listed(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for value in values for one in value.replace(",", " ").split())


def has_colors(wish: str, stream: TextIO) -> bool:
    """``--color`` first, then ``NO_COLOR`` and ``FORCE_COLOR``, then what the report goes to: a
    terminal that is not dumb."""
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _stdin() -> bytes:
    return sys.stdin.buffer.read()


@cli.command(short_help="Explain a rule, or what is known of a line.")
@click.argument("subject", metavar="RULE|PATH[:LINE[:COLUMN]]")
@click.option(
    "--states",
    is_flag=True,
    help="Show the states before and after each statement around PATH:LINE.",
)
@verbose_option
def explain(subject: str, states: bool) -> None:
    """Explain a rule, or what is known of a line.

    SUBJECT is a code or a name (MM101, unawaited-flush): what the rule finds, why it hurts, bad and
    good code, its fix; MM1 lists the rules whose codes begin so. Or it is PATH, PATH:LINE or
    PATH:LINE:COLUMN: what each call there means, and the chain that leads to a verdict or to
    silence.
    """
    from mmlint import app

    click.echo(app.explain(subject, states=states), nl=False)


@cli.command(short_help="List handlers and how long they live.")
@click.argument("path", default=".")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@verbose_option
def runtimes(path: str, format_: str) -> None:
    """List the handlers of the project around PATH, their runtime, and what proves it."""
    from mmlint import app

    click.echo(app.runtimes(path, format_), nl=False)


@cli.command(short_help="List what is sent: the tracking plan.")
@click.argument("path", default=".")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json", "csv", "markdown")),
    default="table",
    help="What is printed; csv has a row for each call site.",
)
@click.option(
    "--diff",
    "revision",
    metavar="REF",
    help="Say which events were added, dropped or moved between sides since this commit or branch.",
)
@click.option("--no-cache", is_flag=True, help="Do not read or write the cache.")
@verbose_option
def events(path: str, format_: str, revision: str | None, no_cache: bool) -> None:
    """List every event of the project around PATH: the tracking plan, as the code has it.

    For each: which side sends it and which side should, every call site with its handler and
    runtime, whether anonymous_id, user_id and event_id are there always, sometimes or never, and
    the other fields and property keys that were seen.
    """
    from mmlint.app.events import events as listed

    click.echo(listed(path, format_, revision, cache=not no_cache), nl=False)


@cli.group(short_help="Keep known findings apart from new ones.")
def baseline() -> None:
    """Write down the findings there are, so that only new ones are reported.

    The baseline knows a finding by its rule, its file, the functions around it and what it points
    at: lines may move and files be formatted. What is edited is reported again.
    """


def baseline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that all verbs of a baseline take."""
    command = click.argument("path", default=".")(verbose_option(command))
    return settings_options(
        click.option(
            "--baseline",
            default="",
            metavar="FILE",
            help="The baseline; by default the one that is configured, or .mmlint-baseline.",
        )(command)
    )


def _about_baseline(options: dict[str, Any]) -> Request:
    from mmlint.app import Request

    return Request(
        paths=(options["path"],),
        config=tuple(options["config"]),
        isolated=options["isolated"],
        baseline=options["baseline"],
        cache=True,
        jobs=os.cpu_count() or 1,
    )


@baseline.command("write")
@click.option("--force", is_flag=True, help="Replace a baseline that is there already.")
@baseline_options
def baseline_write(force: bool, **options: Any) -> None:
    """Write down every finding of the project around PATH."""
    from mmlint.app.baseline import write

    click.echo(write(_about_baseline(options), force), nl=False)


@baseline.command("prune")
@baseline_options
def baseline_prune(**options: Any) -> None:
    """Drop what is stale: entries whose findings are gone. Nothing is added."""
    from mmlint.app.baseline import prune

    click.echo(prune(_about_baseline(options)), nl=False)


@baseline.command("show")
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table")
@baseline_options
def baseline_show(format_: str, **options: Any) -> None:
    """List the findings that the baseline holds."""
    from mmlint.app.baseline import show

    click.echo(show(_about_baseline(options), format_), nl=False)


@cli.command()
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@verbose_option
def rules(format_: str) -> None:
    """List every rule."""
    from mmlint import app

    click.echo(app.rules(format_), nl=False)


@cli.command(short_help="Show each setting and its place.")
@click.argument("path", default=".")
@settings_options
@verbose_option
def config(path: str, config: tuple[str, ...], isolated: bool) -> None:
    """Show each resolved setting for PATH and where it comes from."""
    from mmlint import app

    click.echo(app.show_config(path, config, isolated), nl=False)


@cli.command(short_help="Clear the cache.")
@click.argument("path", default=".")
@settings_options
@verbose_option
def clean(path: str, config: tuple[str, ...], isolated: bool) -> None:
    """Clear the cache of PATH, and of all projects that share it."""
    from mmlint import app

    click.echo(app.clean(path, config, isolated), nl=False)


def main() -> None:
    """Run mmlint; no traceback ever reaches a user who did not ask for it with -v."""
    gc.disable()  # the process ends before there is garbage worth a search; loading makes many
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the parent process
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        from mmlint.app import plain

        said = io.StringIO()
        error.show(said)
        told = error.format_message()
        text = said.getvalue().replace(told, " ".join(told.splitlines()))
        click.echo(plain(text), nl=False, err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("mmlint: interrupted", err=True)
        _unread()
        sys.exit(130)
    except BrokenPipeError:
        _unread()
        sys.exit(2)
    except Exception as error:
        from mmlint.app import plain_error, plain_traceback

        if "-v" in sys.argv or "--verbose" in sys.argv:
            click.echo(plain_traceback(error), nl=False, err=True)
        told = plain_error(error)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            _unread()
            told = (
                f"stdout cannot be written ({error.strerror}); expected room for the report; "
                "free some, or send it elsewhere"
            )
        elif isinstance(error, FileNotFoundError) and not _has_folder():
            told = (
                "the current folder is gone; expected one that exists; "
                "change to another, and run the command again"
            )
        click.echo(f"mmlint: {told}", err=True)
        sys.exit(2)


def script() -> NoReturn:
    """Be the installed command: run mmlint, and leave the memory to the system.

    To give back hundreds of thousands of facts one by one takes as long as reading them.
    """
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except OSError:  # stderr cannot be written either: nothing is left to say it on
        code = 2
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or 2
    os._exit(code)


def _has_folder() -> bool:
    """Whether the folder that mmlint was started in is there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


def _unread() -> None:
    """Forget what waits for stdout, so that the interpreter does not try it again as it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
