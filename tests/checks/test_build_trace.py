"""BuildKit's messages as the checks read them, and what a check sends to it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from grader.checks.build.run import Recipe, changed, files_of
from grader.checks.build.subject import Build
from grader.checks.build.trace import Trace
from grader.checks.expectation import Context
from grader.docker_api.errors import Obstructed

if TYPE_CHECKING:
    from grader.docker_api.daemon import Daemon


def field(number: int, value: bytes | int) -> bytes:
    """One field in protobuf's wire format."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def told(*parts: bytes) -> dict[str, str]:
    return {"id": "moby.buildkit.trace", "aux": base64.b64encode(b"".join(parts)).decode()}


def vertex(digest: bytes, name: bytes, *, cached: bool) -> bytes:
    return field(1, field(1, digest) + field(3, name) + field(4, int(cached)) + field(5, b"now"))


def test_steps_that_ran_are_told_from_those_of_the_cache() -> None:
    trace = Trace()
    trace.take(told(vertex(b"a", b"[build 2/3] RUN make", cached=False), vertex(b"b", b"[3/3] COPY x /", cached=True)))
    trace.take(told(vertex(b"c", b"[1/3] FROM base", cached=False), vertex(b"d", b"[internal] load x", cached=False)))
    trace.take(told(field(3, field(1, b"a") + field(4, b"hello"))))
    assert [(step.line, step.ran, step.printed) for step in trace.lines] == [
        ("RUN make", True, b"hello"),
        ("COPY x /", False, b""),
    ]


def test_a_step_that_turns_out_to_be_cached_did_not_run() -> None:
    trace = Trace()
    for cached in (False, True):
        trace.take(told(vertex(b"a", b"[2/2] RUN make", cached=cached)))
    assert [step.ran for step in trace.lines] == [False]


def test_what_is_no_message_is_said() -> None:
    with pytest.raises(ValueError, match="breaks off"):
        Trace().take(told(b"\x0a"))


def test_the_folder_is_sent_without_what_is_ignored_and_no_link_is_followed(tmp_path: Path) -> None:
    yard = tmp_path / "yard"
    (yard / "sub").mkdir(parents=True)
    (yard / "sub" / "part.txt").write_text("part")
    (yard / "Dockerfile").write_text("FROM scratch")
    (yard / "notes.log").write_text("no")
    (yard / ".dockerignore").write_text("*.log\nDockerfile\n")
    (yard / "out").symlink_to("/etc/passwd")
    files = files_of(str(tmp_path), Recipe("yard"))
    assert sorted(files) == [".dockerignore", "Dockerfile", "out", "sub", "sub/part.txt"]
    assert files["out"].kind == "link"
    assert files["out"].content == b""


@pytest.mark.parametrize(
    ("ignored", "sent"),
    [
        ("**/notes", ["src/main"]),
        ("**/notes\n!**/notes/keep", ["notes/keep", "src/main", "src/notes/keep"]),
        ("*\n!src", ["src/main", "src/notes/deep/keep", "src/notes/keep"]),
        ("src/notes", ["notes/keep", "src/main"]),
        ("*/notes/deep", ["notes/keep", "src/main", "src/notes/keep"]),
    ],
)
def test_what_is_ignored_is_what_the_docker_command_ignores(tmp_path: Path, ignored: str, sent: list[str]) -> None:
    for name in ("notes/keep", "src/main", "src/notes/keep", "src/notes/deep/keep"):
        (tmp_path / "yard" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "yard" / name).write_text("x")
    (tmp_path / "yard" / "Dockerfile").write_text("FROM scratch")
    (tmp_path / "yard" / ".dockerignore").write_text(f"{ignored}\n")
    files = files_of(str(tmp_path), Recipe("yard"))
    assert sorted(path for path, entry in files.items() if path.count("/") and entry.kind == "file") == sent


def test_a_pattern_that_cannot_be_read_is_the_students(tmp_path: Path) -> None:
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "Dockerfile").write_text("FROM scratch")
    (tmp_path / "yard" / ".dockerignore").write_text("[z-a]\n")
    with pytest.raises(Obstructed, match=r"pattern in \.dockerignore"):
        files_of(str(tmp_path), Recipe("yard"))


def test_each_change_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard" / "a.txt").write_text("one")
    files = files_of(str(tmp_path), Recipe("yard"))
    first, second = (changed(files, "a.txt", "# {token}")["a.txt"].content for _ in range(2))
    assert first.startswith(b"one\n# ")
    assert first != second
    with pytest.raises(Obstructed, match=r"no file b\.txt"):
        changed(files, "b.txt", "x")


def test_a_line_that_is_always_the_same_is_the_authors_mistake() -> None:
    context = Context("yard", cast("Daemon", None))
    Build.stated(context, "yard").runs_again("make", after="a.txt", adding="x")
    assert "must contain {token}" in context.verdicts[0].found
