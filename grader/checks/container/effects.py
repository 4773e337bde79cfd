"""What a container may ask of the kernel, found out by asking: capabilities, seccomp and no-new-privileges by effect.

Not in the container itself, where the very rights that are in question can put another program, or another /proc, in
the place of ours: in a twin. That is a container of the check's own from the same image, in the same network, with all
that decides on rights as the daemon has it of the first, and with programs in it that make one call each
(``syscalls``). They are run by `docker exec`, as the container's user; nothing of the image's ever runs.
"""

from __future__ import annotations

import errno
import io
import os
import secrets
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from grader.checks import arguments, commands
from grader.checks.container.reaching import Reaching
from grader.checks.container.subject import is_live
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.meddling import must_be_known_to_be_alone
from grader.checks.syscalls import Call, error_of, knows, program
from grader.checks.throwaway import START_SECONDS, throwaway
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import NoAnswer, Obstructed, Refused, Unavailable
from grader.docker_api.words import dig, inspect_command
from grader.i18n import _

#: Where the programs are: nothing of an image's, and no volume, lies there.
_FOLDER = f"/drydock-{secrets.token_hex(6)}"
_HERE, _CLOSED, _ROOTS = f"{_FOLDER}/here", f"{_FOLDER}/closed", f"{_FOLDER}/roots"
#: Nobody's user, whose process and files are there to be tried at. (Above 65534 a user namespace may have none.)
_STRANGER = 54321
#: What decides on a container's rights, of its HostConfig.
_RIGHTS = ("CapAdd", "CapDrop", "GroupAdd", "Privileged", "Runtime", "SecurityOpt", "UsernsMode")
#: As much as anybody can have here: what is refused with that says nothing of anybody's settings. (Not Privileged,
#: which a daemon that remaps users refuses.)
_EVERYTHING = {
    "CapAdd": ["ALL"],
    "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
    "UsernsMode": "host",
}
_SECONDS = 8.0
#: A program that a seccomp profile ends (SIGSYS).
_KILLED = 128 + 31
#: Codes of a runtime that can't start a program, and of one that a signal has ended. (No error that comes here.)
_NOT_ITS_OWN = range(123, 160)
_AT_CWD, _UNSET = -100, -1
#: What the settings are called that decide.
_SHOWN = ("CapAdd", "CapDrop", "SecurityOpt", "Privileged")


@dataclass(frozen=True)
class Effect:
    """Something that the kernel does for those who may: each way to ask for it, by its last call."""

    ways: tuple[tuple[Call, ...], ...]
    #: The error that comes after the right was found; 0: none.
    error: int = 0
    #: Run as a set-user-ID program of root's.
    as_roots: bool = False


def _ways(*calls: Call) -> Effect:
    return Effect(tuple((call,) for call in calls))


def _at_port(port: int) -> tuple[Call, ...]:
    address = (2).to_bytes(2, "little") + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    return Call("socket", (2, 1, 0)), Call("bind", (0, address, 16))


#: None of them changes anything outside of the twin, whoever's daemon it is.
EFFECTS: Mapping[str, Effect] = {
    "mount": _ways(Call("mount", ("none", _HERE, "tmpfs", 0, 0))),
    "unshare": _ways(Call("unshare", (0x10000000,))),
    "chroot": _ways(Call("chroot", (_HERE,))),
    "mknod": _ways(
        Call("mknodat", (_AT_CWD, f"{_HERE}/null", 0o20600, 0x103)),
        Call("mknod", (f"{_HERE}/zero", 0o20600, 0x105)),
    ),
    "chown": _ways(
        Call("fchownat", (_AT_CWD, _CLOSED, _STRANGER + 1, _UNSET, 0)),
        Call("chown", (_CLOSED, _STRANGER + 2, _UNSET)),
    ),
    "chmod": _ways(Call("fchmodat", (_AT_CWD, _CLOSED, 0o600)), Call("chmod", (_CLOSED, 0o600))),
    "open": _ways(Call("openat", (_AT_CWD, _CLOSED, 0)), Call("open", (_CLOSED, 0))),
    # A signal of number 0 is only asked about; SEIZE stops nobody.
    "kill": _ways(Call("kill", (1, 0))),
    "ptrace": _ways(Call("ptrace", (0x4206, 1, 0, 0))),
    "setuid": _ways(Call("setresuid", (_STRANGER, _STRANGER, _STRANGER)), Call("setuid", (_STRANGER,))),
    "setgid": _ways(Call("setresgid", (_STRANGER, _STRANGER, _STRANGER)), Call("setgid", (_STRANGER,))),
    "raw_socket": _ways(Call("socket", (2, 3, 1))),
    # One of them is free.
    "low_port": Effect(tuple(map(_at_port, (1009, 997, 983)))),
    # SIOCSIFFLAGS of an interface that isn't there, which the kernel says to those only who may.
    "network": Effect(
        ((Call("socket", (2, 2, 0)), Call("ioctl", (0, 0x8914, b"drydock-none".ljust(40, b"\0")))),), errno.ENODEV
    ),
    # Without a time to set.
    "settime": _ways(Call("settimeofday", (0, 0))),
    # Asks where new keys would go.
    "keyctl": _ways(Call("keyctl", (14, -1))),
    # Of a file of root's, as root alone may.
    "become_root": Effect(((Call("fchmodat", (_AT_CWD, _ROOTS, 0o600)),),), as_roots=True),
}


