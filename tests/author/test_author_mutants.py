"""What is changed in a solution, and what is not: pure text, no daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.author.mutants import code, documents, shell, words
from grader.author.mutants.cells import Mutant, mutants_of
from grader.author.mutants.change import Change, Operator
from grader.author.mutants.record import Kept, read_kept
from grader.author.mutation import in_turn
from grader.course.labs import Course, CourseError


def _made(changes: list[Change], text: str) -> dict[str, str]:
    return {change.what: change.made_in(text) for change in changes}


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("web", ["web-x"]),
        ("'web'", ["'web-x'"]),
        ("8080:80", ["9080:80", "8080:81"]),
        ("127.0.0.1:8080:80/udp", ["127.0.0.1:9080:80/udp", "127.0.0.1:8080:81/udp"]),
        ("{berth}:80", ["{berth}:81"]),
        ("guests:/book:ro", ["guests:/book", "guests:/book-x:ro", "guests-x:/book:ro"]),
        ("$PWD/www:/www", ["$PWD/www:/www:ro", "$PWD/www:/www-x", "$PWD/www-x:/www"]),
        ("64m", ["128m"]),
        ("0.5", ["1.0"]),
        ("3", ["4"]),
        ("drydock/busybox:1", ["drydock/python:3"]),
        ("drydock/nginx:1", ["drydock/busybox:1"]),
        ("localhost:8091/tide:cargo", ["localhost:8091/tide:cargo-x"]),
        ("tide:1", ["tide:2"]),
        ("MODE=quick", ["MODE=quick-x"]),
        ("http://localhost:80/page", ["http://localhost:80/page-x"]),
        ('"Anne Bonny!"', ['"Anne Bonny-x!"']),
        ("'{{.Image}}'", []),
        ("$(cat name)", []),
        ("-", []),
    ],
)
def test_another_value(word: str, others: list[str]) -> None:
    assert [change.made_in(word) for change in words.changes(word)] == others


def test_options_of_a_docker_command() -> None:
    text = 'docker run -d --name web -p 80:80 --memory=64m --rm drydock/busybox:1 sh -c "sleep 1; touch /lit"'
    made = _made(list(shell.changes(text)), text)
    assert made["drop --name"] == text.replace(" --name web", "")
    assert made["drop -p"] == text.replace(" -p 80:80", "")
    assert made["drop --memory"] == text.replace(" --memory=64m", "")
    assert made["64m → 128m"] == text.replace("64m", "128m")
    assert made["drop --rm"] == text.replace(" --rm", "")
    assert made["run → create"] == text.replace("run", "create")
    assert made["/lit → /lit-x"] == text.replace("/lit", "/lit-x")
    assert next(one.operator for one in shell.changes(text) if one.what == "drop -d") is Operator.FOREGROUND


@pytest.mark.parametrize(
    "looks",
    [
        "docker logs --tail 3 web",
        "docker image ls | head -n 3",
        "echo done",
        "docker run --rm -v book:/book drydock/busybox:1 cat /book/page",
        "docker exec web ls -l /srv 2>/dev/null || true",
        "until docker logs web | grep -q open; do sleep 0.1; done",
        "wait",
        "tar -tf night.tar | grep json",
        "tar --list -f night.tar",
    ],
)
def test_what_only_looks_or_waits_is_no_part_of_an_answer(looks: str) -> None:
    text = f"docker start a\n{looks}\ndocker rm b\n"
    assert {change.what for change in shell.changes(text)} == {
        "left out: docker start a",
        "left out: docker rm b",
        "a → a-x",
        "b → b-x",
        "rm → stop",
        "swap: two commands",
    }


def test_what_tar_packs_or_unpacks_is_a_part_of_it() -> None:
    for packs in ("tar -xf night.tar", "tar cf notes.tar t", "tar --extract -f t", "tar -xftools.tar"):
        assert f"left out: {packs}" in {change.what for change in shell.changes(f"docker start a\n{packs}\n")}


def test_commands_are_left_out_swapped_and_repeated() -> None:
    text = "docker exec a touch x && docker stop a\ndocker exec b touch y\n"
    every = list(shell.changes(text))
    made = [change.made_in(text) for change in every if change.operator is not Operator.VALUE]
    assert ":\ndocker exec b touch y\n" in made
    assert "docker stop a\ndocker exec b touch y\n" in made
    assert "docker exec b touch y\ndocker exec a touch x && docker stop a\n" in made
    assert text.replace("touch y", "touch y; docker exec b touch y") in made


_DOCKERFILE = """FROM drydock/python:3
# a comment
WORKDIR /app
COPY --chown=app a.py \\
    b.py ./
