"""What the panel says of an overview, and that text of any origin does no harm in it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.charts.chart import Table
from grader.charts.use import MemorySample
from grader.course.lab_cards import LabCard, TaskCard
from grader.panel import folder_watch, parts
from grader.panel.folder_watch import FolderWatch
from grader.panel.live import Panel
from grader.panel.overview import (
    ContainerRow,
    ImageRow,
    NetworkRow,
    Overview,
    Use,
    VolumeRow,
    read_overview,
)
from grader.panel.parts import Part
from grader.report.progress import TaskProgress
from grader.report.verdicts import Status

NASTY = 'a<b onmouseover="x">\x1b[31m&amp; "q" \N{RIGHT-TO-LEFT OVERRIDE}'
FULL = Overview(
    "26.1",
    (
        ContainerRow(
            "1", "web", "nginx:1", "running", "healthy", "Up 3 minutes", ("8080 → 80/tcp",),
            Use(MemorySample(1000.0, 3 << 20, 64 << 20), 0.254, 990.0),
        ),
        ContainerRow("2", "sick", "app", "running", "unhealthy", "Up", (), Use(MemorySample(1001.0, 1024, None))),
        ContainerRow("3", "done", NASTY, "exited", "", "Exited (137) 5 minutes ago"),
        ContainerRow("4", NASTY, "x" * 99, "restarting", "", "Restarting (1) 2 seconds ago"),
    ),
    (ImageRow(("mine:1", "mine:2"), "abc", 2_000_000), ImageRow((), "def", 1000)),
    6,
    (NetworkRow("front", "bridge", ("web", NASTY)), NetworkRow(NASTY, "bridge", ())),
    (VolumeRow("f" * 64, "local", ("web",)), VolumeRow(NASTY, NASTY, ())),
)  # fmt: skip
CARD = LabCard(
    "01-a",
    "A lab",
    "60 minutes",
    (),
    (TaskCard("one", "One", 5), TaskCard("two", "Two", 15), TaskCard("three", "3", 20)),
)
DRAWERS = (parts.status, parts.containers, parts.images, parts.networks, parts.volumes)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.headless = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "wbr":
            self.open.append(tag)
        self.headless += tag == "th" and dict(attrs).get("scope") not in ("col", "row")
        assert not [name for name, _value in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _tags(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    assert not tags.open
    return tags


@pytest.mark.parametrize("drawer", DRAWERS)
def test_names_from_containers_are_text_and_nothing_else(drawer: type[Part]) -> None:
    part = drawer(FULL)
    tags = _tags(part.as_html())
    assert tags.seen <= {"div", "p", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "wbr"}
    assert tags.headless == 0
    for text in (part.as_html(), part.as_text()):
        assert "\x1b" not in text
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text


def test_every_state_is_a_word_beside_its_symbol() -> None:
    rows = parts.containers(FULL).table.rows  # type: ignore[union-attr]
    assert rows[0] == (
        "web",
        "●\N{NO-BREAK SPACE}running ✓\N{NO-BREAK SPACE}healthy",
        "nginx:1",
        "8080 → 80/tcp",
        "3MiB of 64MiB, 0.25",
    )
    assert rows[1][1] == "●\N{NO-BREAK SPACE}running ✗\N{NO-BREAK SPACE}unhealthy"
    assert rows[1][4] == "1KiB"
    assert rows[2][1] == "○\N{NO-BREAK SPACE}exited (137)"
    assert rows[3][1] == "↻\N{NO-BREAK SPACE}restarting"
    assert parts.status(FULL).before == "● Docker 26.1 is up: 2 of 4 containers run. Unhealthy: sick."


def test_figures_say_of_when_they_are() -> None:
    after = parts.containers(FULL).after
    assert after.startswith("Memory as it was at ")
    assert "CPUs: the average since " in after
    assert parts.containers(Overview("1", (FULL.containers[2],))).after == ""


def test_an_empty_daemon_says_so_in_words() -> None:
    empty = Overview("26.1", course_images=1)
    assert "docker run" in parts.containers(empty).as_text()
    assert parts.images(empty).before == "None of your own. 1 course image (drydock/…) is there, too."
    assert all("<table" not in drawer(empty).as_html() for drawer in DRAWERS)


def test_a_daemon_that_is_gone_and_one_that_is_silent_are_told_apart() -> None:
    gone, silent = parts.lost("It ended.", gone=True).as_text(), parts.lost("No answer.", gone=False).as_text()
    assert "drydock up" in gone
    assert "drydock up" not in silent
    assert all("goes on by itself" in text for text in (gone, silent))


def test_progress_is_told_in_words_and_its_bar_is_for_eyes_only() -> None:
    known = {
        "one": TaskProgress(Status.COULD_NOT_CHECK, 0.0, True, 1.0),
        "two": TaskProgress(Status.FAILED, 0.667, False, 1.0),
    }
    table = parts.tasks(CARD, known).table
    assert table is not None
    assert [row[0] for row in table.rows] == [
        "?\N{NO-BREAK SPACE}could not check, passed before",
        "✗\N{NO-BREAK SPACE}failed (66 %)",
        "· not tried",
    ]
    part = parts.progress(CARD, known)
    assert part.before == "01 · A lab: 1 of 3 tasks passed, 15 of 40 points (best so far; at the last checks: 0)"
    assert f'<span aria-hidden="true">{"█" * 3}{"░" * 7}</span>' in part.as_html()
    gone = {"one": TaskProgress(Status.PASSED, 1.0, True, 1.0, by_itself=True, not_now=True)}
    table = parts.tasks(CARD, gone).table
    assert table is not None and table.rows[0][0] == "○ open, passed before"
    assert parts.progress(CARD, gone).before.endswith("(best so far; at the last checks: 0)")
    done = {task.id: TaskProgress(Status.PASSED, 1.0, True, 1.0) for task in CARD.tasks}
    assert parts.progress(CARD, done).before == "01 · A lab: 3 of 3 tasks passed, 40 of 40 points – done (best so far)"
    assert parts.progress(CARD, {}).before == "01 · A lab: not begun"


def test_a_narrow_panel_breaks_no_word_but_a_very_long_one() -> None:
    html = Table.of(("state",), [("● running",), ("x" * 60,)]).as_html("c")
    styles = re.findall(r'<t[hd][^>]*style="([^"]*)">([^<]*)<', html)
    breaks = {word: style.endswith("overflow-wrap:anywhere") for style, word in styles}
    assert breaks == {"state": False, "● running": False, "x" * 60: True}


def test_tasks_come_first_in_the_panel() -> None:
    panel = Panel()
    first = panel._box.children[: len(panel._tasks.summary) + len(panel._tasks.section)]
    assert list(first) == [*panel._tasks.summary, *panel._tasks.section]


class _Answers:
    """A daemon's four lists, as docker-py returns them."""

    def __init__(self, **lists: object) -> None:
        self._lists = lists

    def ask(self, question):  # type: ignore[no-untyped-def]
        return question(self)

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        return lambda **_options: self._lists[name]


