"""The stumbles of a first hour: one sentence each in a lab's kernel, and the same errors as ever for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

import grader.jupyter

pytestmark = pytest.mark.timeout(600)
_SECONDS = 300


@dataclass(frozen=True)
class Kernel:
    """A kernel of the kind that students type in, started here."""

    manager: KernelManager
    client: BlockingKernelClient

    def run(self, source: str, *, interrupt_at: str = "") -> tuple[str, dict[str, Any]]:
        """What a cell printed, and its error. With ``interrupt_at``, ■ is pressed once it has printed that."""
        wanted = self.client.execute(source)
        printed, error = "", {}
        while True:
            message = self.client.get_iopub_msg(timeout=_SECONDS)
            content = message["content"]
            if message["parent_header"].get("msg_id") != wanted:
                continue
            if message["msg_type"] == "stream":
                printed += content["text"]
                if interrupt_at and interrupt_at in printed:
                    interrupt_at = ""
                    self.manager.interrupt_kernel()
            elif message["msg_type"] == "error":
                error = content
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return printed, error


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """The kernel that a lab's notebook gets in `drydock lab`, before any cell has run."""
    data = Path(grader.jupyter.__file__).parent / "data"
    specs = KernelSpecManager(kernel_dirs=[str(data / "kernels")])
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs)
    assert "--ext=grader.jupyter.plain_errors" in specs.get_kernel_spec("python3").argv
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    manager.start_kernel(cwd=str(tmp_path_factory.mktemp("lab")), env={**os.environ, "PATH": path})
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=_SECONDS)
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def one_sentence(error: dict[str, Any], kind: str) -> str:
    """The traceback, which is one line; the exception under it is the one that Python raised."""
    assert error["ename"] == kind
    (line,) = error["traceback"]
    assert "\n" not in line
    return str(line)


def test_a_check_before_the_notebook_is_connected(kernel: Kernel) -> None:
    _, error = kernel.run('with check.task("hello", hint="Look.") as t:\n    t.container("hello").is_running()')
    assert "run its first code cell" in one_sentence(error, "NameError")
    assert error["evalue"] == "name 'check' is not defined"


def test_a_command_without_bash_above_it(kernel: Kernel) -> None:
    for source in ("docker ps -a", "# start it\ndocker run --name web drydock/busybox:1 true"):
        _, error = kernel.run(source)
        assert "write %%bash as the cell's first line" in one_sentence(error, "SyntaxError")


def test_a_failing_script_has_one_line_below_its_own_words(kernel: Kernel) -> None:
    printed, error = kernel.run("%%bash\necho no such thing >&2\nexit 125")
    assert printed == "no such thing\n"
    assert one_sentence(error, "CalledProcessError").startswith("The last command failed (exit code 125)")


def test_the_stop_button_on_a_hanging_script(kernel: Kernel) -> None:
    """The shell ends only after its child, which IPython doesn't wait for."""
    for source in ("%%bash\necho begun\nsleep 100\n", "%%bash\ntrap '' INT TERM\necho begun\nsleep 100\n"):
        printed, error = kernel.run(source, interrupt_at="begun\n")
        assert "Stopped by ■" in one_sentence(error, "CalledProcessError")
        assert "%d format" not in printed + str(error)


def test_the_stop_button_on_python(kernel: Kernel) -> None:
    _, error = kernel.run("import time\nprint('begun', flush=True)\ntime.sleep(100)", interrupt_at="begun\n")
    assert "Stopped by ■" in one_sentence(error, "KeyboardInterrupt")


NO_REGISTRY = 'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 192.0.2.53:53: refused'


