import pytest

from grader.author.rules import problems


@pytest.mark.parametrize(
    "source",
    [
        'with check.task("a", hint="b") as t:\n    t.container("web").is_running()',
        "limit = 64 * 1024\nfor name in ['a', 'b']:\n    print_me = [n.upper() for n in name if len(n) < limit]",
        "def near(value):\n    return abs(value - 1) < 0.1\nfound = near(2)",
        "sizes = {k: v for k, v in zip('ab', range(2))}\nbiggest = max(sizes, key=lambda k: sizes[k])",
    ],
)
def test_a_cell_may_use_check_its_own_names_and_plain_builtins(source: str) -> None:
    assert problems(source) == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os", "line 1 imports something"),
        ("from docker import from_env", "imports"),
        ("x = 1\nopen('/etc/passwd')", "line 2 uses “open”"),
        ("answer == 3", "uses “answer”"),
        ("!docker ps", "line 1 is not plain Python"),
        ("%%bash\ndocker ps", "not plain Python"),
        ("check.__class__", "reaches for __class__"),
        ("try:\n    check.task('a')\nexcept Exception:\n    x = 1", "catches exceptions"),
        ("getattr(check, 'task')", "uses “getattr”"),
        ("exec('1')", "uses “exec”"),
    ],
)
def test_anything_else_is_named_with_its_line(source: str, says: str) -> None:
    assert any(says in problem for problem in problems(source)), problems(source)
