"""The real ``drydock author check`` over the tiny course, on real daemons: a sound course, then a broken one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course.labs import Course

_DRYDOCK = Path(sys.executable).parent / "drydock"
pytestmark = [pytest.mark.daemon, pytest.mark.deep]


def _author(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_DRYDOCK, "author", *words],
        cwd=course.root,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def _edit(course: Course, grade_id: str, source: str) -> None:
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            cell["source"] = source
    path.write_text(json.dumps(notebook))


def test_a_sound_course_is_proved(course: Course, tmp_path: Path) -> None:
    assert _author(course, "release").stdout == "made   labs/00-tiny\n"
    done = _author(course, "check", "--runs", "1", "--json", str(tmp_path / "proof.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every lab is sound." in done.stdout
    proof = json.loads((tmp_path / "proof.json").read_text())
    (lab,) = proof["labs"]
    assert "00-tiny: mutants: none on record" in done.stdout
    assert (lab["mutants"]["run"], lab["mutants"]["outdated"]) == (0, False)
    assert {case["name"]: case["holds"] for case in lab["cases"]} == {
        "blank": True,
        "solution": True,
        "hello/wrong-ends-at-once": True,
        "hello/wrong-name": True,
        "hello/right-create-start": True,
        "site/wrong-no-label": True,
        "site/wrong-value": True,
    }


def _add_prediction(course: Course, observe: str) -> None:
    """Before the tiny lab's experiment."""
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text())
    cells = notebook["cells"]
    at = next(number for number, cell in enumerate(cells) if cell["id"] == "try")
    asked = {"cell_type": "markdown", "id": "asked", "metadata": {}, "source": "Which name?\n\n1. hello\n2. none"}
    source = f'check.predict("name", {observe})'
    predict = {"cell_type": "code", "id": "name", "metadata": {}, "source": source, "outputs": []}
    cells[at:at] = [asked, {**predict, "execution_count": None}]
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize(
    ("observe", "says"),
    [
        ('lambda seen: seen.says("^hello$")', "Every lab is sound."),
        ("lambda seen: 3", "the outcome of the prediction name is 3, and not one of its 2 choices"),
        ('lambda seen: seen.read("gull")', "the experiment does not show the outcome of the prediction name"),
    ],
)
def test_the_outcome_of_a_prediction_is_one_of_its_choices(course: Course, observe: str, says: str) -> None:
    _add_prediction(course, observe)
    _author(course, "release")
    done = _author(course, "check", "--runs", "1", "--solution")
    assert says in " ".join(done.stdout.split()), done.stdout + done.stderr
    assert (done.returncode == 0) == (says == "Every lab is sound.")


def test_a_cell_has_the_time_in_the_proof_that_it_has_in_grading(course: Course) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.Drydock.cell_seconds = 8\n")
    slow = course.source / "00-tiny" / "answers" / "hello" / "right-slow.sh"
    slow.write_text("sleep 600\ndocker run -d --name hello drydock/busybox:1 sleep 600\n")
    _author(course, "release")
    done = _author(course, "check", "--task", "hello")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "right-slow.sh" in done.stdout
    assert "Make it shorter: a cell has 8 s." in done.stdout


def test_what_is_wrong_is_said_with_what_to_do(released: Course) -> None:
    answers = released.source / "00-tiny" / "answers"
    (answers / "hello" / "wrong-name.sh").write_text(
        "# expect: hello\ndocker run -d --name hello drydock/busybox:1 sleep 600\n"
    )
    (answers / "hello" / "wrong-ends-at-once.sh").write_text(
        "# expect: banana\ndocker run -d --name hello drydock/busybox:1 true\n"
    )
    (answers / "hello" / "right-create-start.py").write_text("print('I did nothing')\n")
    (answers / "hello" / "wrong-unseen.sh").write_text(
        "# expect: /data\ndocker run -d --name hello -v /data drydock/busybox:1 sleep 600\n"
    )
    _edit(released, "site-answer", "%%bash\n### BEGIN SOLUTION\necho no good >&2; exit 3\n### END SOLUTION")
    _edit(
        released,
        "site",
        'with check.task("site", hint="Build it.", needs=("hello",)) as t:\n    t.volume("prepared").exists()',
    )
    running = 't.container("hello").is_running()\n    t.image("drydock/busybox:1").exists()'
    running += '\n    ### BEGIN HIDDEN TESTS\n    t.container("hello").has_no_mounts()\n    ### END HIDDEN TESTS'
    _edit(released, "hello", f'with check.task("hello", hint="Run it.") as t:\n    {running}')
    done = _author(released, "check", "--runs", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    for words in (
        "blank: hello The untouched task earns 33% of its points. → Add .as_before()",
        "wrong-name.sh A wrong answer passes.",
        "wrong-ends-at-once.sh It fails, but not with “banana”.",
        "wrong-unseen.sh A wrong answer passes (without its hidden tests). → Show what the text asks for",
        "right-create-start.py A right answer does not pass.",
        "It does not say why hello/wrong-unseen is wrong.",
        "solution: site The task passes although nothing was typed (with only the tasks before it solved).",
        "solution: site-answer The cell “site-answer” ends with an error.",
        "site/wrong-value.sh A wrong answer passes.",
        "labs/00-tiny/00-tiny.ipynb The release is not what the source makes. → drydock author release",
        "no good",
        "Then run: drydock author check 00-tiny",
    ):
        assert words in said, done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_task_earns_nothing_by_what_the_tasks_before_it_did(course: Course) -> None:
    """The blank release can't show it: there the task is blocked."""
    before = 't.volume("prepared").exists()'
    label = 't.image("tiny/site:1").has_label("course", "drydock")'
    _edit(
        course,
        "site",
        f'with check.task("site", hint="Build it.", needs=("hello",)) as t:\n    {before}\n    {label}',
    )
    _author(course, "release")
    done = _author(course, "check", "--runs", "1", "--solution")
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    earns = "The untouched task earns 50% of its points (with only the tasks before it solved)."
    assert f"solution: site {earns} → Add .as_before()" in said, done.stdout
    assert "blank: site" not in said


def test_an_unreadable_lab_is_a_finding(course: Course) -> None:
    (course.source / "01-broken").mkdir()
    (course.source / "01-broken" / "01-broken.ipynb").write_text("this is not JSON")
    done = _author(course, "check", "01")
    assert done.returncode == 1
    assert "01-broken.ipynb is not a notebook" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--task", "hello", "--task", "nosuch"], "No task is called nosuch in 00-tiny."),
        (["--task", "hello", "--brief"], "try no answers"),
        (["--task", "hello", "--solution"], "try no answers"),
        (["--json", "/dev/null/proof.json"], "/dev/null/proof.json can't be written"),
        (["--json", "."], "is a directory"),
    ],
)
def test_what_would_be_lost_or_untried_is_refused_before_anything_runs(
    released: Course, words: list[str], says: str
) -> None:
    done = _author(released, "check", *words)
    assert done.returncode in (2, 3)
    assert says in " ".join(done.stderr.split()), done.stderr
    assert "Traceback" not in done.stderr and "sound" not in done.stdout