@pytest.mark.parametrize(
    "said",
    [
        f"Unable to find image 'ngnix:1' locally\ndocker: Error response from daemon: {NO_REGISTRY}",
        f"ERROR: failed to solve: ngnix:1: failed to resolve source metadata for it: {NO_REGISTRY}",
    ],
)
def test_an_image_that_nobody_has(kernel: Kernel, said: str) -> None:
    """The daemon's own words (26.1, `docker run` and `docker build`), but for the registry's name."""
    printed, error = kernel.run(f"%%bash\ncat >&2 <<'END'\n{said}\nEND\nexit 125")
    assert printed == said.replace(NO_REGISTRY, "no registry answers.") + "\n"
    assert one_sentence(error, "CalledProcessError").startswith("There is no image ngnix:1 on your lab daemon")
    printed, error = kernel.run(f"%%bash\ncat <<'END'\n{said}\nEND")
    assert (printed.splitlines()[-1].startswith("There is no image ngnix:1"), error) == (True, {})
    assert "There is no image" not in kernel.run("print('all is well')")[0]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            'docker: Error response from daemon: Conflict. The container name "/web" is already in use by container '
            '"c96d143edb57". You have to remove (or rename) that container to be able to reuse that name.',
            "There is a container web already. docker rm -f web removes it",
        ),
        (
            "docker: Error response from daemon: driver failed programming external connectivity on endpoint web2 "
            "(c928dd6d87b5): Bind for 0.0.0.0:8080 failed: port is already allocated.",
            "Port 8080 is taken by another container: docker ps shows by which. The new container is there,",
        ),
        (
            "docker: Error response from daemon: Minimum memory limit allowed is 6MB.",
            "A number alone is in bytes: give the limit its unit, as in 64m.",
        ),
        (
            "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI "
            'runtime create failed: runc create failed: unable to start container process: exec: "--name": executable '
            "file not found in $PATH: unknown.",
            "--name stands behind the image, where the container's command stands: options come before the image.",
        ),
    ],
)
def test_a_mistake_that_docker_puts_into_words_of_its_own(kernel: Kernel, said: str, sentence: str) -> None:
    """The daemon's own words (26.1) stay, and the sentence stands in the place of "the last command failed"."""
    printed, error = kernel.run(f"%%bash\ncat >&2 <<'END'\n{said}\nEND\nexit 125")
    assert printed == f"{said}\n"
    assert one_sentence(error, "CalledProcessError").startswith(sentence)


def test_a_port_that_is_taken_when_a_container_is_started_again(kernel: Kernel) -> None:
    """No container is new then; and whoever only looks at it isn't told by us what the lab asks."""
    refused = "(c928): Bind for 0.0.0.0:8085 failed: port is already allocated"
    _, error = kernel.run(f"%%bash\necho 'Error response from daemon: driver failed {refused}' >&2; exit 1")
    assert one_sentence(error, "CalledProcessError").endswith("docker ps shows by which.")
    printed, error = kernel.run(f"!echo 'created: driver failed {refused}'")
    assert (printed.strip(), error) == (f"created: driver failed {refused}", {})


def test_an_image_that_a_registry_of_ones_own_has(kernel: Kernel) -> None:
    assert "There is no image" not in kernel.run("!echo \"Unable to find image 'localhost:5000/a' locally\"")[0]


def test_a_wrong_name_of_an_answer(kernel: Kernel) -> None:
    _, error = kernel.run("from grader.checks.task import Checks\nChecks().answer('Exit Code', 1)")
    assert one_sentence(error, "AuthorError").startswith("That can't be: an answer's name must be like a task's")


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        ("NotFound('404 Client Error', explanation='No such container: web')", "Docker says: No such container: web."),
        (
            """APIError('409 Client Error', explanation='Conflict. The container name "/web" is already in use')""",
            "There is a container web already. docker rm -f web removes it",
        ),
        (
            "APIError('500 Server Error: (\"driver failed: Bind for 0.0.0.0:81 failed: port is already allocated\")')",
            "Port 81 is taken by another container: docker ps shows by which.",
        ),
        (
            f"ImageNotFound('500 for http+docker://create?fromImage=ngnix&tag=1', explanation='{NO_REGISTRY}')",
            "There is no image ngnix on your lab daemon",
        ),
    ],
)
def test_what_docker_says_to_python(kernel: Kernel, raised: str, sentence: str) -> None:
    """As docker-py raises it: with it, four tracebacks of requests and urllib3 came."""
    printed, error = kernel.run(f"from docker.errors import *\nraise {raised}")
    assert one_sentence(error, raised.partition("(")[0]).startswith(sentence)
    assert printed == ""


REPORT = """
from grader.checks.errors import CheckFailed
from grader.report.verdicts import Status, TaskReport, Verdict
raise CheckFailed(TaskReport("web", "Web", "h", (Verdict(Status.FAILED, "A runs"),)))
"""


def test_a_failed_check_shows_nothing_more_and_has_failed(kernel: Kernel) -> None:
    """The report stands above it. Who runs cells by a program goes by the kernel's reply."""
    printed, error = kernel.run(REPORT)
    assert (printed, error) == ("", {})
    reply = kernel.client.execute_interactive(REPORT, timeout=_SECONDS, output_hook=lambda message: None)["content"]
    assert (reply["status"], reply["ename"]) == ("error", "CheckFailed")
    assert reply["traceback"] == [f"CheckFailed: {reply['evalue']}"]


def test_other_errors_are_pythons_own(kernel: Kernel) -> None:
    for source, kind in (("1 / 0", "ZeroDivisionError"), ("x = = 2", "SyntaxError"), ("weather", "NameError")):
        _, error = kernel.run(source)
        assert error["ename"] == kind
        assert len("".join(error["traceback"]).splitlines()) > 2
    _, error = kernel.run("check = 1\nchekc")
    assert error["evalue"].startswith("name 'chekc' is not defined")