def test_what_the_daemon_lists_is_sorted_into_rows() -> None:
    container = {
        "Id": "1", "Names": ["/other/alias", "/web"], "Image": "mine", "State": "running",
        "Status": "Up 2 seconds (health: starting)", "Labels": {},
        "Ports": [
            {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"PrivatePort": 443, "Type": "tcp"},
        ],
        "NetworkSettings": {"Networks": {"front": {}}},
        "Mounts": [{"Type": "volume", "Name": "data"}, {"Type": "bind", "Source": "/x"}],
    }  # fmt: skip
    overview = read_overview(
        _Answers(  # type: ignore[arg-type]
            containers=[container],
            images=[
                {"Id": "sha256:" + "a" * 64, "RepoTags": ["drydock/nginx:1"], "Labels": {"drydock.course": "1"}},
                {"Id": "sha256:" + "b" * 64, "RepoTags": ["mine:1"], "Labels": {"drydock.course": "1"}, "Size": 5},
                {"Id": "sha256:" + "c" * 64, "RepoTags": None, "Labels": None, "Size": 6},
            ],
            networks=[{"Name": name, "Driver": "bridge"} for name in ("bridge", "none", "front")],
            volumes={"Volumes": [{"Name": "data", "Driver": "local"}, {"Name": "idle", "Driver": "local"}]},
            version={"Version": "26.1"},
        )
    )
    (web,) = overview.containers
    assert (web.name, web.health, web.since, web.ports) == ("web", "starting", "Up 2 seconds", ("8080 → 80/tcp",))
    assert [row.names for row in overview.images] == [("mine:1",), ()], "a student's image on a course image is theirs"
    assert overview.course_images == 1
    assert overview.networks == (NetworkRow("front", "bridge", ("web",)),)
    assert overview.volumes == (VolumeRow("data", "local", ("web",)), VolumeRow("idle", "local", ()))


@contextmanager
def _watching(folder: Path) -> Iterator[threading.Semaphore]:
    watch, changes = FolderWatch(folder), threading.Semaphore(0)

    def follow() -> None:
        for _change in watch:
            changes.release()

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield changes
    finally:
        watch.close()
        watch.close()
        thread.join(60)
        assert not thread.is_alive()


def _note(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "new.part").write_text(text)
    (folder / "new.part").replace(folder / "01-a.json")


@pytest.mark.parametrize("inotify", [True, False])
def test_each_change_of_a_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inotify: bool) -> None:
    monkeypatch.setattr(folder_watch, "_LOOK", 0.02)
    if not inotify:
        monkeypatch.setattr(folder_watch, "_inotify", lambda: None)
    folder = tmp_path / "workspace" / ".progress"
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with _watching(folder) as changes:
        assert not changes.acquire(timeout=0.1), "nothing has changed yet"
        for text in ("{}", '{"a": 1}'):
            _note(folder, text)
            assert changes.acquire(timeout=60)
        shutil.rmtree(folder)
        _note(folder, "{}")
        assert changes.acquire(timeout=60)
        while changes.acquire(timeout=0.1):
            pass
        _note(folder, "[]")
        assert changes.acquire(timeout=60), "a folder that was removed and made anew is followed"
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_a_folder_that_cannot_be_watched_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(*_what: object) -> None:
        raise OSError("max_user_watches")

    monkeypatch.setattr(folder_watch, "_add_watch", no_more)
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    assert folder_watch.follow(tmp_path, lambda: None, "nobody") is None
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
