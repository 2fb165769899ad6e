"""`sagews`: reads the command line, runs one command, and turns its error into one line and a status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from twisted.internet import reactor

from sagews import __version__
from sagews.cli.command import INTERRUPTED, Command, Invocation
from sagews.cli.commands.backup import BackupCommand, RestoreCommand
from sagews.cli.commands.check import CheckCommand
from sagews.cli.commands.eval import EvalCommand
from sagews.cli.commands.logs import LogsCommand
from sagews.cli.commands.reload import ReloadCommand
from sagews.cli.commands.start import StartCommand
from sagews.cli.commands.status import StatusCommand
from sagews.cli.commands.stop import StopCommand
from sagews.cli.commands.units import UnitsCommand
from sagews.cli.commands.user import UserCommand
from sagews.cli.terminal_text import safe
from sagews.config.loading import load
from sagews.errors import SagewsError

COMMANDS: tuple[Command, ...] = (
    EvalCommand(),
    StatusCommand(),
    LogsCommand(),
    UserCommand(),
    CheckCommand(),
    StartCommand(),
    StopCommand(),
    ReloadCommand(),
    UnitsCommand(),
    BackupCommand(),
    RestoreCommand(),
)


def main(arguments: Sequence[str] | None = None, commands: Sequence[Command] = COMMANDS) -> int:
    """Run a command and return its exit status; an error is one line on standard error and status 1."""
    options = make_parser(commands).parse_args(arguments)
    try:
        settings = load(options.config)
        invocation = Invocation(options, settings, options.config, reactor, sys.stdout, sys.stderr)
        command: Command = options.command
        return command.run(invocation)
    except SagewsError as error:
        return _complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def make_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="sagews", description="Use and run Sage Workspaces from the command line.")
    parser.add_argument("--version", action="version", version=f"sagews {__version__}")
    parser.add_argument("--config", metavar="FILE", help="settings of the daemon (TOML)")
    choices = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        chosen = choices.add_parser(command.name, help=command.help)
        # After the command as well, where most people write it; unless it is there the first one stays.
        chosen.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        command.add_options(chosen)
        chosen.set_defaults(command=command)
    return parser


def _complain(error: SagewsError) -> int:
    """Say what is wrong: one line, or for settings one line for each error."""
    for line in str(error).split("; ") if error.code == "configuration" else [str(error)]:
        sys.stderr.write(f"sagews: {safe(line)}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
