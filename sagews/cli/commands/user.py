"""`sagews user`: accounts, made and changed through the running daemon."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TextIO

from sagews.cli.command import Invocation
from sagews.cli.daemon_client import RunningDaemon
from sagews.cli.terminal_text import safe
from sagews.errors import SagewsError

PAGE = 500

Work = Callable[[RunningDaemon], Coroutine[Any, Any, int]]
Action = Callable[[Invocation], Work]


class UserCommand:
    """Makes and changes accounts; its actions are below."""

    name = "user"
    help = "make and change accounts"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """One parser for each action."""
        actions = parser.add_subparsers(required=True, metavar="ACTION")
        _add_adding(actions)
        for name, help_text, action in _WITH_EMAIL:
            one = actions.add_parser(name, help=help_text)
            one.add_argument("email")
            one.set_defaults(action=action)
        moving = actions.add_parser("address", help="give an account another address")
        moving.add_argument("email")
        moving.add_argument("new")
        moving.set_defaults(action=_address)
        actions.add_parser("list", help="list the accounts").set_defaults(action=_list)

    def run(self, invocation: Invocation) -> int:
        """Do the action."""
        chosen: Action = invocation.options.action
        return invocation.ask_daemon(chosen(invocation))


def _add_adding(actions: Any) -> None:
    adding = actions.add_parser("add", help="make an account and print a link that opens it")
    adding.add_argument("email")
    adding.add_argument("--name", help="shown to others; by default the part before the @")
    adding.add_argument("--administrator", action="store_true")
    adding.add_argument("--password", action="store_true", help="ask for a password (or read a line), not for a link")
    adding.set_defaults(action=_add)


def _add(invocation: Invocation) -> Work:
    options = invocation.options
    # Asked before the reactor runs: getpass waits for the terminal, and Ctrl-C there must not leave half an account.
    given = new_password() if options.password else None
    name = options.name or options.email.partition("@")[0]
    return lambda daemon: add(
        daemon, invocation.out, options.email, name, administrator=options.administrator, password=given
    )


def _password(invocation: Invocation) -> Work:
    given = new_password()
    return lambda daemon: password(daemon, invocation.out, invocation.options.email, given)


def _link(invocation: Invocation) -> Work:
    return lambda daemon: link(daemon, invocation.out, invocation.options.email)


def _disable(invocation: Invocation) -> Work:
    return lambda daemon: change(daemon, invocation.out, invocation.options.email, disabled=True)


def _enable(invocation: Invocation) -> Work:
    return lambda daemon: change(daemon, invocation.out, invocation.options.email, disabled=False)


def _address(invocation: Invocation) -> Work:
    options = invocation.options
    return lambda daemon: move(daemon, invocation.out, options.email, options.new)


def _list(invocation: Invocation) -> Work:
    return lambda daemon: show(daemon, invocation.out)


_WITH_EMAIL: tuple[tuple[str, str, Action], ...] = (
    ("disable", "end an account's logins and let nobody in", _disable),
    ("enable", "let a disabled account in again", _enable),
    ("password", "set a password; it is asked for, or read from standard input", _password),
    ("link", "print a link that signs a person in once", _link),
)


def new_password() -> str:
    """Ask for a password twice, or read one line of standard input; a command line would show it to everybody."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    given = getpass.getpass("New password: ")
    if getpass.getpass("Again: ") != given:
        raise SagewsError("bad-value", field="password", reason="the two are not the same")
    return given


async def add(
    daemon: RunningDaemon, out: TextIO, email: str, name: str, *, administrator: bool, password: str | None
) -> int:
    """Make an account; without a password, print a link that opens it."""
    privilege = "administrator" if administrator else "user"
    body: dict[str, Any] = {"email": email, "name": name, "privilege": privilege, "password": password}
    made = (await daemon.call("POST", "/api/users", body))["user"]
    out.write(f"Made the account {safe(made['email'])} ({made['privilege']}).\n")
    return 0 if password is not None else await _print_link(daemon, out, made["id"])


async def move(daemon: RunningDaemon, out: TextIO, email: str, new: str) -> int:
    """Give an account another address, by which it signs in and others share with it from then on."""
    user = await find(daemon, email)
    changed = (await daemon.call("PATCH", f"/api/users/{user['id']}", {"email": new}))["user"]
    out.write(f"The address of {safe(user['name'])} is {safe(changed['email'])} now.\n")
    return 0


async def password(daemon: RunningDaemon, out: TextIO, email: str, new: str) -> int:
    """Set a password; all logins of the account end."""
    user = await find(daemon, email)
    await daemon.call("PATCH", f"/api/users/{user['id']}", {"password": new})
    out.write(f"Set the password of {safe(user['email'])}. Its other logins have ended.\n")
    return 0


async def link(daemon: RunningDaemon, out: TextIO, email: str) -> int:
    """Print a link that signs a person in once."""
    return await _print_link(daemon, out, (await find(daemon, email))["id"])


async def _print_link(daemon: RunningDaemon, out: TextIO, user: str) -> int:
    made = await daemon.call("POST", f"/api/users/{user}/link", {})
    out.write(f"Good for 24 hours and one use: {made['url']}\n")
    return 0


async def change(daemon: RunningDaemon, out: TextIO, email: str, **changes: Any) -> int:
    """Change `disabled` or `privilege` of an account."""
    user = await find(daemon, email)
    await daemon.call("PATCH", f"/api/users/{user['id']}", changes)
    out.write(f"Changed {safe(user['email'])}.\n")
    return 0


async def show(daemon: RunningDaemon, out: TextIO) -> int:
    """List the accounts."""
    for user in await everybody(daemon):
        state = "disabled" if user["disabled"] else "" if user["has_password"] else "no password"
        out.write(f"{safe(user['email']):32} {user['privilege']:14} {safe(user['name'])}  {state}".rstrip() + "\n")
    return 0


async def everybody(daemon: RunningDaemon) -> list[dict[str, Any]]:
    """Return every account."""
    found: list[dict[str, Any]] = []
    while True:
        query = {"limit": str(PAGE), **({"after": found[-1]["id"]} if found else {})}
        page = (await daemon.call("GET", "/api/users", query=query))["users"]
        found += page
        if len(page) < PAGE:
            return found


async def find(daemon: RunningDaemon, email: str) -> dict[str, Any]:
    """Return an account by its address, without case; raises SagewsError `bad-value`."""
    # The list is asked for, not one account by its address: the HTTP interface knows accounts by id, and this is not
    # done often.
    for user in await everybody(daemon):
        if user["email"].casefold() == email.casefold():
            return user
    raise SagewsError("bad-value", field="email", reason="nobody has this address")
