"""The charts of the labs. Each shows itself as the last value of a cell; ``.text`` is the same in words.

    charts.layers("img:a", "img:b")
    charts.network_map()
    charts.volume_map()
    recording = charts.record_health("web"); recording.wait("healthy", within=15); recording.show()
    memory = charts.record_memory("hungry"); memory.wait_exit(within=20); memory.show()
    cpu = charts.record_cpu("busy", seconds=2); cpu.show()

They ask the daemon that DOCKER_HOST names, which a lab's first cell sets. docs/charts.md shows each.
"""

from __future__ import annotations

from grader.charts.chart import Chart
from grader.charts.cpu import CpuRecording
from grader.charts.lab_docker import NotThere, ask, lab_host
from grader.charts.layers import layers_chart, read_layers
from grader.charts.memory import MemoryRecording
from grader.charts.networks import network_chart, read_networks
from grader.charts.record_health import HealthRecording
from grader.charts.volumes import read_volumes, volume_chart
from grader.i18n import _


def layers(*images: str) -> Chart:
    """The layers of images as stacked bars on one scale, with the instruction that made each. Raises NotThere."""
    if not images:
        raise NotThere(_("Which image? For instance: charts.layers('drydock/python:3')"))
    return layers_chart(ask(lambda daemon: read_layers(daemon, images)))


def network_map(*containers: str) -> Chart:
    """The networks in use, who is on them, with addresses and the names that each network's DNS knows.

    With names only these containers and the networks they are on. Raises NotThere.
    """
    return network_chart(ask(lambda daemon: read_networks(daemon, containers)))


def volume_map(*containers: str) -> Chart:
    """Volumes, host folders and tmpfs, and where which container sees them.

    With names only these containers and what they mount. Raises NotThere.
    """
    return volume_chart(ask(lambda daemon: read_volumes(daemon, containers)))


def record_health(container: str) -> HealthRecording:
    """Record a container's health from its last start on, until ``.stop()``. Raises NotThere.

    ``.wait("healthy", within=15)`` waits for a state, ``.show()`` shows the timeline.
    """
    host = lab_host()
    return HealthRecording(container, host).begin()


def record_memory(container: str, *, start: bool = False) -> MemoryRecording:
    """Record a container's memory against its limit until it ends. Raises NotThere.

    ``start=True`` records from the first moment: it starts the container, which was made with `docker create`.
    ``.wait_exit(within=20)`` waits for the end and returns the exit code, ``.show()`` shows the curve.
    """
    return MemoryRecording(container, lab_host(), start=start).begin()


def record_cpu(*containers: str, seconds: float = 2.0) -> CpuRecording:
    """Record the CPU time that running containers get, for so many seconds. Raises NotThere.

    ``.show()`` waits until it is over and shows it; ``.mean`` has the averages.
    """
    if not containers:
        raise NotThere(_("Which container? For instance: charts.record_cpu('web', seconds=2)"))
    return CpuRecording(containers, lab_host(), seconds=seconds).begin()