def test_what_fails_only_in_company_is_judged_alone(course: Course, tmp_path: Path) -> None:
    """A wrong answer that takes the name of another task's container; both share a daemon, the second one suffers."""
    _add_task(course, "other")
    answers = course.source / "00-tiny" / "answers"
    (answers / "other").mkdir()
    run_other = "docker run -d --name other drydock/busybox:1 "
    (answers / "other" / "right-run.sh").write_text(f"{run_other}sleep 600\n")
    (answers / "other" / "wrong-ends.sh").write_text(f"# expect: other\n{run_other}true\n")
    (answers / "other" / "wrong-nothing.sh").write_text("# expect: other\ntrue\n")
    with (answers / "reasons.toml").open("a") as reasons:
        reasons.write('[other]\n"wrong-ends" = "It ends at once."\n"wrong-nothing" = "Nothing was run."\n')
    for name in ("wrong-name", "wrong-ends-at-once"):
        (answers / "hello" / f"{name}.sh").write_text(f"# expect: hello\n{run_other}sleep 600\n")
    company, shared = _cases(course, tmp_path / "company.json")
    alone, own = _cases(course, tmp_path / "alone.json", "--alone")
    assert company == alone
    assert len(alone) == own == 10
    assert all(company.values())
    # hello's three answers take other's along; where that one fails, it has one more daemon.
    assert 7 < shared <= 10


def _add_task(course: Course, name: str) -> None:
    """A copy of the task “hello” that needs nothing and is about another container."""
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text())
    text = json.dumps([cell for cell in notebook["cells"] if "hello" in str(cell["metadata"])])
    notebook["cells"] += json.loads(text.replace("hello", name))
    path.write_text(json.dumps(notebook))


def _cases(course: Course, report: Path, *options: str) -> tuple[dict[str, bool], int]:
    """Which cases hold, and how many daemons it took."""
    _author(course, "release")
    done = _author(course, "check", "--runs", "1", "--json", str(report), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    (lab,) = json.loads(report.read_text())["labs"]
    return {case["name"]: case["holds"] for case in lab["cases"]}, lab["daemons"]


@pytest.fixture
def runtime() -> Iterator[Path]:
    """The path of a socket has 107 bytes at most (unix(7)), and an engine's root must reach it: none of pytest's."""
    with tempfile.TemporaryDirectory(prefix="dd-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_one_ctrl_c_ends_it_and_leaves_nothing(released: Course, runtime: Path) -> None:
    _edit(released, "hello-answer", "import time\ntime.sleep(50)")
    # A shell that starts tests in the background makes them, and what they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    proof = subprocess.Popen(
        [_DRYDOCK, "author", "check", "--task", "hello", "--alone"],
        cwd=released.root,
        env={**os.environ, "DRYDOCK_RUNTIME": str(runtime)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not any(runtime.glob("*/s/docker.sock")):
        assert proof.poll() is None, proof.communicate()[1]
        time.sleep(0.05)
    proof.send_signal(signal.SIGINT)
    _out, errors = proof.communicate(timeout=300)
    assert proof.returncode == 1 and "Aborted!" in errors and "Traceback" not in errors
    assert not any(path.is_dir() for path in runtime.iterdir())
