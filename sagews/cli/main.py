"""`sagews`: the operator's and the user's tool. It talks to the running daemon, or checks the settings without one."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from sagews import __version__
from sagews.cli import eval as command_eval
from sagews.cli import service as command_service
from sagews.cli import show as command_show
from sagews.cli import user as command_user
from sagews.cli.daemon_client import Daemon
from sagews.config import ROLES, load
from sagews.errors import SagewsError
from sagews.ops.folders import Layout

INTERRUPTED = 130
LOG_FILTERS = ("level", "component", "machine", "correlation", "text", "since", "before", "limit")

Interrupts = list[Callable[[], None]]
Work = Callable[[Any, Daemon, Interrupts], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; an error is one line on standard error and status 1."""
    options = _parser().parse_args(arguments)
    try:
        settings = load(options.config)
        if options.command == "check":
            sys.stdout.write(f"{options.config or 'The default settings'}: no errors.\n")
            return 0
        layout = Layout(settings.folder)
        if options.command == "start":
            return command_service.start(layout, options.config, options.role, sys.stdout)
        if options.command == "stop":
            return command_service.stop(layout, options.role, sys.stdout)
        return _run(layout, options.work(options))
    except SagewsError as error:
        return _complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _complain(error: SagewsError) -> int:
    """Say what is wrong: one line, or for settings one line for each error."""
    for line in str(error).split("; ") if error.code == "configuration" else [str(error)]:
        sys.stderr.write(f"sagews: {command_show.safe(line)}\n")
    return 1


def _run(layout: Layout, work: Work) -> int:
    from twisted.internet import reactor as installed

    reactor: Any = installed
    daemon = Daemon(reactor, layout)
    interrupts: Interrupts = [reactor.stop]
    results: list[Any] = []

    def finished(result: Any) -> None:
        results.append(result)
        if reactor.running:
            reactor.stop()

    def start() -> None:
        # Ctrl-C does what was added last: a command may end its work in order, else the program ends.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: reactor.callFromThread(interrupts[-1]))
        Deferred.fromCoroutine(work(reactor, daemon, interrupts)).addBoth(finished)

    reactor.callWhenRunning(start)
    reactor.run()
    if results and isinstance(results[0], Failure):
        results[0].raiseException()
    return int(results[0]) if results else INTERRUPTED


# ---------------------------------------------------------------------------------------- the commands


def _eval(options: argparse.Namespace) -> Work:
    source = sys.stdin.read() if options.code == "-" else options.code
    command_eval.check_source(source)

    async def work(reactor: Any, daemon: Daemon, interrupts: Interrupts) -> int:
        def evaluation(ticket: str) -> command_eval.Evaluation:
            return command_eval.Evaluation(source, options.flavour, ticket, sys.stdout, sys.stderr)

        return await command_eval.evaluate(reactor, daemon, evaluation, interrupts)

    return work


