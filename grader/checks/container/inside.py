"""What is inside a container: commands run in it, its files, processes and changes."""

from __future__ import annotations

import hashlib
import posixpath
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.checks import arguments, commands
from grader.checks.container.storage import Storage, mounts_of
from grader.checks.container.subject import NOT_RUNNING, is_live, state_in_words
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.files import Entry, HoldsFiles, Reader, read_entry
from grader.checks.meddling import of_undone
from grader.checks.throwaway import SEALED, helper_image, run, run_among, uncut
from grader.checks.waiting import wait_for
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import NoAnswer, Obstructed
from grader.docker_api.words import dig, environment, inspect_command
from grader.i18n import _
from grader.report.plain import excerpt, listed

#: How a container gets the engine's own namespace of a kind: the field of its HostConfig.
_NAMESPACES = {"ipc": "IpcMode", "net": "NetworkMode", "pid": "PidMode", "user": "UsernsMode", "uts": "UTSMode"}
_CHANGES = {0: "changed", 1: "added", 2: "deleted"}


class Inside(Storage, HoldsFiles):
    """Expectations about a container's inside."""

    @expectation
    def runs(
        self,
        command: Sequence[str] | str,
        *,
        prints: str | Sequence[str] | None = None,
        lacks: str | Sequence[str] | None = None,
        matching: str | None = None,
        errors: str | Sequence[str] | None = None,
        exit_code: int | None = 0,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
        within: float = 10,
    ) -> Claim:
        """A command executed in it prints this and ends with this code (None: any code)."""
        words = arguments.words(command, "command")
        wanted = commands.wanted(prints=prints, lacks=lacks, matching=matching, errors=errors, exit_code=exit_code)
        seconds = arguments.seconds(within, "within")
        as_whom = [*(["-u", user] if user else []), *(["-w", workdir] if workdir else [])]

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return not_live(attrs)
            how = {"user": user, "environment": env, "workdir": workdir, "unheard": self._unheard_in_it()}
            return wanted.judge(self._run_to_its_end(words, seconds, **how), seconds)

        return Claim(
            self._says(
                _("In container {name} {command} {outcome}"),
                name=self.name,
                command=shlex.join(words),
                outcome=wanted.shown(),
            ),
            wanted.shown(),
            judge,
            shlex.join(["docker", "exec", *as_whom]) + f" {self._shell_name} {shlex.join(words)}",
            _("Run the command yourself and read what it says."),
        )

    @expectation
    def has_env_of_engine(self, name: str, namespace: str) -> Claim:
        """This variable names a namespace of the engine's, as ``readlink /proc/self/ns/user`` shows it there."""
        variable = arguments.text(name, "name")
        mode = _NAMESPACES[arguments.one_of(namespace, "namespace", list(_NAMESPACES))]
        link = f"/proc/self/ns/{namespace}"

        def judge(attrs: Attrs) -> Finding:
            # Not by its process 1: who may look into that one depends on the engine.
            command = ["readlink", link]
            host = {mode: "host", **SEALED}
            outcome = uncut(run(self._daemon, helper_image(self._daemon), command, seconds=10, host=host))
            if outcome.code != 0:
                why = _("the engine's side can't be looked at here: {why}")
                raise of_undone(self._daemon, why.format(why=commands.shown_output(outcome)))
            has = environment(dig(attrs, "Config", "Env")).get(variable)
            return Finding(has == outcome.output.strip(), f"{variable}={has}" if has else _("not set"))

        return Claim(
            self._says(_("{what} has in {name} the engine's namespace: {kind}"), name=variable, kind=namespace),
            _("the engine's own"),
            judge,
            inspect_command("container", self.name, ".Config.Env"),
            _("`docker run --help` has options that give a container the host's own namespaces."),
        )

    def _unheard_in_it(self) -> Sequence[str]:
        """Its variables that no command of a check's is to hear. Raises NoAnswer where such commands are not run."""
        unheard = self._context.programs.get(self.name, ())
        if isinstance(unheard, NoAnswer):
            raise unheard
        return unheard

    def _run_to_its_end(self, command: Sequence[str], seconds: float, **how: Any) -> commands.Outcome:
        self._daemon.waits_until(_("a command in {name} has ended").format(name=self.name), seconds)
        return self._executed(command, seconds=seconds, **how)

    def _executed(self, command: Sequence[str], **how: Any) -> commands.Outcome:
        outcome, identifier = commands.execute(self._daemon, self.name, command, **how)
        # Ours, not the student's: event checks leave it out.
        self._context.sightings.add(f"exec:{identifier}")
        return outcome

    def _reader(self) -> Reader:
        attrs = self._seen() or {}
        in_memory = [mount["at"] for mount in mounts_of(attrs) if mount["kind"] == "tmpfs"]

        def read(path: str) -> Entry | None:
            entry = read_entry(self._daemon, self.name, path)
            hidden = any(path == at or path.startswith(f"{at}/") for at in [*in_memory, "/proc", "/sys", "/dev"])
            # The daemon's archive does not see file systems mounted inside the container's own namespace.
            return self._read_by_exec(path) if hidden and is_live(attrs) and path not in in_memory else entry

        return read

    def _look_command(self, path: str) -> str:
        return f"docker cp {self._shell_name}:{shlex.quote(path)} - | tar tv"

    def _read_by_exec(self, path: str) -> Entry | None:
        """A file the archive can't see, by the container's own tools (stat, readlink and cat)."""
        facts = self._executed(["stat", "-c", "%F|%a|%u|%g|%s", path], seconds=5)
        if facts.code == 1:  # So stat ends, GNU's and busybox's, where there is nothing.
            return None
        fields = facts.output.strip().split("|")
        numbers = re.fullmatch(r"[0-7]{1,6}(\|\d{1,19}){3}", "|".join(fields[1:]), re.ASCII)
        if facts.code != 0 or len(fields) != 5 or not numbers:
            raise Obstructed(_("its own `stat {path}` does not say what stat says").format(path=path))
        kinds = {"directory": "folder", "symbolic link": "link"}
        kind = kinds.get(fields[0], "file" if "file" in fields[0] else "other")
        mode, uid, gid, size = int(fields[1], 8), *map(int, fields[2:])
        target = self._executed(["readlink", path], seconds=5).output.removesuffix("\n") if kind == "link" else ""
        if kind != "file":
            return Entry(kind, mode, uid, gid, size, target)
        content = self._executed(["cat", path], seconds=5).output.encode()
        # What is no text, or too long, has come to us as something else.
        checksum = hashlib.sha256(content).hexdigest() if len(content) == size else ""
        return Entry(kind, mode, uid, gid, size, content=content, sha256=checksum)

    @expectation
    def has_process(
        self, text: str, *, user: str | None = None, exactly: int | None = None, whole: bool = False, within: float = 3
    ) -> Claim:
        """A process whose command line contains this text runs in it, ``exactly`` so many when that is given.

        ``whole``: it is all of the command line, so that a shell that starts such processes, or an init, is none.
        At once or within so many seconds: who checks right after ``docker run -d`` is not early.
        """
        wanted = arguments.text(text, "text")
        limit = arguments.seconds(within, "within")
        if exactly is not None:
            arguments.whole(exactly, "exactly", low=1, high=10_000)

        def look(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                # Between two restarts it lives again in a moment; else nobody starts it while its check runs.
                return replace(not_live(attrs), hopeless=not dig(attrs, "State", "Restarting"))
            processes = self._processes()
            lines = [line for owner, line in processes if user in (None, owner)]
            hits = [line for line in lines if (line == wanted if whole else wanted in line)]
            right = bool(hits) if exactly is None else len(hits) == exactly
            return Finding(right, _shown_processes(processes))

        extra = _(", {count} of them").format(count=exactly) if exactly else ""
        extra += _(" as user {user}").format(user=user) if user else ""
        return Claim(
            self._says(_("{what} runs a process {text!r}{extra}"), text=wanted, extra=extra),
            f"{wanted}{extra}",
            lambda _attrs: self._when_settled(look, limit),
            f"docker top {self._shell_name}",
            _("`docker top` lists a container's processes."),
        )

    @expectation
    def has_no_process(self, text: str, *, within: float = 3) -> Claim:
        """No process whose command line contains this text runs in it (a stopped container has none).

        At once or within so many seconds: what is ending counts as ended.
        """
        unwanted = arguments.text(text, "text")
        limit = arguments.seconds(within, "within")

        def look(attrs: Attrs) -> Finding:
            state = dig(attrs, "State") or {}
            # A paused one has its processes; between two restarts there are none, and the daemon says both.
            runs = state.get("Running") is True and not state.get("Restarting")
            processes = self._processes() if runs else []
            return Finding(not any(unwanted in line for _owner, line in processes), _shown_processes(processes))

        return Claim(
            self._says(_("{what} runs no process {text!r}"), text=unwanted),
            _("no such process"),
            lambda _attrs: self._when_settled(look, limit),
            f"docker top {self._shell_name}",
            _("`docker top` lists a container's processes."),
        )

    @expectation
    def has_zombies(self, *, at_least: int = 1, within: float = 3) -> Claim:
        """So many processes in it have ended and nobody has asked how, at once or within so many seconds."""
        least = arguments.whole(at_least, "at_least", low=1, high=10_000)
        limit = arguments.seconds(within, "within")
        return self._zombie_claim(
            self._says(_("{what} has zombies: at least {count}"), count=least),
            _("at least {count}").format(count=least),
            _("{what} has zombies: at least {count}").format(what=self.name, count=least),
            lambda count: count >= least,
            limit,
        )

    @expectation
    def has_no_zombies(self, *, within: float = 3) -> Claim:
        """No process in it has ended and waits to be asked how; one that is asked within so many seconds is none."""
        limit = arguments.seconds(within, "within")
        return self._zombie_claim(
            self._says(_("{what} has no zombies")),
            _("no zombies"),
            _("{name} has no zombies").format(name=self.name),
            lambda count: count == 0,
            limit,
        )

    def _zombie_claim(
        self, sentence: str, expected: str, until: str, right: Callable[[int], bool], seconds: float
    ) -> Claim:
        def look() -> Finding:
            names = self._zombies()
            return Finding(right(len(names)), listed(names, empty=_("no zombies")))

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return not_live(attrs)
            return wait_for(self._daemon, "container", self.name, look, until=until, seconds=seconds, retry=0.5)

        return Claim(
            sentence,
            expected,
            judge,
            f"docker exec {self._shell_name} ps -o pid,ppid,stat,args",
            _("A zombie's state is Z. `docker top` may not show it."),
        )

    def _zombies(self) -> list[str]:
        """Zombies in its PID namespace as the kernel shows them there; the daemon's ``ps`` may leave them out."""
        identifier = str((self._seen() or {})["Id"])
        outcome = uncut(run_among(self._daemon, identifier, ["sh", "-c", "cat /proc/[0-9]*/stat"]))
        # "7 (name) Z 1 …": a name may have brackets of its own, what follows the last one is the kernel's.
        fields = [line.rpartition(")") for line in outcome.output.splitlines()]
        return [head.partition("(")[2] for head, _bracket, rest in fields if rest.split()[:1] == ["Z"]]

    def _when_settled(self, look: Callable[[Attrs], Finding], seconds: float) -> Finding:
        until = _("{name} has the right processes").format(name=self.name)
        return self._wait(look, seconds, until=until, retry=0.25)

    def _processes(self) -> list[tuple[str, str]]:
        """Owner and command line of each process, as the daemon's ``ps`` sees them."""
        table: dict[str, Any] = self._daemon.ask(lambda client: client.top(self.name))
        return [(str(row[0]), str(row[-1])) for row in table.get("Processes") or ()]

    @expectation
    def changed_file(self, path: str, how: str | None = None) -> Claim:
        """``docker diff`` lists this path: ``how`` is "added", "changed" or "deleted" when given."""
        target = arguments.path(path, "path")
        if how is not None:
            arguments.one_of(how, "how", list(_CHANGES.values()))
        sentences = {
            "added": _("{path} was added in container {name}"),
            "changed": _("{path} was changed in container {name}"),
            "deleted": _("{path} was deleted in container {name}"),
            None: _("{path} differs in container {name} from its image"),
        }
        return self._diff_claim(
            sentences[how].format(path=target, name=self.name),
            _("a difference") if how is None else _change_words()[how],
            target,
            lambda change: change is not None and how in (None, change),
        )

    @expectation
    def left_unchanged(self, path: str) -> Claim:
        """``docker diff`` does not list this path."""
        target = arguments.path(path, "path")
        return self._diff_claim(
            self._says(_("{what} has not changed {path}"), path=target),
            _("as in the image"),
            target,
            lambda change: change is None,
        )

    def _diff_claim(self, sentence: str, expected: str, path: str, right: Callable[[str | None], bool]) -> Claim:
        def judge(_attrs: Attrs) -> Finding:
            entries = self._daemon.ask(lambda client: client.diff(self.name)) or []
            changes = {str(entry.get("Path")): _CHANGES.get(int(entry.get("Kind", -1)), "?") for entry in entries}
            return Finding(right(changes.get(path)), _shown_change(path, changes))

        return Claim(
            sentence,
            expected,
            judge,
            f"docker diff {self._shell_name}",
            _("`docker diff` shows what differs from the image, without volumes and other mounts."),
        )


def _change_words() -> dict[str, str]:
    return {"added": _("added"), "changed": _("changed"), "deleted": _("deleted")}


def _shown_change(path: str, changes: Mapping[str, str]) -> str:
    """What became of this path; where nothing did, what differs in its folder and not in the rest of the container."""
    words = _change_words()
    if path in changes:
        return words.get(changes[path], changes[path])
    folder = posixpath.dirname(path)
    near = [name for name in changes if posixpath.dirname(name) == folder]
    if not near:
        return _("neither it nor anything else in {folder} differs from the image").format(folder=folder)
    return _("it does not differ from the image; in the same folder: {names}").format(
        names=listed((f"{name} {words.get(changes[name], changes[name])}" for name in near), empty="")
    )


def not_live(attrs: Attrs) -> Finding:
    """Of a container in which nothing can be executed."""
    return Finding(
        False,
        _("nothing can run in it, its state: {state}").format(state=state_in_words(attrs)),
        look=_("A container lives as long as its main process; `docker logs` shows what that said."),
        because=NOT_RUNNING,
    )


def _shown_processes(processes: list[tuple[str, str]]) -> str:
    return excerpt(listed((f"{owner}: {line}" for owner, line in processes), empty=_("no processes")))
