"""Charts from data alone: what they say, what they draw, and that text of any origin does no harm."""

from __future__ import annotations

import gettext
import warnings
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from grader import i18n
from grader.charts.chart import Chart
from grader.charts.cpu import cpu_chart, draw_cpu
from grader.charts.health import HealthNotes, State, draw_health, health_chart, seconds
from grader.charts.layers import ImageLayers, Layer, draw_layers, instruction, layers_chart
from grader.charts.memory import draw_memory, memory_chart
from grader.charts.networks import Member, Membership, Network, NetworkMap, network_chart
from grader.charts.use import (
    CpuCurve,
    CpuSample,
    CpuUse,
    Ending,
    MemoryCurve,
    MemorySample,
    ending_of,
    memory_sample,
)
from grader.charts.volumes import Kind, Mount, Store, VolumeMap, volume_chart
from grader.panel.overview import ContainerRow, Overview
from grader.panel.parts import containers

#: Mathematics to matplotlib, a tag to a browser, a colour to a terminal, and letters that no font here has.
NASTY = 'a$\\frac{<b onmouseover="x">\x1b[31m日本&amp; "q" \U0001f40b'

LAYERS = (
    ImageLayers(NASTY, (Layer(NASTY, 5_000_000), Layer("ENV A=b", 0), Layer("COPY . .", 1_000_000, shared=True))),
)
NETWORKS = NetworkMap(
    (Network("back", "bridge", ("10.0.0.0/24",), internal=True), Network(NASTY, "bridge", ())),
    (
        Member(
            "api", "running", (Membership("back", ("10.0.0.2",), ("db", NASTY)), Membership(NASTY, ())), ("80/tcp",)
        ),
        Member("peek", "running", (), (), "api"),
        Member(NASTY, "exited", (Membership("back", ()),)),
    ),
)
DATA, MEMORY = Store(Kind.VOLUME, "data", "local"), Store(Kind.TMPFS, "app")
VOLUMES = VolumeMap(
    (DATA, Store(Kind.VOLUME, "idle"), Store(Kind.ANONYMOUS, "f" * 64), Store(Kind.BIND, NASTY), MEMORY),
    {"app": "running", NASTY: "exited", "plain": "running"},
    (
        Mount("app", DATA, "/data"),
        Mount("app", MEMORY, "/tmp"),
        Mount("app", MEMORY, "/run"),
        Mount(NASTY, DATA, NASTY, writable=False),
        Mount(NASTY, Store(Kind.BIND, NASTY), "/here"),
    ),
)
MIB = 1024**2
CURVE = MemoryCurve(
    NASTY,
    tuple(MemorySample(100 + i / 10, i * MIB, 64 * MIB) for i in range(1, 64)),
    kills=(106.4,),
    ending=Ending(106.5, 137, True),
)
CPU = CpuCurve(
    (
        CpuUse(
            "busy",
            (CpuSample(10, 5.0, 0, 0), CpuSample(11, 5.5, 10, 4), CpuSample(12, 6.0, 20, 9)),
            0.5,
            ("--cpus 0.5",),
        ),
        CpuUse(NASTY, (CpuSample(10, 0.0), CpuSample(12, 3.0))),
        CpuUse("new", (CpuSample(10, 0.0),)),
    )
)


def notes() -> HealthNotes:
    """Started at 100, unhealthy at 103, healthy at 105, ended with 137 at 107, started again at 108."""
    found = HealthNotes(NASTY, 100.0, checked=True)

    def event(at: float, action: str, **attributes: str) -> None:
        found.hear({"Action": action, "timeNano": int(at * 1e9), "Actor": {"Attributes": attributes}})

    event(100, "start")
    event(102, "exec_create: /bin/sh -c true")
    event(103, "health_status: unhealthy")
    event(105, "health_status: healthy")
    event(106, "health_status: healthy")
    event(107, "die", exitCode="137")
    event(108, "start")
    entry = {"Start": "1970-01-01T00:01:42.5Z", "End": "1970-01-01T00:01:42.75Z", "ExitCode": 1, "Output": NASTY}
    for _twice in range(2):
        found.look({"Config": {"Healthcheck": {"Test": ["CMD", "x"]}}, "State": {"Health": {"Log": [entry]}}})
    return found


