"""Whose gate lives, by its lock, and that nobody else is taken for it; what one that was killed has left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from grader.classroom.places import ClassFolder, StudentFolder
from grader.classroom.running import end_gate, gate_of, stop_all
from grader.locks import unowned

_GATE = "import sys; from pathlib import Path; from grader.locks import own; own(Path(sys.argv[1])); print(); input()"


def test_a_number_that_another_process_has_by_now_is_no_gates(tmp_path: Path) -> None:
    student = StudentFolder(tmp_path)
    assert gate_of(student) is None
    gate, other = (
        subprocess.Popen([sys.executable, "-c", code, student.lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for code in (_GATE, "input()")
    )
    try:
        assert gate.stdout is not None and gate.stdout.readline()
        assert gate_of(student) == gate.pid
        # Somebody has the lock; its number is from before.
        student.lock.write_text(str(other.pid))
        assert gate_of(student) is None
        end_gate(student)
        student.lock.write_text(str(gate.pid))
        end_gate(student)
        assert gate.wait(60) < 0 and other.poll() is None
        assert gate_of(student) is None
        with unowned(student.lock) as free:
            assert free
            # Who only asks.
            assert gate_of(student) is None
    finally:
        for process in (gate, other):
            process.kill()
            process.communicate()


def test_what_a_killed_gate_did_not_carry_is_carried_at_the_classes_end(tmp_path: Path) -> None:
    """Whoever never comes again has no other gate."""
    place = ClassFolder(tmp_path)
    for folder in (place.inbound, place.outbound / "01-first"):
        folder.mkdir(parents=True)
    for name in ("ada", "bob"):
        student = StudentFolder(place.students / name)
        hand_in = student.outbox / f"{name}+01-first+2020-01-01 00:00:00.000000 UTC+x"
        hand_in.mkdir(parents=True)
        student.feedback.mkdir()
        (hand_in / "01-first.ipynb").write_text(name)
        hand_in.chmod(0o777)
    # What is in one's way is in no other's.
    (place.students / "aaa").mkdir()
    assert stop_all(place) == 0
    assert sorted(path.read_text() for path in place.inbound.glob("*/*.ipynb")) == ["ada", "bob"]