def _status(options: argparse.Namespace) -> Work:
    async def work(_reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        return await command_show.status(daemon, sys.stdout, as_json=options.json)

    return work


def _logs(options: argparse.Namespace) -> Work:
    query = {name: str(value) for name in LOG_FILTERS if (value := getattr(options, name)) is not None}

    async def work(reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        async def wait(seconds: float) -> None:
            await deferLater(reactor, seconds)

        follow = wait if options.follow else None
        return await command_show.logs(daemon, sys.stdout, query, as_json=options.json, wait=follow)

    return work


def _user_add(options: argparse.Namespace) -> Work:
    password = _new_password() if options.password else None
    name = options.name or options.email.partition("@")[0]

    async def work(_reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        return await command_user.add(
            daemon, sys.stdout, options.email, name, administrator=options.administrator, password=password
        )

    return work


def _user_password(options: argparse.Namespace) -> Work:
    password = _new_password()

    async def work(_reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        return await command_user.password(daemon, sys.stdout, options.email, password)

    return work


def _user_link(options: argparse.Namespace) -> Work:
    async def work(_reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        return await command_user.link(daemon, sys.stdout, options.email)

    return work


def _user_disable(options: argparse.Namespace) -> Work:
    async def work(_reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        return await command_user.change(daemon, sys.stdout, options.email, disabled=not options.enable)

    return work


def _user_list(_options: argparse.Namespace) -> Work:
    async def work(_reactor: Any, daemon: Daemon, _interrupts: Interrupts) -> int:
        return await command_user.show(daemon, sys.stdout)

    return work


def _new_password() -> str:
    """Ask for a password twice, or read one line of standard input; a command line would show it to everybody."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Again: ") != password:
        raise SagewsError("bad-value", field="password", reason="the two are not the same")
    return password


# ---------------------------------------------------------------------------------------- their options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sagews", description="Use and run Sage Workspaces from the command line.")
    parser.add_argument("--version", action="version", version=f"sagews {__version__}")
    parser.add_argument("--config", metavar="FILE", help="settings of the daemon (TOML)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    evaluate = commands.add_parser("eval", help="evaluate code in a fresh session and print what it shows")
    evaluate.add_argument("--flavour", metavar="NAME", help="interpreter: sage (default where it is) or python")
    evaluate.add_argument("code", metavar="CODE", help="the code, or - for standard input")
    evaluate.set_defaults(work=_eval)
    status = commands.add_parser("status", help="show isolation, workers, sessions and versions")
    status.add_argument("--json", action="store_true", help="as JSON")
    status.set_defaults(work=_status)
    _add_logs(commands)
    _add_user(commands)
    commands.add_parser("check", help="check the settings and say everything that is wrong with them")
    start = commands.add_parser("start", help="start the daemon in the background and wait until it answers")
    stop = commands.add_parser("stop", help="stop the daemon and wait until it is gone")
    for each in (start, stop):
        each.add_argument("--role", action="append", default=[], choices=ROLES, help="only this role (repeatable)")
    return parser


def _add_logs(commands: Any) -> None:
    logs = commands.add_parser("logs", help="show log records, oldest first")
    helps = {
        "level": "least level: debug, info, warn, error, critical",
        "correlation": "id that a page or an error shows",
        "since": "time (ISO 8601)",
        "before": "time (ISO 8601)",
        "limit": "most records (1 to 1000)",
    }
    for name in LOG_FILTERS:
        logs.add_argument(f"--{name}", metavar=name.upper(), help=helps.get(name, f"only with this {name}"))
    logs.add_argument("--follow", action="store_true", help="go on as records come")
    logs.add_argument("--json", action="store_true", help="one JSON object a line")
    logs.set_defaults(work=_logs)


def _add_user(commands: Any) -> None:
    user = commands.add_parser("user", help="make and change accounts").add_subparsers(required=True, metavar="ACTION")
    add = user.add_parser("add", help="make an account and print a link that opens it")
    add.add_argument("email")
    add.add_argument("--name", help="shown to others; by default the part before the @")
    add.add_argument("--administrator", action="store_true")
    add.add_argument("--password", action="store_true", help="ask for a password (or read a line) instead of the link")
    add.set_defaults(work=_user_add)
    disable = user.add_parser("disable", help="end an account's logins and let nobody in")
    disable.set_defaults(work=_user_disable, enable=False)
    enable = user.add_parser("enable", help="let a disabled account in again")
    enable.set_defaults(work=_user_disable, enable=True)
    password = user.add_parser("password", help="set a password; it is asked for, or read from standard input")
    password.set_defaults(work=_user_password)
    link = user.add_parser("link", help="print a link that signs a person in once")
    link.set_defaults(work=_user_link)
    for each in (disable, enable, password, link):
        each.add_argument("email")
    user.add_parser("list", help="list the accounts").set_defaults(work=_user_list)


if __name__ == "__main__":
    sys.exit(main())
