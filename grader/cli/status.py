"""``drydock status``: what of the lab runs now."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import click

from grader.cli import lab_daemon, places
from grader.engines import detached
from grader.engines.adopted import reset_mark
from grader.engines.local_ports import LocalPorts
from grader.i18n import _
from grader.jupyter import server


@dataclass(frozen=True)
class Status:
    """What runs. ``refused_ports`` are published ports that something else on this machine's localhost holds, with the
    reason; ``ports_elsewhere`` the address at which they are instead."""

    running: bool
    lost: bool = False
    engine: str = ""
    docker_host: str = ""
    docker_version: str = ""
    containers: int = 0
    shares: list[str] = field(default_factory=list)
    refused_ports: dict[int, str] = field(default_factory=dict)
    ports_elsewhere: dict[int, str] = field(default_factory=dict)
    jupyter: str = ""


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def command(*, as_json: bool) -> None:
    """Say what is running. Exit code 0: the lab daemon runs; 1: it doesn't."""
    now = _now()
    if as_json:
        click.echo(json.dumps(asdict(now), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_lines(now)))
    raise SystemExit(0 if now.running else 1)


def _now() -> Status:
    page = server.running(places.jupyter_folder())
    url = f"{page.url}lab?token={page.token}" if page else ""
    lab = detached.current()
    if lab is None:
        return Status(running=False, lost=lab_daemon.was_lost(), jupyter=url)
    version = lab_daemon.version(lab)
    containers = lab_daemon.ask(lab, lambda client: len(client.api.containers()))
    ports = lab.local_ports()
    return Status(
        running=True,
        engine=lab.kind,
        docker_host=lab.host,
        docker_version=version,
        containers=containers,
        shares=[str(share) for share in lab.shares],
        refused_ports=ports.refused,
        ports_elsewhere=ports.elsewhere,
        jupyter=url,
    )


def _lines(now: Status) -> list[str]:
    lines = []
    if now.running:
        lines.append(
            _("Lab daemon: Docker {version}, {kind} engine, {count} running containers.").format(
                version=now.docker_version, kind=now.engine, count=now.containers
            )
        )
        lines.append(f"  DOCKER_HOST={now.docker_host}")
        lines += [_("  shared folder: {path}").format(path=path) for path in now.shares]
        ports = LocalPorts(refused=now.refused_ports, elsewhere=now.ports_elsewhere)
        lines += [f"  {warning}" for warning in ports.warnings()]
    elif now.lost:
        lines.append(_("The lab daemon has ended (killed, or the machine restarted). Start it on its data: drydock up"))
    else:
        lines.append(_("No lab daemon is running. Start one: drydock up"))
    if reset_mark() is not None:
        # A class server's JupyterLab is not ours to name, and no other one is wanted.
        return lines
    lines.append(_("JupyterLab: {url}").format(url=now.jupyter or _("not running; open a lab: drydock lab")))
    return lines
