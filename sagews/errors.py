"""The errors that people and other daemons are told about: a code, parameters, and a sentence that says what to do.

Every refusal that leaves a process is one of these. The code is stable and goes over the wire; the sentence comes from
the one catalogue below, so that no other module writes text for people.
"""

from __future__ import annotations

from collections.abc import Mapping

Parameter = str | int | float

CATALOGUE: Mapping[str, str] = {
    "internal": "Something failed on our side. It has been logged as {correlation}; please try again.",
    "bad-message": "This message could not be understood: {reason}. Reload the page.",
    "too-large": "This is larger than the limit of {limit} bytes. Send less at once.",
    "too-often": "Too many requests. Wait {seconds} seconds and try again.",
    "not-found": "There is nothing here, or you may not see it. Check the address.",
    "method-not-allowed": "This address takes {allowed} only.",
    "not-signed-in": "You are not signed in. Sign in and try again.",
    "forbidden": "Your role does not allow this. Ask an owner of the workspace.",
    "wrong-origin": "This request came from another site and was refused. Open the workspace at its own address.",
    "wrong-host": "This server does not answer under that name or port. Use one of its configured names; its operator "
    "adds names with site.names, and the address of a proxy or a forwarded port with site.public.",
    "bad-password": "The email address or the password is wrong. Check both and try again.",
    "wrong-password": "The current password is wrong. Check it and try again.",
    "no-account": "Nobody here has this address. Check it; an administrator can make an account for it.",
    "weak-password": "Choose a password of {least} to {most} characters.",
    "bad-value": "The value of {field} is not valid: {reason}.",
    "bad-file": "This file can't be imported: {reason}. {advice}",
    "bad-name": "This name can't be used: {reason}. Use letters, digits, spaces and . _ - ( ).",
    "name-taken": "There is already something named {name} here. Choose another name.",
    "bad-ticket": "This ticket is not valid any more. Reload the page to get a new one.",
    "expired": "This link has expired or was used. Ask for a new one.",
    "handshake-expected": "The connection has to start with a hello. Reload the page.",
    "already-connected": "This connection is open already.",
    "version-mismatch": "This page is from another version of the server. Reload it; your edits are kept.",
    "document-not-open": "This document is not open on this connection. Open it first.",
    "read-only": "You may read this document but not change it. Ask its owner for the right to edit.",
    "rights-unknown": "What you may do can't be checked now, so nothing changes for a moment. Your edits are kept.",
    "may-not-run": "You may not run cells in this workspace. Ask its owner.",
    "bad-update": "This edit does not fit the document and was not applied: {reason}. Reload the page.",
    "past-changed": "The worksheet was made smaller since this page got it. The page fits its edits in by itself.",
    "changed": "The cell has changed since you asked to run it. Look at it and run it again.",
    "channel-closed": "This question is answered already, or its cell waits for it no more. Your answer was not taken.",
    "no-worker": "No machine is free to compute right now. Try again in a moment.",
    "worker-lost": "The connection to the computing machine was lost. The session goes on for a while; reconnecting.",
    "session-ended": "The session has ended: {reason}. Run the cells again to get its variables back.",
    "flavour-failed": "Sessions can't be started here now. Try again soon; if it lasts, tell whoever runs the server.",
    "in-line": "All machines are in use. This session is number {position} in line and begins by itself.",
    "left-line": "The session was stopped while it waited for a machine.",
    "no-session": "There is no session. Run a cell to start one.",
    "unknown-flavour": "There is no flavour named {flavour} here. Choose one of: {known}.",
    "busy": "This is being done already. Wait for it to end.",
    "limit": "A limit was reached: {limit}. {advice}",
    "outputs-full": "The version was made, but without the outputs of its cells, because a limit was reached: {limit}. "
    "{advice}",
    "outputs-failed": "The version was made, but without the outputs of its cells, which could not be kept: {reason}",
    "history-full": "Nothing was saved, because a limit was reached: {limit}. {advice}",
    "conflict": "Somebody else saved at the same moment. Try again.",
    "shutting-down": "The server is restarting. You will be reconnected.",
    "isolation": "This machine reaches the isolation level {level}, below the required {minimum}. {advice}",
    "configuration": "{reason}",
    "elsewhere": "This workspace is open on another server. Reload the page to be taken there.",
    "stubborn": "This code does not listen to interrupts. Wait, or end the session: variables are lost, files stay.",
    "cell-before-failed": "It was not run, because a cell before it in the same request did not end well.",
    "run-lost": "The server was restarted while this ran; what it printed last may be missing. Run it again.",
    "variables-gone": "Variables are gone, because the session in which they were made is over: run the cells again.",
    "ended-stopped": "The session was stopped. Files stay; variables are gone: run the cells again to get them back.",
    "ended-restarted": "The session was restarted. Files stay; variables are gone: run the cells again.",
    "ended-idle": "The session was idle for long and was stopped. Files stay; variables are gone: run the cells again.",
    "ended-shutdown": "The server was stopped, and the session with it. Files stay; variables are gone: run the cells "
    "again.",
    "ended-exit": "The code ended its session. Files stay; variables are gone: run the cells again to get them back.",
    "ended-killed": "The session was killed. Files stay; variables are gone: run the cells again to get them back.",
    "ended-memory": "The session used all of its {memory_limit} of memory. Files stay; variables are gone.",
    "ended-cpu": "The session used all of its {cpu_limit} seconds of computing time. Files stay; variables are gone.",
    "ended-disk": "The files of this workspace take more of the disk than they may ({disk_limit}, less while the "
    "disk is nearly full), so its session was ended. Delete some in a new session; variables are gone.",
    "ended-room": "The files of all workspaces of this one's owner take more of the disk than they may, so its session "
    "was ended. Delete some in a new session, or a workspace; variables are gone.",
    "ended-output": "The session printed far more than {output_limit} MB in a run and was ended. Variables are gone.",
    "ended-rights": "Who started the session may not run cells here any more, so it was ended. Variables are gone.",
    "ended-operator": "An administrator ended the session. Files stay; variables are gone: run the cells again.",
    "ended-deadline": "The session took longer than it may and was ended. Files stay; variables are gone.",
    "ended-crash": "The session crashed. Files stay; variables are gone: run the cells again to get them back.",
    "ended-protocol": "The session sent what it may not send and was ended. Files stay; variables are gone.",
    "ended-worker-lost": "The computing machine was lost. Files go back to the last save; variables are gone.",
    "no-home": "The files of this workspace are not on that machine. Try again in a moment.",
    "home-unfinished": "The files of this workspace are not all in their places yet. Try again in a moment.",
    "home-image": "The files of this workspace lie in a file system of their own, which this machine can't mount "
    'since its launcher began ("homes of a fixed size" are missing in its report). They are kept; tell whoever runs '
    "the server.",
    "home-whole": "The files of this workspace are in their places already.",
    "removes-files": "{removed} of {present} files are gone. Save to keep it so, or go back to an earlier version.",
    "files-removed": "{removed} of {present} files are not in the last version any more; the one before has them.",
    "disk-full": "There is no room for these files: the workspace's share or the server's disk is full. What was saved "
    "is safe; delete files, or tell whoever runs the server.",
    "home-full": "The files of this workspace have nearly all of the {size} that they may take. Delete some to go "
    "on, for instance in a cell; what was saved stays in the history.",
    "homes-full": "The files of all workspaces of this one's owner have nearly all of the {sum} that they may take. "
    "Delete some to go on, here or in another of them; what was saved stays in the history.",
    "home-files": "This workspace has nearly all of the {most_files} files that it may have. Delete some to go on, for "
    "instance in a cell; what was saved stays in the history.",
    "home-held": "The server's disk is nearly full, so the files of this workspace can't grow beyond {used} for "
    "now. Delete some to go on; if it lasts, tell whoever runs the server.",
    "disk-failed": "The server's disk gives errors. What was saved is safe; tell whoever runs the server.",
    "database": "The database does not answer{cause}. Try again in a moment.",
    "no-answer": "The daemon {daemon} does not answer. Its log may say why; sagews stop ends it.",
    "not-saved": "What was written here last can't be saved now. Keep this page open: it is tried again and again.",
}

OPTIONAL = frozenset({"cause"})
"""Parameters that add to a sentence which is whole without them."""

DISK_IS_FULL = ": its disk is full, and whoever runs the server has to free space"


class SagewsError(Exception):
    """An error with a stable code that may be shown to whoever caused it.

    Args:
        code: a key of CATALOGUE.
        parameters: values for the sentence; never a secret.
    """

    def __init__(self, code: str, **parameters: Parameter) -> None:
        self.code = code
        self.parameters: dict[str, Parameter] = parameters
        super().__init__(sentence(code, parameters))


def sentence(code: str, parameters: Mapping[str, Parameter]) -> str:
    """Return the sentence for a code; an unknown code or a missing parameter still gives readable text."""
    template = CATALOGUE.get(code, "The server refused this ({code}).")
    return template.format_map(_Lenient(parameters, code))


class _Lenient(dict[str, Parameter]):
    """Parameters in which a missing name reads as a dash, so that an error never hides behind a KeyError."""

    def __init__(self, parameters: Mapping[str, Parameter], code: str) -> None:
        super().__init__(parameters)
        self.setdefault("code", code)

    def __missing__(self, key: str) -> str:
        return "" if key in OPTIONAL else "–"
