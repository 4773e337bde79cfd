"""What is in a student's folder is theirs in every way: what of it comes into the exchange, and as whose."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.coursedir import CourseDirectory

from grader.classroom import handin_quota, handins, receipts
from grader.classroom.gate import Gate, Order
from grader.classroom.places import ClassError, ClassFolder, StudentFolder, checked_name
from grader.classroom.untrusted_files import closing

_LAB = "01-first"
_OLD = "2020-01-01 00:00:00.000000 UTC"


@pytest.fixture
def place(tmp_path: Path) -> ClassFolder:
    place = ClassFolder(tmp_path / "class")
    for folder in (place.inbound, place.outbound / _LAB, place.feedback):
        folder.mkdir(parents=True)
    return place


def _student(place: ClassFolder, name: str) -> StudentFolder:
    student = StudentFolder(place.students / name)
    student.outbox.mkdir(parents=True)
    student.feedback.mkdir()
    return student


def _hand_in(student: StudentFolder, entry: str, secret: str = "s") -> Path:
    folder = student.outbox / entry
    folder.mkdir()
    (folder / f"{_LAB}.ipynb").write_text("work")
    (folder / "submission_secret.txt").write_text(secret)
    folder.chmod(0o777)
    return folder


def _receipts(student: StudentFolder) -> list[str]:
    """What the student reads of their hand-ins, the newest first, below the heading."""
    return (student.feedback / receipts.NAME).read_text().splitlines()[2:]


def _collected(place: ClassFolder) -> list[Path]:
    return sorted(place.inbound.iterdir())


def test_the_name_is_the_folders_and_the_time_the_arrivals(place: ClassFolder) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"bob+{_LAB}+{_OLD}+x")
    assert len(list(handins.collect(place, student, "ada"))) == 1
    (found,) = _collected(place)
    name, lab, time, _random = found.name.split("+")
    assert (name, lab) == ("ada", _LAB)
    assert time != _OLD and (found / "timestamp.txt").read_text() == time
    assert (found / f"{_LAB}.ipynb").read_text() == "work"
    assert list(student.outbox.iterdir()) == []
    assert list(handins.collect(place, student, "ada")) == []


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM, errno.EIO])
def test_what_the_machine_lacks_just_now_loses_no_hand_in(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    student = _student(place, "ada")
    waiting = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")

    def lacks(*_what: object, **_how: object) -> str:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch, pytest.raises(OSError, match=os.strerror(number)):
        patch.setattr(handins, "_take", lacks)
        list(handins.collect(place, student, "ada"))
    assert waiting.is_dir() and not (student.feedback / receipts.NAME).exists()
    list(handins.collect(place, student, "ada"))
    assert len(_collected(place)) == 1


def test_the_students_own_goes_when_a_power_cut_would_leave_ours(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On their disk the removal may be for good at once; on ours a file may be empty for half a minute."""
    student = _student(place, "ada")
    below = _hand_in(student, f"ada+{_LAB}+{_OLD}+x") / "folder"
    below.mkdir()
    (below / "data").write_text("more work")
    settled: dict[int, object] = {}

    def state(path: Path) -> tuple[int, object]:
        found = sorted(below.name for below in path.iterdir()) if path.is_dir() else path.stat().st_size
        return path.stat().st_ino, found

    monkeypatch.setattr(os, "fsync", lambda file: settled.update([state(Path(f"/proc/self/fd/{file}"))]))
    gone: list[int] = []

    def removed(_folder: int, _entry: str, _gone: str) -> None:
        (ours,) = _collected(place)
        paths = [place.inbound, ours, *ours.rglob("*")]
        wanted = dict(map(state, paths))
        assert {number: settled.get(number) for number in wanted} == wanted
        gone.append(len(paths))

    monkeypatch.setattr(handins, "_remove", removed)
    list(handins.collect(place, student, "ada"))
    # The exchange, the hand-in, its notebook, time and secret, a folder and what is in it.
    assert gone == [7]