def _deeds() -> dict[str, str]:
    return {
        "mount": _("mount a file system"),
        "unshare": _("make a user namespace"),
        "chroot": _("take another folder for its root"),
        "mknod": _("make a device file"),
        "chown": _("give a file to another user"),
        "chmod": _("change the mode of another user's file"),
        "open": _("read a file that is closed to it"),
        "kill": _("send a signal to another user's process"),
        "ptrace": _("trace another user's process"),
        "setuid": _("become another user"),
        "setgid": _("become another group"),
        "raw_socket": _("open a raw socket"),
        "low_port": _("take a port below 1024"),
        "network": _("change a network interface"),
        "settime": _("set the clock"),
        "keyctl": _("use the kernel's keyrings"),
        "become_root": _("become root by a set-user-ID program"),
    }


class Effects(Reaching):
    """Expectations about what the kernel does for a container."""

    @expectation
    def can(self, *effects: str, user: str = "") -> Claim:
        """The kernel does each of these for it, such as "mount" (``EFFECTS``), as its own user or as ``user``."""
        return self._effects(effects, user, allowed=True)

    @expectation
    def cannot(self, *effects: str, user: str = "") -> Claim:
        """The kernel does none of these for it, such as "mount" (``EFFECTS``), as its own user or as ``user``."""
        return self._effects(effects, user, allowed=False)

    def _effects(self, effects: tuple[str, ...], user: str, *, allowed: bool) -> Claim:
        if not effects:
            raise AuthorError(_("it needs the name of an effect: {names}").format(names=", ".join(EFFECTS)))
        for effect in effects:
            arguments.one_of(effect, "effect", tuple(EFFECTS))
        who = arguments.text(user, "user") if user else ""

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            refused = {effect: self._refusal(attrs, effect, who) for effect in effects}
            found = ", ".join(f"{effect}: {why or _('done')}" for effect, why in refused.items())
            return Finding(all(bool(why) is not allowed for why in refused.values()), found)

        sentence = self._says(
            _("{what} can {deeds}") if allowed else _("{what} can't {deeds}"),
            deeds=", ".join(_deeds()[effect] for effect in effects),
        )
        return Claim(
            _("{sentence} (as {user})").format(sentence=sentence, user=who) if who else sentence,
            _("done") if allowed else _("refused"),
            judge,
            inspect_command("container", self.name, ".Config.User", *(f".HostConfig.{one}" for one in _SHOWN)),
            _("Its user, capabilities, seccomp profile and no-new-privileges decide what the kernel does for it."),
        )

    def _refusal(self, attrs: Attrs, effect: str, user: str) -> str:
        """How the kernel refuses this to it; "" where it does not. Raises Unavailable where it does to everybody."""
        machine = self._machine()
        own = {key: value for key in _RIGHTS if (value := dig(attrs, "HostConfig", key))}
        # A twin has a user of its own, so nobody is "0" and not "".
        as_own = str(dig(attrs, "Config", "User") or "0")
        why = self._tried(self._twin(attrs, machine, f"own:{as_own}", own, as_own), machine, effect, user or as_own)
        if why:
            as_any = str(_STRANGER) if EFFECTS[effect].as_roots else "0"
            if self._tried(self._twin(attrs, machine, "all", _EVERYTHING, "0"), machine, effect, as_any):
                nobody = _("on this machine the kernel refuses this to every container: {effect}")
                raise Unavailable(nobody.format(effect=effect))
        return why

    def _machine(self) -> str:
        version = self._daemon.ask(lambda client: client.version())
        if any("Podman" in str(part.get("Name")) for part in version.get("Components") or ()):
            raise AuthorError(_("Podman's API does not tell a container's rights as Docker's does"))
        machine = str(version.get("Arch"))
        if not knows(machine):
            raise Unavailable(_("no program can try it on this machine ({machine})").format(machine=machine))
        return machine

    def _twin(self, attrs: Attrs, machine: str, name: str, rights: Mapping[str, Any], user: str) -> str:
        """The ID of a running twin with these rights, one for the whole task."""

        def stranger() -> AbstractContextManager[str]:
            return self._waiting(attrs, machine, str(_STRANGER), {})

        def twin() -> AbstractContextManager[str]:
            # So its process 1 is somebody else's, to be tried at. What a twin's own runs as decides in 20.10 what is
            # executed in it may.
            there = self._context.kept(f"stranger:{attrs['Id']}", stranger)
            host = {**rights, "NetworkMode": f"container:{attrs['Id']}", "PidMode": f"container:{there}"}
            return self._waiting(attrs, machine, user, host)

        return self._context.kept(f"{name}:{attrs['Id']}", twin)

    @contextmanager
    def _waiting(self, attrs: Attrs, machine: str, user: str, host: Mapping[str, Any]) -> Iterator[str]:
        """The ID of a container from the same image in which nothing runs but a program of ours that waits."""
        more = {"Entrypoint": [f"{_FOLDER}/wait"], "OpenStdin": True, "User": user, "WorkingDir": "/"}
        with throwaway(self._daemon, str(attrs["Image"]), [], host=host, **more) as identifier:
            self._daemon.ask(lambda client: client.put_archive(identifier, "/", _programs(machine)))
            self._start(identifier)
            yield identifier

    def _start(self, twin: str) -> None:
        try:
            self._daemon.ask(lambda client: client.start(twin), patience=START_SECONDS)
        except Refused:
            # The first has started with these very settings. On a busy machine the runtime loses a process now and
            # then: "read init-p: connection reset by peer", once in 60 starts.
            self._daemon.ask(lambda client: client.start(twin), patience=START_SECONDS)

    def _tried(self, twin: str, machine: str, effect: str, user: str) -> str:
        """How it was refused, by every way there is; "" for what was done."""
        why = ""
        for number, way in enumerate(EFFECTS[effect].ways):
            if knows(machine, way[-1]):
                command = [f"{_FOLDER}/{effect}-{number}"]
                outcome = self._outcome(twin, command, user)
                if outcome.code is None:
                    # It had its time, on a machine that answers at once: somebody has stopped it.
                    raise Obstructed(_("the program that tries it came to no end"))
                why = _refusal_of(outcome, EFFECTS[effect])
                if not why:
                    break
        return why

    def _outcome(self, twin: str, command: list[str], user: str) -> commands.Outcome:
        """Of a program of ours in a twin that nobody else has touched."""
        try:
            outcome, own = commands.execute(self._daemon, twin, command, seconds=_SECONDS, user=user, workdir="/")
        except NoAnswer:
            # If there was an exec, nobody knows that it was ours: the next one is tried in another twin.
            self._context.forget(twin)
            raise
        self._context.sightings.add(f"exec:{own}")
        execs = {one.removeprefix("exec:") for one in self._context.sightings}
        must_be_known_to_be_alone(self._daemon, twin, execs)
        return outcome