RUN mkdir /data && chown app /data
CMD ["python3", "a.py"]
"""


def test_a_dockerfile() -> None:
    made = _made(list(documents.changes(_DOCKERFILE, shell.changes)), _DOCKERFILE)
    assert made["without COPY"] == _DOCKERFILE.replace("COPY --chown=app a.py \\\n    b.py ./\n", "")
    assert made["drop --chown"] == _DOCKERFILE.replace("--chown=app ", "")
    assert made["left out: mkdir /data"] == _DOCKERFILE.replace("mkdir /data && ", "")
    assert made["CMD in shell form"] == _DOCKERFILE.replace('["python3", "a.py"]', "python3 a.py")
    assert made["CMD → ENTRYPOINT"] == _DOCKERFILE.replace("CMD", "ENTRYPOINT")
    assert made["drydock/python:3 → drydock/busybox:1"] == _DOCKERFILE.replace("drydock/python:3", "drydock/busybox:1")
    moved = made["swap: RUN and CMD"]
    assert moved.index("CMD") < moved.index("RUN") and len(moved) == len(_DOCKERFILE)
    assert "without FROM" not in made


def test_a_dockerfile_in_a_here_document() -> None:
    text = "docker build -t a - <<'EOF'\nFROM drydock/busybox:1\nUSER app\nEOF\n"
    assert "docker build -t a - <<'EOF'\nFROM drydock/busybox:1\nEOF\n" in [
        change.made_in(text) for change in shell.changes(text)
    ]


def test_a_compose_file_by_its_blocks() -> None:
    text = "services:\n  web:\n    image: drydock/nginx:1\n    ports:\n      - 80:80\n      - 81:81\n"
    text += "  db:\n    init: true\n"
    made = _made(list(documents.changes(text, shell.changes)), text)
    assert made["without ports:"] == text.replace("    ports:\n      - 80:80\n      - 81:81\n", "")
    assert made["without - 80:80"] == text.replace("      - 80:80\n", "")
    assert made["without db:"] == text.replace("  db:\n    init: true\n", "")
    assert made["drydock/nginx:1 → drydock/busybox:1"] == text.replace("drydock/nginx:1", "drydock/busybox:1")


def test_json_stays_json() -> None:
    text = '{"log-opts": {"max-size": "1m"}, "live-restore": true}\n'
    made = _made(list(documents.changes(text, shell.changes)), text)
    assert made["without log-opts.max-size"] == '{\n  "log-opts": {},\n  "live-restore": true\n}\n'
    assert made["true → false"] == text.replace("true", "false")
    assert made["1m → 2m"] == text.replace("1m", "2m")


def test_python_and_its_shell_lines() -> None:
    text = 'name = "gull"\nbox = client.create("gull", labels={"a": "b"}, init=True)\nbox.start()\n!docker rm {name}\n'
    made = _made(list(code.changes(text)), text)
    assert made["drop init="] == text.replace(", init=True", "")
    assert made["drop labels="] == text.replace('labels={"a": "b"}, ', "")
    assert made["True → False"] == text.replace("True", "False")
    assert made["left out: box.start()"] == text.replace("box.start()", "pass")
    assert made["left out: docker rm {name}"] == text.replace("!docker rm {name}", "pass")
    assert made["{name} → {name}-x"] == text.replace("rm {name}", "rm {name}-x")


def test_a_magic_inside_a_block_hides_nothing() -> None:
    text = 'with capture() as shown:\n    %run look.py bell:1\ncheck.answer("base", shown.stdout)\n'
    assert "base → base-x" in _made(list(code.changes(text)), text)


_CELL = """%%bash
# outside
### BEGIN SOLUTION
docker run -d --name web drydock/busybox:1 sleep 1d
docker logs web
### END SOLUTION"""


def test_the_mutants_of_a_cell_are_always_the_same_and_differ_from_it() -> None:
    mutants = mutants_of("web", _CELL)
    assert mutants == mutants_of("web", _CELL)
    assert len({mutant.id for mutant in mutants}) == len({mutant.source for mutant in mutants}) == len(mutants) > 3
    assert all(mutant.source.startswith("%%bash\n# outside\n### BEGIN SOLUTION\n") for mutant in mutants)
    # One of each kind by turns; what waits for the limit comes last.
    assert [mutant.what for mutant in mutants][:2] == ["drop --name", "web → web-x"]
    assert mutants[-1].operator is Operator.FOREGROUND or len(mutants) < 8


def test_an_id_stays_when_another_line_is_edited() -> None:
    other = _CELL.replace("### END", "docker start lamp\n### END")
    assert {mutant.id for mutant in mutants_of("web", _CELL)} <= {mutant.id for mutant in mutants_of("web", other)}


def test_tasks_take_turns(course: Course) -> None:
    lab = course.lab("00-tiny")
    assert [mutant.task for mutant in in_turn(lab)][:4] == ["hello", "site", "hello", "site"]
    assert {mutant.task for mutant in in_turn(lab, ["site"])} == {"site"}


def _write_kept(course: Course, text: str) -> Kept:
    (course.source / "00-tiny" / "answers" / "mutants.toml").write_text(text)
    return read_kept(course.lab("00-tiny"))


def test_what_is_right_is_kept_by_id_or_by_words(course: Course) -> None:
    kept = _write_kept(course, '[site]\n1a2b3c4d = "by id"\n"drop -q" = "by words"\n[any]\n"drop --rm" = "anywhere"\n')

    assert kept.reason("site", "1a2b3c4d", "drop -x") == "by id"
    assert kept.reason("site", "00000000", "drop -q") == "by words"
    assert kept.reason("hello", "00000000", "drop --rm") == "anywhere"
    assert kept.reason("hello", "1a2b3c4d", "drop -q") == ""
    mutant = Mutant("site", "1a2b3c4d", Operator.OPTION, "drop -x", "", "")
    assert kept.idle([mutant]) == ["site: drop -q", "any: drop --rm"]


@pytest.mark.parametrize("text", ["[site", '[nosuch]\na = "b"\n', "[site]\na = 1\n", '[site]\na = " "\n', 'a = "b"\n'])
def test_a_list_that_says_no_reason_is_refused(course: Course, text: str) -> None:
    with pytest.raises(CourseError, match=r"mutants\.toml"):
        _write_kept(course, text)


def test_every_solution_of_the_course_has_mutants() -> None:
    course = Course(Path(__file__).parents[2])
    for name in course.names():
        without = {task.id for task in course.lab(name).tasks} - {mutant.task for mutant in in_turn(course.lab(name))}
        assert without == set(), name