ALL = [
    layers_chart(LAYERS),
    network_chart(NETWORKS),
    network_chart(NetworkMap((), ())),
    volume_chart(VOLUMES),
    volume_chart(VolumeMap((), {}, ())),
    health_chart(notes().timeline(110)),
    memory_chart(CURVE),
    memory_chart(MemoryCurve("none", ())),
    cpu_chart(CPU),
]


class _Page(HTMLParser):
    """Collects images and cells, and fails on anything that text could have smuggled in."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: list[str] = []
        self.cells: list[str] = []
        self.headings = 0
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("b", "script"), "text became a tag"
        given = dict(attrs)
        assert "onmouseover" not in given
        self.headings += tag == "th"
        if tag == "img":
            assert (given["role"], (given["src"] or "")[:22]) == ("img", "data:image/png;base64,")
            self.alts.append(given["alt"] or "")
        if tag == "td":
            self._in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: chart.title[:24])
def test_each_chart_is_a_picture_with_words_and_a_table(chart: Chart) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bundle = chart._repr_mimebundle_()
    page = _Page()
    page.feed(bundle["text/html"])
    assert page.alts == [f"{chart.title}. {chart.says}"]
    assert page.headings == len(chart.table.columns) >= 3
    assert page.cells == [cell for row in chart.table.rows for cell in row]
    assert bundle["text/plain"] == chart.text
    for piece in (chart.title, chart.says, *(cell for row in chart.table.rows for cell in row)):
        assert piece.strip() in chart.text
    assert "\x1b" not in chart.text


def test_layers_are_drawn_to_scale() -> None:
    figure = draw_layers(
        [
            ImageLayers("small", (Layer("ADD a", 1_000_000), Layer("ENV x", 0), Layer("COPY b", 2_000_000))),
            ImageLayers("big", (Layer("ADD a", 9_000_000),)),
        ]
    )
    small, big = figure.axes
    assert [bar.get_width() for bar in small.patches] == [1_000_000, 2_000_000]
    assert [bar.get_x() for bar in small.patches] == [0, 1_000_000]
    assert small.get_xlim() == big.get_xlim()
    assert [text.get_text() for text in small.get_legend().get_texts()] == ["1       1MB  ADD a", "2       2MB  COPY b"]
    # Colour is not the only difference.
    assert len({(bar.get_facecolor(), bar.get_hatch()) for bar in small.patches}) == 2
    assert len({bar.get_hatch() for bar in small.patches}) == 2


def test_an_image_with_many_layers_says_that_some_are_only_in_the_table() -> None:
    image = ImageLayers("many", tuple(Layer(f"RUN {number}", 1000) for number in range(40)))
    (axes,) = draw_layers([image]).axes
    assert "28 more" in axes.get_legend().get_title().get_text()
    assert len(layers_chart([image]).table.rows) == 40


@pytest.mark.parametrize(
    ("created_by", "expected"),
    [
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update"),
        ("COPY app.py /app/ # buildkit", "COPY app.py /app/"),
        ("RUN |1 VERSION=2 /bin/sh -c make # buildkit", "RUN make"),
        ("|2 A=1 B=2 /bin/sh -c make", "RUN make"),
        ('/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'),
        ("/bin/sh -c echo  hello", "RUN echo hello"),
        ("", "?"),
    ],
)
def test_instructions_are_as_in_a_dockerfile(created_by: str, expected: str) -> None:
    assert instruction(created_by) == expected


def test_health_is_told_in_spans() -> None:
    found = notes().timeline(110)
    assert [(span.state, span.start, span.end) for span in found.spans] == [
        (State.STARTING, 100, 103),
        (State.UNHEALTHY, 103, 105),
        (State.HEALTHY, 105, 107),
        (State.STOPPED, 107, 108),
        (State.STARTING, 108, None),
    ]
    assert [(probe.start, probe.end, probe.exit_code) for probe in found.probes] == [(102.5, 102.75, 1)]
    assert [happening.what for happening in found.happenings] == ["started", "ended, exit code 137", "started"]
    assert "starting from 0.0 s, unhealthy from 3.0 s, healthy from 5.0 s" in health_chart(found).says
    (axes,) = draw_health(found).axes
    hatches = [band.get_hatch() for band in axes.collections]
    assert hatches == ["//", "xx", "", "--", "//"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:01.123456789Z", 1.123456789),
        ("1970-01-01T02:00:00+02:00", 0.0),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        ("soon", None),
    ],
)
def test_times_as_docker_writes_them(text: str, expected: float | None) -> None:
    assert seconds(text) == (None if expected is None else pytest.approx(expected, abs=1e-6))


def test_a_kill_that_is_heard_of_after_the_end_is_in_the_picture() -> None:
    assert CURVE.ending is not None
    late = CURVE.ending.at + 3.0
    (axes,) = draw_memory(replace(CURVE, kills=(late,))).axes
    assert axes.get_xlim()[1] >= late - CURVE.zero


def test_the_memory_curve_names_peak_kill_and_end() -> None:
    chart = memory_chart(CURVE)
    assert "at most 63MiB of 64MiB allowed" in chart.says
    assert "killed a process in it 1 time" in chart.says
    assert "exit code 137; OOMKilled: true" in chart.says
    assert len(chart.table.rows) <= 15, "a table that nobody reads"
    assert any(row[1] == "63MiB" for row in chart.table.rows), "the highest value is in the table"
    (axes,) = draw_memory(CURVE).axes
    words = {text.get_text() for text in axes.get_legend().get_texts()}
    assert words == {"used", "limit 64MiB", "killed: out of memory", "ended, exit code 137"}


@pytest.mark.parametrize(
    ("stats", "used"),
    [({"total_inactive_file": 10, "inactive_file": 3}, 90), ({"inactive_file": 30}, 70), ({}, 100)],
    ids=["cgroup v1", "cgroup v2", "neither"],
)
def test_memory_counts_as_docker_stats_does(stats: dict[str, int], used: int) -> None:
    found = {"read": "1970-01-01T00:00:01Z", "memory_stats": {"usage": 100, "limit": 200, "stats": stats}}
    assert memory_sample(found, 1000) == MemorySample(1.0, used, 200)
    assert memory_sample(found, 200) == MemorySample(1.0, used, None), "the machine's memory is no limit"
    assert memory_sample({"read": "0001-01-01T00:00:00Z", "memory_stats": {}}, 1000) is None


def test_the_end_of_a_container_that_is_gone_is_known_from_its_event() -> None:
    die = {"Action": "die", "timeNano": 5_000_000_000, "Actor": {"Attributes": {"exitCode": "137"}}}
    assert ending_of(None, [die]) == Ending(5.0, 137, None)
    assert ending_of(None, []) is None
    assert ending_of({"State": {"Running": True}}, []) is None


def test_cpu_is_time_over_time() -> None:
    busy = CPU.uses[0]
    assert busy.mean == pytest.approx(0.5)
    assert [cpus for _start, _end, cpus in busy.steps] == pytest.approx([0.5, 0.5])
    assert busy.throttled == (9, 20)
    assert "busy had 0.50 CPUs on average (its limit is 0.5), held back in 9 of 20 periods." in cpu_chart(CPU).says
    assert [row[3] for row in cpu_chart(CPU).table.rows] == ["25 %", "75 %", ""]
    (axes,) = draw_cpu(CPU).axes
    assert len({(line.get_edgecolor(), str(line.get_linestyle())) for line in axes.patches}) == 2


def test_states_are_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message if "{" in message else message.upper()

    monkeypatch.setattr(i18n, "_catalogue", lambda _languages: Shouting())
    store = Store(Kind.VOLUME, "data")
    volumes = volume_chart(VolumeMap((store,), {"web": "running", "new": "created"}, (Mount("web", store, "/d"),)))
    members = (Member("web", "running", ()), Member("new", "created", ()))
    for chart in (volumes, network_chart(NetworkMap((), members))):
        assert {row[1] for row in chart.table.rows} == {"RUNNING", "CREATED"}
    assert "UNHEALTHY" in health_chart(notes().timeline(110)).says
    row = ContainerRow("1", "web", "nginx:1", "running", "healthy", "Up")
    assert containers(Overview("26", (row,))).table.rows[0][1] == "●\xa0RUNNING ✓\xa0HEALTHY"