def _refusal_of(outcome: commands.Outcome, effect: Effect) -> str:
    """What the kernel said; "" when it was obeyed. Raises Obstructed where the program did not come to ask."""
    code = outcome.code or 0
    if code == _KILLED:
        return _("the program is killed for it")
    if outcome.output or outcome.errors or code in _NOT_ITS_OWN:
        # It has no words of its own.
        raise Obstructed(_("nothing can be run to try it: {why}").format(why=commands.shown_output(outcome)))
    error = error_of(code)
    if error == effect.error:
        return ""
    if error == errno.EBADF:
        return _("there is no socket for it")
    return f"{os.strerror(error)} ({errno.errorcode.get(error, error)})" if error else str(code)


@cache
def _programs(machine: str) -> bytes:
    """All that a twin gets, as a tar."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:

        def add(path: str, mode: int, content: bytes | None = b"", owner: int = 0) -> None:
            member = tarfile.TarInfo(path.removeprefix("/"))
            member.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            member.mode, member.uid, member.gid, member.size = mode, owner, owner, len(content or b"")
            archive.addfile(member, io.BytesIO(content or b""))

        add(_FOLDER, 0o755, None)
        add(_HERE, 0o777, None)
        add(_CLOSED, 0o600, owner=_STRANGER)
        add(_ROOTS, 0o600)
        # Its input never comes.
        add(f"{_FOLDER}/wait", 0o755, program(machine, [Call("read", (0, _FOLDER, 1))]))
        for name, effect in EFFECTS.items():
            for number, way in enumerate(effect.ways):
                if knows(machine, way[-1]):
                    add(f"{_FOLDER}/{name}-{number}", 0o4755 if effect.as_roots else 0o755, program(machine, way))
    return made.getvalue()
