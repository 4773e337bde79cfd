"""`drydock check LAB --fresh`: what it foretells is what `drydock grade` gives, and why it isn't what was seen live."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from student_desk import DRYDOCK, Desk, Done

from grader.autograde.settings import Drydock
from grader.sandbox.sandbox import SandboxSupply

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(1200)]
LAB = "00-tiny"
RUN = "!docker run -d --name hello drydock/busybox:1 sleep 600"
SITE = "%%bash\nprintf 'FROM drydock/busybox:1\\nLABEL course=drydock\\n' | docker build -q -t tiny/site:1 -"
#: The first run only gives an image another name; the second makes the container.
TWICE = f"%%bash\nif docker image inspect tiny/once; then {RUN[1:]}; else docker tag drydock/busybox:1 tiny/once; fi"
FULL = {"hello": 2.0, "site": 3.0}


@dataclass(frozen=True)
class OpenNotebook:
    """The student's copy of the tiny lab in a kernel, driven as JupyterLab does: with the cells' ids."""

    file: Path
    client: BlockingKernelClient

    def type(self, cell: str, source: str) -> None:
        """Replace what is in a cell, and save."""
        content = self._content()
        next(raw for raw in content["cells"] if raw["id"] == cell)["source"] = source
        self.file.write_text(json.dumps(content))

    def remove(self, cell: str) -> None:
        content = self._content()
        content["cells"] = [raw for raw in content["cells"] if raw["id"] != cell]
        self.file.write_text(json.dumps(content))

    def add(self, cell: str, source: str) -> None:
        content = self._content()
        raw = {"cell_type": "code", "id": cell, "metadata": {}, "outputs": [], "execution_count": None}
        content["cells"].insert(2, {**raw, "source": source})
        self.file.write_text(json.dumps(content))

    def run(self, *cells: str) -> list[dict[str, Any]]:
        """Run cells as they are saved; the outputs of the last one."""
        outputs: list[dict[str, Any]] = []
        for cell in cells:
            source = next(raw["source"] for raw in self._content()["cells"] if raw["id"] == cell)
            outputs = self.execute(cell, source if isinstance(source, str) else "".join(source))
        return outputs

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.file.read_text())
        return content

    def execute(self, cell: str, source: str) -> list[dict[str, Any]]:
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(message)
        wanted, outputs = message["header"]["msg_id"], []
        while True:
            said = self.client.get_iopub_msg(timeout=600)
            if said["parent_header"].get("msg_id") != wanted:
                continue
            if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                return outputs
            outputs.append({"type": said["msg_type"], **said["content"]})


@contextmanager
def opened(desk: Desk) -> Iterator[OpenNotebook]:
    """A fresh daemon, a fresh copy of the lab, a fresh kernel."""
    done = desk.drydock("reset")
    assert done.returncode == 0, done.stderr
    folder = desk.root / "workspace" / "labs" / LAB
    shutil.rmtree(folder.parent.parent, ignore_errors=True)
    shutil.copytree(desk.root / "labs" / LAB, folder)
    (desk.root / "workspace" / ".progress").mkdir()
    manager = KernelManager(kernel_name="python3")
    environment = {**desk.environment, "PATH": f"{DRYDOCK.parent}:{desk.environment['PATH']}"}
    manager.start_kernel(cwd=str(folder), env=environment)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=600)
    try:
        notebook = OpenNotebook(folder / f"{LAB}.ipynb", client)
        notebook.run("connect")
        yield notebook
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@dataclass(frozen=True)
class Marks:
    """Points by task: seen live, foretold by the rehearsal, given by grading; and what the rehearsal said."""

    live: Mapping[str, float]
    rehearsed: Mapping[str, float]
    graded: Mapping[str, float]
    text: str
    code: int


def marks(desk: Desk) -> Marks:
    """What was earned live, what the rehearsal foretells, and what handing in the folder as it lies there earns."""
    before = _seen(desk)
    done = desk.drydock("check", LAB, "--fresh", "--json")
    assert done.stdout, done.stderr
    assert _seen(desk) == before, "the rehearsal touched the student's daemon or files"
    outcome = json.loads(done.stdout)
    return Marks(
        {task["task"]: task["live_points"] for task in outcome["tasks"]},
        {task["task"]: task["rehearsed_points"] for task in outcome["tasks"]},
        _graded(desk),
        outcome["text"],
        done.returncode,
    )


def _seen(desk: Desk) -> tuple[str, dict[str, tuple[int, bytes]]]:
    folder = desk.root / "workspace" / "labs" / LAB
    files = {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    return desk.docker("ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}").stdout, files


def _graded(desk: Desk) -> dict[str, float]:
    handed_in = desk.root / "submitted" / "ada" / LAB
    shutil.rmtree(handed_in, ignore_errors=True)
    shutil.copytree(desk.root / "workspace" / "labs" / LAB, handed_in)
    report = desk.root / "report.json"
    done = desk.drydock("grade", LAB, "--jobs", "1", "--report", str(report))
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = json.loads(report.read_text())
    return {check["name"]: check["score"] for check in record["checks"]}


@pytest.fixture(scope="module")
def course(desk: Desk) -> Desk:
    """The tiny course, entered in its gradebook."""
    done = desk.run([str(DRYDOCK.parent / "nbgrader"), "generate_assignment", LAB], PATH=_path(desk))
    assert done.returncode == 0, done.stderr
    done = desk.drydock("up")
    assert done.returncode == 0, done.stderr
    return desk


def _path(desk: Desk) -> str:
    return f"{DRYDOCK.parent}:{desk.environment['PATH']}"


def test_a_right_notebook_has_the_same_marks_live_rehearsed_and_graded(course: Desk) -> None:
    with opened(course) as notebook:
        notebook.type("hello-answer", RUN)
        notebook.type("site-answer", SITE)
        notebook.run("hello-answer", "hello", "site-setup", "site-answer", "site")
        found = marks(course)
    assert found.live == found.rehearsed == found.graded == FULL
    assert found.code == 0
    assert "Rehearsed: 2 of 2 tasks passed, 5 of 5 points. Live: 5." in found.text


def test_who_gives_a_known_wrong_answer_reads_why_it_is_wrong_live_and_rehearsed(course: Desk) -> None:
    with opened(course) as notebook:
        notebook.type("hello-answer", RUN.replace("sleep 600", "true"))
        (live,) = _tables(notebook.run("hello-answer", "hello"))
        done = course.drydock("check", LAB, "--fresh", "--json", "--task", "hello")
    why = "Another one: `true` ends at once, and a container ends with its command."
    assert why in live["text/plain"]
    assert "true</code> ends at once, and a container ends with its command." in live["text/html"]
    (hello,) = json.loads(done.stdout)["tasks"]
    assert why in hello["reasons"]


def test_a_text_replaced_after_its_check_passed_and_a_cell_that_ran_twice(course: Desk) -> None:
    with opened(course) as notebook:
        notebook.type("hello-answer", TWICE)
        notebook.type("site-answer", SITE)
        notebook.run("hello-answer", "hello-answer", "hello", "site-setup", "site-answer", "site")
        notebook.type("site-answer", "!docker image ls")
        notebook.run("site-answer")
        found = marks(course)
    assert found.live == FULL
    assert found.rehearsed == found.graded == {"hello": 0.0, "site": 0.0}
    assert found.code == 1
    assert "Rehearsed: Container hello is running — there is no container named hello" in found.text
    assert "Live, the cell hello-answer ran 2 times" in found.text
    assert "Live, the cell site-answer ran with another text at " in found.text
    assert f"“{SITE.splitlines()[1]}”" in found.text


def test_a_cell_that_is_gone_one_that_fails_from_the_top_and_a_changed_file(course: Desk) -> None:
    with opened(course) as notebook:
        folder = notebook.file.parent
        notebook.add("own", "open('helpers.py', 'w').write('harbour = 1')")
        notebook.type("hello-answer", f"from helpers import harbour\n{RUN}")
        notebook.run("own", "hello-answer", "hello")
        notebook.remove("own")
        (folder / "helpers.py").unlink()
        (folder / "site" / "index.html").write_text("mine\n")
        done = course.drydock("check", LAB, "--fresh", "--task", "hello")
    assert done.returncode == 1
    assert "hello  ✓ passed  ✗ failed  0 of 2 points" in done.stdout
    assert "The cell hello-answer above it failed: ModuleNotFoundError: No module named 'helpers'" in done.stdout
    assert "that is not in the notebook any more: “open('helpers.py'" in done.stdout
    assert "You changed site/index.html, which came with the lab" in done.stdout
    assert "site " not in done.stdout.partition("rehearsed")[2]


def test_a_cell_has_the_time_that_it_has_in_grading(course: Desk) -> None:
    config = course.root / "nbgrader_config.py"
    before = config.read_text()
    try:
        config.write_text(f"{before}\nc.Drydock.cell_seconds = 8\n")
        with opened(course) as notebook:
            # Less than a cell has where nobody says how much.
            notebook.type("hello-answer", f"%%bash\nsleep 40\n{RUN[1:]}")
            found = marks(course)
    finally:
        config.write_text(before)
    assert found.rehearsed["hello"] == found.graded["hello"] == 0
    assert "The cell took too long and was interrupted." in found.text


def test_from_the_notebooks_last_cell_and_what_is_not_saved(course: Desk) -> None:
    with opened(course) as notebook:
        course.docker("run", "-d", "--name", "hello", "drydock/busybox:1", "sleep", "600")
        notebook.run("hello")
        (typed,) = _tables(notebook.run("rehearse"))
        notebook.execute("hello-answer", RUN.replace("600", "700"))
        (unsaved,) = _tables(notebook.run("rehearse"))
    assert "hello  ✓ passed  ✗ failed" in typed["text/plain"]
    assert "perhaps it was done in a terminal" in typed["text/plain"]
    assert '<th scope="row"' in typed["text/html"]
    assert "0 of 5 points. Live: 2." in typed["text/plain"]
    assert "Ctrl-S" not in typed["text/plain"]
    assert "press Ctrl-S, then rehearse again" in unsaved["text/plain"]


def _tables(outputs: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [output["data"] for output in outputs if output["type"] == "display_data"]


def test_where_there_is_nothing_to_rehearse_it_is_one_sentence(course: Desk) -> None:
    shutil.rmtree(course.root / "workspace", ignore_errors=True)
    done: Done = course.drydock("check", LAB, "--fresh")
    assert done.returncode == 3
    assert done.stderr == f"Error: You have no copy of {LAB} yet.\nNext: drydock lab {LAB}\n"


def test_where_students_code_is_graded_nothing_is_rehearsed() -> None:
    settings = Drydock()
    with closing(SandboxSupply(settings.bounds(), settings.engine_kind())) as supply, supply.take() as sandbox:
        sandbox.kernel.run(f"from grader.notebook import connect\ncheck = connect('{LAB}')", 600)
        outcome = sandbox.kernel.run("check.rehearse()", 600)
    (output,) = outcome.outputs
    assert output.text.startswith("The grading is rehearsed in a student's own copy of the lab only")
