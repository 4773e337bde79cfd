"""``t.host("node2").replica("web")``: the container of a service on this very host."""

from __future__ import annotations

import shlex

from grader.checks.container import FoundContainer
from grader.checks.container.subject import is_live
from grader.checks.expectation import Context, Finding, required_name
from grader.checks.files import Entry, Reader
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, listed_name
from grader.i18n import _
from grader.report.plain import listed

_LABEL = "com.docker.swarm.service.name"


class Replica(FoundContainer):
    """All that can be expected of a container, of the youngest one of the service here that runs.

    A label is how it is found, and a label is what somebody wrote: ask the service, too, where its tasks run.
    """

    kind = "replica"
    service: str

    @classmethod
    def stated(cls, context: Context, service: str) -> Replica:
        name = required_name(service)
        subject = cls(context, f"{name}.1")
        subject.service = name
        subject._find_at_once()
        return subject

    def _search(self) -> str:
        wanted = {"label": f"{_LABEL}={self.service}", "status": "running"}
        found = self._daemon.ask(lambda client: client.containers(filters=wanted))
        return listed_name(max(found, key=lambda one: int(one.get("Created") or 0))) if found else ""

    @property
    def what(self) -> str:
        return _("The task of {service} here (container {name})").format(service=self.service, name=self.name)

    def _fetch(self) -> Attrs | None:
        attrs = super()._fetch()
        return attrs if (dig(attrs or {}, "Config", "Labels") or {}).get(_LABEL) == self.service else None

    def _reader(self) -> Reader:
        read = super()._reader()

        def seen(path: str) -> Entry | None:
            entry = read(path)
            # Secrets and configs are mounted for the container alone: the daemon's archive has an empty file there.
            blind = entry is not None and entry.kind == "file" and not entry.size
            return self._read_by_exec(path) if blind and is_live(self._seen() or {}) else entry

        return seen

    def _look_command(self, path: str) -> str:
        return f"docker exec {self._shell_name} ls -l {shlex.quote(path)}"

    def _missing(self) -> Finding:
        here = self._daemon.ask(lambda client: client.containers(filters={"label": _LABEL}))
        names = sorted({str((one.get("Labels") or {}).get(_LABEL)) for one in here})
        found = _("no task of the service {service} runs here; of other services: {names}")
        return Finding(
            False,
            found.format(service=self.service, names=listed(names, empty=_("none"))),
            f"docker ps --filter {shlex.quote(f'label={_LABEL}={self.service}')}",
            self._where_to_begin(),
        )
