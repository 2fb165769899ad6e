"""`sagews user`: accounts, made and changed through the running daemon."""

from __future__ import annotations

from typing import Any, TextIO

from sagews.cli.daemon_client import Daemon
from sagews.cli.show import safe
from sagews.errors import SagewsError

PAGE = 500


async def add(daemon: Daemon, out: TextIO, email: str, name: str, *, administrator: bool, password: str | None) -> int:
    """Make an account; without a password, print a link that opens it."""
    privilege = "administrator" if administrator else "user"
    body: dict[str, Any] = {"email": email, "name": name, "privilege": privilege, "password": password}
    made = (await daemon.call("POST", "/api/users", body))["user"]
    out.write(f"Made the account {safe(made['email'])} ({made['privilege']}).\n")
    return 0 if password is not None else await _print_link(daemon, out, made["id"])


async def password(daemon: Daemon, out: TextIO, email: str, new: str) -> int:
    """Set a password; all logins of the account end."""
    user = await find(daemon, email)
    await daemon.call("PATCH", f"/api/users/{user['id']}", {"password": new})
    out.write(f"Set the password of {safe(user['email'])}. Its other logins have ended.\n")
    return 0


async def link(daemon: Daemon, out: TextIO, email: str) -> int:
    """Print a link that signs a person in once."""
    return await _print_link(daemon, out, (await find(daemon, email))["id"])


async def _print_link(daemon: Daemon, out: TextIO, user: str) -> int:
    made = await daemon.call("POST", f"/api/users/{user}/link", {})
    out.write(f"Good for 24 hours and one use: {made['url']}\n")
    return 0


async def change(daemon: Daemon, out: TextIO, email: str, **changes: Any) -> int:
    """Change `disabled` or `privilege` of an account."""
    user = await find(daemon, email)
    await daemon.call("PATCH", f"/api/users/{user['id']}", changes)
    out.write(f"Changed {safe(user['email'])}.\n")
    return 0


async def show(daemon: Daemon, out: TextIO) -> int:
    """List the accounts."""
    for user in await everybody(daemon):
        state = "disabled" if user["disabled"] else "" if user["has_password"] else "no password"
        out.write(f"{safe(user['email']):32} {user['privilege']:14} {safe(user['name'])}  {state}".rstrip() + "\n")
    return 0


async def everybody(daemon: Daemon) -> list[dict[str, Any]]:
    """Return every account."""
    found: list[dict[str, Any]] = []
    while True:
        query = {"limit": str(PAGE), **({"after": found[-1]["id"]} if found else {})}
        page = (await daemon.call("GET", "/api/users", query=query))["users"]
        found += page
        if len(page) < PAGE:
            return found


async def find(daemon: Daemon, email: str) -> dict[str, Any]:
    """Return an account by its address, without case; raises SagewsError `bad-value`."""
    for user in await everybody(daemon):
        if user["email"].casefold() == email.casefold():
            return user
    raise SagewsError("bad-value", field="email", reason="nobody has this address")