def _seconds(place: ClassFolder) -> float:
    """The time of the only one that was collected."""
    (found,) = _collected(place)
    return datetime.strptime(found.name.split("+")[2], "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC).timestamp()


def test_our_delay_makes_nobody_late(place: ClassFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate was killed, the exchange's disk was full: carried two hours later, and at no other time than theirs."""
    student = _student(place, "ada")
    named = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    _hand_in(student, f"ada+{_LAB}+{named}+x")
    complete = (student.outbox / f"ada+{_LAB}+{named}+x").stat().st_ctime
    monkeypatch.setattr(handins, "_now", lambda: datetime.now(UTC) + timedelta(hours=2))
    list(handins.collect(place, student, "ada"))
    assert complete - 60 <= _seconds(place) <= complete


@pytest.mark.parametrize("changed", ["entry", "notebook", "folder", "file below"])
def test_what_was_changed_later_was_handed_in_later(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    """By a later time of the change, which is not a student's to set back, unlike the others."""
    student = _student(place, "ada")
    entry = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    below = entry / "folder"
    below.mkdir()
    (below / "file").touch()
    path = {"entry": entry, "notebook": entry / f"{_LAB}.ipynb", "folder": below, "file below": below / "file"}[changed]
    number, later, when = path.stat().st_ino, path.stat().st_ctime + 3600, handins._changed
    monkeypatch.setattr(handins, "_changed", lambda file: later if os.fstat(file).st_ino == number else when(file))
    monkeypatch.setattr(handins, "_now", lambda: datetime.now(UTC) + timedelta(hours=2))
    list(handins.collect(place, student, "ada"))
    assert _seconds(place) == pytest.approx(later, abs=0.001)


@pytest.mark.parametrize("gates", [1, 2])
def test_what_was_kept_somewhere_else_was_not_handed_in(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch, gates: int
) -> None:
    """Or somebody completes several in time, and shows one of them when the others' feedback is known."""
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    hidden, gate = student.outbox.with_name("hidden"), _gate(place)
    student.outbox.rename(hidden)
    gate._carry()
    before = gate._looked
    hidden.rename(student.outbox)
    monkeypatch.setattr(handins, "_changed", lambda _file: 0.0)
    if gates == 2:
        gate = _gate(place)
    gate._carry()
    assert _seconds(place) == pytest.approx(before, abs=0.001)


def test_a_disk_that_is_not_there_was_not_looked_at(place: ClassFolder) -> None:
    student = _student(place, "ada")
    student.disk.rename(student.path / "away")
    _gate(place)._carry()
    assert not student.looked.exists()
    (student.path / "away").rename(student.disk)
    _gate(place)._carry()
    assert student.looked.exists()


@pytest.mark.parametrize("kind", ["none", "no ASCII", "folder", "link", "long", "empty"])
def test_each_has_a_secret_that_nbgrader_can_read(place: ClassFolder, tmp_path: Path, kind: str) -> None:
    """Without one, or with one that is no text, `nbgrader release_feedback` would end for all."""
    student = _student(place, "ada")
    secret = _hand_in(student, f"ada+{_LAB}+{_OLD}+x") / "submission_secret.txt"
    secret.unlink()
    (tmp_path / "theirs").write_text("theirs")
    {
        "none": lambda: None,
        "no ASCII": lambda: secret.write_bytes(b"\xff\xfe"),
        "folder": secret.mkdir,
        "link": lambda: secret.symlink_to(tmp_path / "theirs"),
        "long": lambda: secret.write_text("x" * 1001),
        "empty": secret.touch,
    }[kind]()
    list(handins.collect(place, student, "ada"))
    (found,) = _collected(place)
    assert re.fullmatch("[0-9a-f]{128}", (found / "submission_secret.txt").read_text())


def test_what_is_just_small_enough_nbgrader_collects(place: ClassFolder) -> None:
    """One that it finds too large ends `nbgrader collect` for all."""
    student = _student(place, "ada")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    with (folder / "sparse").open("wb") as file:
        os.truncate(file.fileno(), handins._BYTES - len("work"))
    list(handins.collect(place, student, "ada"))
    (found,) = _collected(place)
    size = sum(path.stat().st_size for path in found.iterdir())
    assert handins._BYTES < size <= 1000 * CourseDirectory.max_dir_size.default_value


def test_no_link_is_followed_and_no_pipe_waited_for(place: ClassFolder, tmp_path: Path) -> None:
    student = _student(place, "ada")
    (tmp_path / "private").mkdir()
    (tmp_path / "private/key").write_text("secret")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    (folder / "link").symlink_to(tmp_path / "private/key")
    (folder / "folder").symlink_to(tmp_path / "private")
    (folder / "timestamp.txt").symlink_to(tmp_path / "private/key")
    os.mkfifo(folder / "pipe")
    list(handins.collect(place, student, "ada"))
    (found,) = _collected(place)
    assert {path.name for path in found.iterdir()} == {f"{_LAB}.ipynb", "submission_secret.txt", "timestamp.txt"}
    assert (tmp_path / "private/key").read_text() == "secret"


def test_what_cannot_be_copied_keeps_no_other_hand_in_waiting(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = _student(place, "ada")
    (_hand_in(student, f"ada+{_LAB}+{_OLD}+a") / "timestamp.txt").mkdir()
    broken, _later = _hand_in(student, f"ada+{_LAB}+{_OLD}+b"), _hand_in(student, f"ada+{_LAB}+{_OLD}+c")
    take = handins._take

    def gone_meanwhile(inbound: int, outbox: int, entry: str, *more: Any, **named: Any) -> str:
        if entry == broken.name:
            raise FileNotFoundError(entry)
        return take(inbound, outbox, entry, *more, **named)

    monkeypatch.setattr(handins, "_take", gone_meanwhile)
    said = list(handins.collect(place, student, "ada"))
    assert [sentence.partition(":")[0] for sentence in said] == ["handed in", "not carried", "handed in"]
    assert len(_collected(place)) == 2 and list(student.outbox.iterdir()) == []
    assert "REFUSED" in _receipts(student)[1]


def test_an_outbox_that_is_a_link_is_none(place: ClassFolder) -> None:
    other, student = _student(place, "bob"), _student(place, "ada")
    handed_in = _hand_in(other, f"bob+{_LAB}+{_OLD}+x")
    student.outbox.rmdir()
    student.outbox.symlink_to(other.outbox)
    assert list(handins.collect(place, student, "ada")) == []
    assert handed_in.is_dir() and _collected(place) == []


def test_a_hand_in_that_is_a_link_stays_where_it_is(place: ClassFolder, tmp_path: Path) -> None:
    student = _student(place, "ada")
    private = tmp_path / "private"
    private.mkdir()
    private.chmod(0o777)
    (student.outbox / f"ada+{_LAB}+{_OLD}+x").symlink_to(private)
    assert list(handins.collect(place, student, "ada")) == []
    assert private.is_dir() and _collected(place) == []


@pytest.mark.parametrize("entry", ["ada", "ada+01-first", "ada+../../x+t+r", "ada+99-unknown+t+r", "+++", "ada++t+r"])
def test_names_that_nbgrader_would_not_write(place: ClassFolder, entry: str) -> None:
    student = _student(place, "ada")
    if "/" not in entry:
        (student.outbox / entry).mkdir(mode=0o777)
        (student.outbox / entry).chmod(0o777)
    assert handins._assignment(place, entry) is None
    assert list(handins.collect(place, student, "ada")) == []


def test_what_is_not_complete_waits(place: ClassFolder) -> None:
    student = _student(place, "ada")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    folder.chmod(0o755)
    assert list(handins.collect(place, student, "ada")) == []
    folder.chmod(0o777)
    assert len(list(handins.collect(place, student, "ada"))) == 1


def test_one_that_is_too_large_is_refused_whole(place: ClassFolder) -> None:
    student = _student(place, "ada")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    with (folder / "sparse").open("wb") as file:
        os.truncate(file.fileno(), 10**12)
    (said,) = handins.collect(place, student, "ada")
    assert said.startswith("refused")
    assert _collected(place) == [] and list(student.outbox.iterdir()) == []
    # nbgrader told them "Submitted as": here they read what became of it.
    assert f"{_LAB}: REFUSED, your teacher does not have it: it is larger than 99MB" in _receipts(student)[0]
    _hand_in(student, f"ada+{_LAB}+{_OLD}+y")
    list(handins.collect(place, student, "ada"))
    assert [line.endswith(f"{_LAB}: handed in") for line in _receipts(student)] == [True, False]
    for number in range(60):
        receipts.note(student, f"2030-01-01 00:00:{number:02}", _LAB, "handed in")
    assert len(_receipts(student)) == 50 and _receipts(student)[0].startswith("2030-01-01 00:00:59")


def test_names_and_times_with_line_ends_reach_neither_log_nor_exchange(place: ClassFolder) -> None:
    student = _student(place, "ada")
    now = datetime.now(UTC).strftime("%Y-%m-%d\n%H:%M:%S.%f\nUTC")
    _hand_in(student, f"ada+{_LAB}+{now}+x")
    large = _hand_in(student, f"x\nforged\x1b[2J\u202e+{_LAB}+{_OLD}+x")
    with (large / "sparse").open("wb") as file:
        os.truncate(file.fileno(), 10**12)
    said = list(handins.collect(place, student, "ada"))
    assert len(said) == 2
    (found,) = _collected(place)
    for text in (*said, found.name, (found / "timestamp.txt").read_text()):
        assert text.isprintable(), repr(text)


def _sized(student: StudentFolder, lab: str, size: int, entry: str = "x") -> None:
    folder = student.outbox / f"ada+{lab}+{_OLD}+{entry}"
    folder.mkdir()
    with (folder / "work").open("wb") as file:
        os.truncate(file.fileno(), size)
    folder.chmod(0o777)


def _kept(place: ClassFolder) -> list[tuple[str, int]]:
    """Lab and size of what is in the exchange, the oldest first."""
    found = sorted(_collected(place), key=lambda path: path.name.split("+")[2])
    return [(path.name.split("+")[1], (path / "work").stat().st_size) for path in found]


@pytest.fixture
def few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handin_quota, "BYTES", 1_000_000)


@pytest.mark.usefixtures("few_bytes")
def test_the_oldest_go_when_a_students_bytes_are_used_up_and_the_newest_never(place: ClassFolder) -> None:
    student, other = _student(place, "ada"), "02-second"
    (place.outbound / other).mkdir()
    # The first of each is never alone; sizes tell them apart.
    for number, (lab, size) in enumerate(
        [(_LAB, 200_001), (_LAB, 200_002), (other, 200_003), (_LAB, 200_004), (other, 200_005)]
    ):
        _sized(student, lab, size, str(number))
        list(handins.collect(place, student, "ada"))
    # Five are more than a million bytes with what folders and notes take: the first went.
    assert _kept(place) == [(_LAB, 200_002), (other, 200_003), (_LAB, 200_004), (other, 200_005)]
    _sized(student, _LAB, 700_000)
    list(handins.collect(place, student, "ada"))
    assert _kept(place) == [(other, 200_005), (_LAB, 700_000)]
    # Both that are there are the newest of their lab; a new one of the other lab takes its place.
    _sized(student, other, 500_000)
    (said,) = handins.collect(place, student, "ada")
    assert said.startswith("refused") and _kept(place) == [(other, 200_005), (_LAB, 700_000)]
    assert f"{other}: REFUSED" in _receipts(student)[0] and "more than 1MB" in _receipts(student)[0]
    _sized(student, other, 100_000)
    list(handins.collect(place, student, "ada"))
    assert _kept(place) == [(_LAB, 700_000), (other, 100_000)]


@pytest.mark.usefixtures("few_bytes")
def test_what_was_collected_stays(place: ClassFolder, tmp_path: Path) -> None:
    student, collected = _student(place, "ada"), tmp_path / "submitted"
    _sized(student, _LAB, 300_000)
    list(handins.collect(place, student, "ada", collected))
    # As nbgrader collects.
    shutil.copytree(_collected(place)[0], collected / "ada" / _LAB)
    for size in (300_001, 300_002, 300_003):
        _sized(student, _LAB, size)
        list(handins.collect(place, student, "ada", collected))
    assert _kept(place) == [(_LAB, 300_000), (_LAB, 300_002), (_LAB, 300_003)]
    _sized(student, _LAB, 800_000)
    (said,) = handins.collect(place, student, "ada", collected)
    assert said.startswith("refused") and len(_kept(place)) == 3


@pytest.mark.usefixtures("few_bytes")
def test_nothing_goes_and_nothing_is_refused_where_it_is_not_known_what_was_collected(place: ClassFolder) -> None:
    student = _student(place, "ada")
    for size in (400_000, 400_001, 400_002):
        _sized(student, _LAB, size, str(size))
        list(handins.collect(place, student, "ada", keep_all=True))
    assert len(_kept(place)) == 3 and "REFUSED" not in "".join(_receipts(student))


def test_files_without_a_byte_are_not_for_nothing(place: ClassFolder) -> None:
    folder = place.inbound / "ada+x"
    folder.mkdir()
    for number in range(10):
        (folder / str(number)).touch()
    with closing(os.open(place.inbound, os.O_RDONLY)) as inbound:
        assert handin_quota.size_of(inbound, "ada+x") == 11 * 4096


def test_what_a_teacher_removes_as_it_is_measured_takes_nothing(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    list(handins.collect(place, student, "ada"))
    names = handin_quota.names_in

    def tidied(folder: int) -> list[str]:
        found = names(folder)
        for entry in found:
            if entry.startswith("ada+"):
                shutil.rmtree(place.inbound / entry)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(handin_quota, "names_in", tidied)
        _hand_in(student, f"ada+{_LAB}+{_OLD}+y")
        (said,) = handins.collect(place, student, "ada")
    assert said.startswith("handed in") and _receipts(student)[0].endswith("handed in")


def test_of_one_lab_a_number_is_kept(place: ClassFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handin_quota, "NUMBER", 3)
    student = _student(place, "ada")
    bob = _student(place, "bob")
    _hand_in(bob, f"bob+{_LAB}+{_OLD}+x")
    list(handins.collect(place, bob, "bob"))
    for size in range(1, 6):
        _sized(student, _LAB, size)
        list(handins.collect(place, student, "ada"))
    assert [path.name.split("+")[0] for path in _collected(place)].count("bob") == 1
    assert sorted((path / "work").stat().st_size for path in place.inbound.glob("ada+*")) == [3, 4, 5]


def test_who_hands_in_without_end_is_looked_at_by_and_by(place: ClassFolder) -> None:
    student = _student(place, "ada")
    for number in range(7):
        _sized(student, _LAB, 1, str(number))
    assert [len(list(handins.collect(place, student, "ada"))) for _look in range(3)] == [5, 2, 0]


def test_feedback_goes_to_who_handed_in_and_to_nobody_else(place: ClassFolder) -> None:
    ada, bob = _student(place, "ada"), _student(place, "bob")
    for name, student in (("ada", ada), ("bob", bob)):
        _hand_in(student, f"{name}+{_LAB}+{_OLD}+x", secret=f"{name}s-secret")
        list(handins.collect(place, student, name))
    # As nbgrader's release_feedback names its pages.
    page = f"{hashlib.md5(f'adas-secret{_LAB}'.encode()).hexdigest()}.html"
    (place.feedback / page).write_text("well done")
    assert len(list(handins.bring_feedback(place, ada, "ada"))) == 1
    assert list(handins.bring_feedback(place, bob, "bob")) == []
    assert (ada.feedback / page).read_text() == "well done"
    assert list(handins.bring_feedback(place, ada, "ada")) == []


def test_a_page_that_a_power_cut_emptied_is_brought_again(place: ClassFolder) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x", secret="s")
    list(handins.collect(place, student, "ada"))
    name = f"{hashlib.md5(f's{_LAB}'.encode()).hexdigest()}.html"
    (place.feedback / name).write_text("well done")
    list(handins.bring_feedback(place, student, "ada"))
    page = student.feedback / name
    told = page.stat()
    page.write_text("")
    os.utime(page, ns=(told.st_mtime_ns, told.st_mtime_ns))
    assert len(list(handins.bring_feedback(place, student, "ada"))) == 1
    assert (page.read_text(), page.stat().st_mtime_ns) == ("well done", told.st_mtime_ns)
    # The other way round: what is whole stays.
    (place.feedback / name).write_text("")
    os.utime(place.feedback / name, ns=(told.st_mtime_ns, told.st_mtime_ns))
    assert list(handins.bring_feedback(place, student, "ada")) == [] and page.read_text() == "well done"


def test_a_page_that_is_released_while_we_copy_is_brought_next(place: ClassFolder) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    list(handins.collect(place, student, "ada"))
    page = place.feedback / f"{hashlib.md5(f's{_LAB}'.encode()).hexdigest()}.html"
    # Both before the copy of the first is written.
    for text, released in (("first", 1_000_000_000), ("second", 1_000_000_001)):
        page.write_text(text)
        os.utime(page, (released, released))
        assert len(list(handins.bring_feedback(place, student, "ada"))) == 1
        assert (student.feedback / page.name).read_text() == text


def _gate(place: ClassFolder) -> Gate:
    hub = {f"JUPYTERHUB_{what}_URL": "http://127.0.0.1:9/hub/api" for what in ("API", "ACTIVITY")}
    return Gate(Order(str(place.path), str(place.path / "course"), "ada", 0, environment=hub))


def test_nothing_that_is_handed_in_ends_the_gate(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    student = _student(place, "ada")
    folder = _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    # As an old zip file of another system unpacks "café".
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.ipynb")).write_text("work")
    page = f"{hashlib.md5(f's{_LAB}'.encode()).hexdigest()}.html"
    (place.feedback / page).write_text("well done")
    gate = _gate(place)
    gate._carry()
    assert (student.feedback / page).read_text() == "well done"

    def broken(*_arguments: object) -> Any:
        raise ValueError("whatever")
        yield

    monkeypatch.setattr(handins, "collect", broken)
    (place.feedback / page).write_text("very well done")
    gate._carry()
    assert "Not carried: whatever" in capfd.readouterr().err
    assert (student.feedback / page).read_text() == "very well done"


def test_what_a_killed_gate_was_copying_goes_and_nobody_elses(place: ClassFolder) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    list(handins.collect(place, student, "ada"))
    others = {path.name for path in _collected(place)} | {".ada.b.0123456789abcdef", ".bob.0123456789abcdef"}
    for name in (*others, ".ada.0123456789abcdef"):
        (place.inbound / name).mkdir(exist_ok=True)
    handins.forget_drafts(place, "ada")
    assert {path.name for path in place.inbound.iterdir()} == others


class _Killed(BaseException):
    pass


def test_of_what_a_killed_gate_was_removing_the_next_makes_no_hand_in(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x")

    def killed(entry: str, *, dir_fd: int, **_how: object) -> None:
        with suppress(FileNotFoundError):
            os.unlink(f"{entry}/{_LAB}.ipynb", dir_fd=dir_fd)
            raise _Killed

    with monkeypatch.context() as patch, pytest.raises(_Killed):
        patch.setattr(shutil, "rmtree", killed)
        list(handins.collect(place, student, "ada"))
    assert len(list(student.outbox.iterdir())) == 1
    assert list(handins.collect(place, student, "ada")) == []
    assert [(found / f"{_LAB}.ipynb").read_text() for found in _collected(place)] == ["work"]
    assert list(student.outbox.iterdir()) == []


def test_of_what_a_killed_gate_was_dropping_nbgrader_sees_nothing(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a hand-in may have the notebook and no secret, and `nbgrader collect --before-duedate` may take it."""
    student = _student(place, "ada")
    monkeypatch.setattr(handin_quota, "NUMBER", 1)
    _sized(student, _LAB, 1)
    list(handins.collect(place, student, "ada"))
    _sized(student, _LAB, 2)

    def killed(entry: str, *, dir_fd: int, **_how: object) -> None:
        with suppress(FileNotFoundError):
            os.unlink(f"{entry}/timestamp.txt", dir_fd=dir_fd)
            raise _Killed

    with monkeypatch.context() as patch, pytest.raises(_Killed):
        patch.setattr(shutil, "rmtree", killed)
        list(handins.collect(place, student, "ada"))
    assert len(_collected(place)) == 2
    assert [(found / "work").stat().st_size for found in place.inbound.glob("ada+*")] == [2]
    handins.forget_drafts(place, "ada")
    assert [(found / "work").stat().st_size for found in _collected(place)] == [2]


@pytest.mark.parametrize("part", ["", _LAB])
def test_no_link_says_what_was_released(place: ClassFolder, tmp_path: Path, part: str) -> None:
    """The exchange is the teacher's, and who looks is root."""
    student = _student(place, "ada")
    _hand_in(student, f"ada+{_LAB}+{_OLD}+x")
    shutil.move(place.outbound / part, tmp_path / "away")
    (place.outbound / part).symlink_to(tmp_path / "away")
    assert list(handins.collect(place, student, "ada")) == []
    (place.outbound / part).unlink()
    shutil.move(tmp_path / "away", place.outbound / part)
    assert len(list(handins.collect(place, student, "ada"))) == 1


def test_who_asks_for_a_reset_asks_in_a_folder_of_their_own(place: ClassFolder) -> None:
    student, other = _student(place, "ada"), _student(place, "bob")
    other.own_runtime.mkdir()
    other.reset_mark.touch()
    student.own_runtime.symlink_to(other.own_runtime)
    gate = _gate(place)
    assert gate._reset_asked() is None
    student.own_runtime.unlink()
    student.own_runtime.mkdir()
    student.reset_mark.touch()
    assert gate._reset_asked() is not None


@pytest.mark.parametrize(
    "name",
    ["", "Ada", "a b", "../x", "-x", "a+b", "a:b", "a\nb", "x" * 65, "@home", "a/b", "<a>", "root", "nobody", "*"],
)
def test_names_that_nobody_can_have(name: str) -> None:
    with pytest.raises(ClassError):
        checked_name(name)


@pytest.mark.parametrize("name", ["ada", "a.lovelace", "s-17_x", "17"])
def test_names_that_one_can_have(name: str) -> None:
    assert checked_name(name) == name
