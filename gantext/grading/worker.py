"""The program that runs inside a sandbox: ``python -m gantext.grading.worker``.

It gives up its rights, then runs a submission's cells and calls its answers, as it is asked to.
Requests come on the standard input and answers go to what was the standard output; what cells print
goes to the standard error. See `gantext.grading.protocol` for the messages, and
`gantext.grading.sandboxes.worker_process` for the grader's side.

Nothing that this program says is believed: it shares its process with the submission.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

from gantext.grading.protocol import ProtocolError, encode, receive
from gantext.grading.session import Session
from gantext.grading.system_calls import refuse

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def confine(limits: Mapping[str, int]) -> None:
    """Give up rights and set the limits of this process; there is no way back.

    Parameters
    ----------
    limits : dict
        ``uid`` to become, if this is root; ``memory``, ``file_bytes``, in bytes; ``processes``,
        ``open_files``; ``cpu_seconds``.
    """
    uid = limits.get("uid")
    if uid is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if limits:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # changing the user took /proc/self away
    names = {
        "memory": resource.RLIMIT_DATA,
        "file_bytes": resource.RLIMIT_FSIZE,
        "processes": resource.RLIMIT_NPROC,
        "open_files": resource.RLIMIT_NOFILE,
        "cpu_seconds": resource.RLIMIT_CPU,
    }
    for name, number in names.items():
        if name in limits:
            _, hard = resource.getrlimit(number)
            most = limits[name] if hard == resource.RLIM_INFINITY else min(limits[name], hard)
            resource.setrlimit(number, (most, most))
    if limits:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        refuse()


def serve(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    """Answer the grader's requests until there are no more.

    Parameters
    ----------
    read : callable
        Takes a number of bytes and returns as many, or fewer at the end.
    write : callable
        Takes the bytes of an answer.
    """
    session: Session | None = None
    while True:
        try:
            asked = receive(read)
        except EOFError:
            return
        if asked["do"] == "start":
            confine(asked["limits"])
            session = Session(asked["seed"])
            answer: dict[str, Any] = {"ok": True}
        elif session is None:
            raise ProtocolError("expected 'start' before anything else")
        else:
            answer = _answer(session, asked)
        write(_frame(answer, asked["id"]))


def _answer(session: Session, asked: Mapping[str, Any]) -> dict[str, Any]:
    if asked["do"] == "cell":
        if session.module is not sys.modules.get("__main__"):
            sys.modules["__main__"] = session.module  # where pickles and dataclasses look
        return session.cell(asked["source"], asked["number"], asked["seconds"])
    return session.call(
        asked["entry"],
        asked["arguments"],
        tensors=asked["tensors"],
        seconds=asked["seconds"],
        seed=asked["seed"],
    )


def _frame(answer: dict[str, Any], number: int) -> bytes:
    try:
        return encode({**answer, "id": number})
    except ProtocolError as error:
        return encode({"id": number, "state": "unfit", "error": str(error)})


def main() -> None:
    """Serve on the standard streams; what cells print goes to the standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)

    def write(frame: bytes) -> None:
        rest = memoryview(frame)
        while rest:
            rest = rest[answers.write(rest) :]

    serve(requests.read, write)
    os._exit(0)  # threads that a submission left behind are not waited for


if __name__ == "__main__":
    # Not as "__main__", whose place the submission's module takes.
    from gantext.grading import worker

    worker.main()
