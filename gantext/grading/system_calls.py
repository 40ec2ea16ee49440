"""System calls that a submission goes without: they give room that no limit counts.

In a user namespace of its own a process may mount file systems as large as it likes; System V
shared memory, semaphores and queues outlive processes and count as nobody's memory.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import NamedTuple

_NEW_USER = 0x1000_0000  # the flag of clone and unshare that makes a user namespace
_X32 = 0x4000_0000  # from here on, the same calls again under other numbers
_SET_FILTER, _ALL_THREADS = 1, 1

# Berkeley Packet Filter: load a word, jump where equal, at least, or any bit set, return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # where these stand in what the filter reads
_ALLOW, _FAIL = 0x7FFF_0000, 0x0005_0000


class _Machine(NamedTuple):
    audit: int
    seccomp: int
    clone: int
    unshare: int
    refused: tuple[int, ...]  # shmget, semget, msgget, setns


_MACHINES = {
    "x86_64": _Machine(0xC000_003E, 317, 56, 272, (29, 64, 68, 308)),
    "aarch64": _Machine(0xC000_00B7, 277, 220, 97, (194, 190, 186, 268)),
}
_CLONE3 = 435  # its flags are out of a filter's sight; without it, libc takes clone


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def refuse() -> bool:
    """Refuse them to this process and its children; there is no way back.

    Returns
    -------
    bool
        Whether the kernel does; it does not on other systems than Linux on x86-64 and ARM64.
    """
    machine = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        return False
    code = _filter(machine)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    done: int = libc.syscall(machine.seccomp, _SET_FILTER, _ALL_THREADS, ctypes.byref(program))
    return done == 0


def _filter(machine: _Machine) -> bytes:
    """Return the filter; a jump's two numbers say how many lines to skip if so, and if not."""
    refuse = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    lines = [
        *[(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, machine.audit), refuse],
        *[(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), refuse],
        *[(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _FAIL | errno.ENOSYS)],
    ]
    for number in machine.refused:
        lines += [(_EQUAL, 0, 1, number), refuse]
    lines += [
        *[(_EQUAL, 1, 0, machine.clone), (_EQUAL, 0, 3, machine.unshare)],
        *[(_LOAD, 0, 0, _FIRST_ARGUMENT), (_ANY_BIT, 0, 1, _NEW_USER), refuse],
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
