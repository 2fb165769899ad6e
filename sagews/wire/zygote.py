"""What the launcher and its own processes inside the sealed root say to each other, over SOCK_SEQPACKET pairs.

A packet is a JSON object with a "type". Both ends are ours and of one version, so forms are trusted; a session's user
never holds one of these sockets: the child closes its own before the first cell.

launcher → zygote
  prepare   slot: int, uid: int, gid: int, own_users: bool (does the session get a
            user namespace of its own: without root)              fds: [init's socket, child's socket, cgroup.procs ...]

zygote → launcher
  ready     data: bytes (VmData of the warm zygote)
  failed    reason: str
  made      slot: int                                       fds: [pidfd of init, pidfd of the child]
  unmade    slot: int, reason: str
  over      slot: int, status: int, cpu: seconds, peak: bytes of resident memory

launcher → init
  attach    targets: [path]                                 fds: [detached mount for each target]
init → launcher
  attached  -                                               it has attached them and dropped every right
  failed    reason: str

child → launcher
  waiting   -                                               jailed, reseeded, warm
launcher → child
  serve     kind: str (session/kinds/table.py), limits: {memory, processes, file, home, cpu_seconds}
                                                                                    fds: [session socket]
  job       job: str, arguments: {str: str}, limits as above                        fds: [stdin, stdout, stderr]

zygote → init factory
  prepare   as above                                        fds: [init's socket, cgroup.procs ...]
init factory → zygote
  forked    -                                               fds: [pidfd of init]
  failed    reason: str
"""

from __future__ import annotations

CONTROL_DESCRIPTOR = 3
"""The zygote's end of its socket with the launcher."""

JOB_FLAVOUR = "job"
"""The zygote of one-shot jobs: bare Python, nothing preloaded."""

ROOT = "/srv"
PACKAGE = "/srv/sagews"
INIT = "/srv/init"
ENGINES = "/srv/engines"
"""What a zygote has prepared for all its sessions; nobody can write to it once the first of them is made."""
HOME = "/home/user"
SCRATCH = "/work"
USER_NAME = "user"
