"""Imports what kernels and checkers need, then forks one for each request that comes through a socket.

It runs no cell itself and never learns a secret: what a student's kernel could find in its own memory is Python and
this package. It has one thread only, as fork(2) copies no other.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from grader.checks import kinds
from grader.engines import nsenter
from grader.processes import core_limit
from grader.sandbox.fork_client import MESSAGE_BYTES, CheckerRequest, KernelRequest, Message

#: The second line is what a kernel imports while it starts.
_MODULES = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "docker", "grader.notebook"),
    *("xmlrpc.server", "IPython.core.debugger", "IPython.extensions.storemagic", "tornado.platform.asyncio"),
)
_RUNNER = "grader.checks.runner"
#: Descriptors of a request are moved above this number first, out of the way of the numbers they shall have.
_HIGH = 500


def main(number: int) -> None:
    for name in (*_MODULES, _RUNNER):
        importlib.import_module(name)
    kinds.preload()
    # What is here now is never garbage: left alone, it stays shared with every process forked.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those forked: they must not stay as zombies
    channel = socket.socket(fileno=number)
    while True:
        data, descriptors, _flags, _address = socket.recv_fds(channel, MESSAGE_BYTES, 64)
        if not data:
            return  # the grader has ended
        message = Message.unpack(data)
        pid = 0
        try:
            pid = os.fork()
            if pid == 0:
                _live(message, descriptors)
            handle = os.pidfd_open(pid)
        except OSError as trouble:
            # Out of memory or processes, or it has ended already: no reason to end, and with us all that were forked.
            if pid and not isinstance(trouble, ProcessLookupError):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            channel.send(json.dumps({"error": str(trouble)}).encode())
            continue
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [handle]))
        channel.sendmsg([json.dumps({"pid": pid}).encode()], [rights])
        os.close(handle)


def _live(message: Message, descriptors: list[int]) -> NoReturn:
    """The whole life of a new process; never returns."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _arrange(dict(zip(message.descriptors, descriptors, strict=True)))
        os.environ.clear()
        os.environ.update(message.request.environment)
        if isinstance(message.request, KernelRequest):
            _kernel(message.request)
        else:
            _checker(message.request)
        code = 0
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _arrange(wanted: dict[int, int]) -> None:
    """Give each descriptor its number; close all others, the fork server's own socket too."""
    high = {number: fcntl.fcntl(descriptor, fcntl.F_DUPFD, _HIGH) for number, descriptor in wanted.items()}
    for number, descriptor in high.items():
        os.dup2(descriptor, number)
    numbers = sorted({0, 1, 2, *wanted})
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    for number, following in pairwise([*numbers, most]):
        # An empty range is not nothing to CPython 3.13: it ends at -1, that is, at the last descriptor of all.
        if number + 1 < following:
            os.closerange(number + 1, following)


def _checker(request: CheckerRequest) -> None:
    if request.network is not None:
        nsenter.join_network(request.network)
    sys.argv = [_RUNNER]
    sys.exit(importlib.import_module(_RUNNER).main())


def _kernel(request: KernelRequest) -> None:
    nsenter.enter(request.walls, die_with_parent=True)
    _limit(request)
    nsenter.become(request.walls.user)
    os.umask(request.umask)
    os.chdir(request.folder)
    Path(request.sockets).mkdir()
    # Where control groups can't be had, nothing else would end a kernel whose grader was killed.
    threading.Thread(target=lambda: os._exit(len(os.read(request.lifeline, 1))), daemon=True).start()
    sys.dont_write_bytecode = True
    sys.argv = ["ipykernel", *request.arguments]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def _limit(request: KernelRequest) -> None:
    for what, most in (
        (resource.RLIMIT_AS, request.address_space),
        (resource.RLIMIT_FSIZE, request.file_size),
        (resource.RLIMIT_CORE, core_limit()),
        (resource.RLIMIT_NPROC, request.processes),
    ):
        resource.setrlimit(what, (most, most))
