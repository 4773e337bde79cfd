"""Keys, values and secrets without a daemon."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import AuthorError, Checks
from grader.cli.group import main
from grader.course.labs import find_course
from grader.values import DEFAULT_KEY, BadDeclaration, BadKey, Declaration, StudentKey, Values, own_key
from grader.values.asked import all_asked_for, asked_for, planted_in
from grader.values.keys import BadSecret, key_of, make_secret, read_secret, write_key
from grader.workspace import Workspace

ADA, BOB = (StudentKey.derive(b"a secret of the course", name) for name in ("ada", "bob"))
#: Of "watch", for ADA.
ORDER = ("keel", "mast", "bow", "stern")
names = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
keys = st.builds(StudentKey.derive, st.just(b"a secret of the course"), st.text(max_size=10))


def test_values_never_change() -> None:
    """What students have on paper and on disk must hold in every later version of Drydock."""
    assert ADA.text == "H438-FE4N-WFJB-ZFG5-C02R"
    assert DEFAULT_KEY.text == "DTWQ-EMJ0-81E6-V3B1-AZS9"
    values = Values(ADA)
    assert values.get("port", of=range(8080, 8100), length=None) == 8083
    assert values.get("token", of=None, length=8) == "rddv27k3"
    assert values.get("watch", order=["bow", "mast", "stern", "keel"]) == ORDER


@given(keys, names, st.integers(2, 20))
def test_an_order_has_all_things_once(key: StudentKey, name: str, count: int) -> None:
    assert sorted(map(str, Declaration.of(name, order=range(count)).value(key))) == sorted(map(str, range(count)))  # type: ignore[arg-type]


def test_every_order_is_as_likely() -> None:
    asked = Declaration.of("watch", order=["bow", "mast", "stern"])
    counts = Counter(asked.value(StudentKey.derive(b"x", str(number))) for number in range(1200))
    # Six times 200 expected, standard deviation 13; these are fixed numbers, so this can't fail by chance.
    assert len(counts) == 6 and all(140 < count < 260 for count in counts.values())


def test_an_order_is_nobody_elses_word() -> None:
    values = Values(ADA)
    own = values.get("watch", order=["bow", "mast"])
    assert values.reason("bow mast, mast bow", f"{own} bow") == ""


@given(keys, st.randoms())
def test_a_key_survives_careless_typing_but_no_slip(key: StudentKey, random: object) -> None:
    typed = key.text.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert StudentKey.parse(f"  {typed}\n") == key
    place = random.randrange(len(key.text))  # type: ignore[attr-defined]
    if key.text[place] != "-":
        slip = "7" if key.text[place] != "7" else "8"
        with pytest.raises(BadKey, match="slip"):
            StudentKey.parse(key.text[:place] + slip + key.text[place + 1 :])


@given(keys, keys, names, st.integers(6, 32))
def test_every_copy_knows_anothers_token_and_its_own(mine: StudentKey, other: StudentKey, name: str, n: int) -> None:
    values = Values(mine)
    own = values.get(name, of=None, length=n)
    theirs = Declaration(name, length=n).value(other)
    assert isinstance(theirs, str) and len(theirs) == n and theirs[0].isalpha()
    assert (values.reason(f"found: web-{theirs}, x", f"x is {own}") == "") == (own == theirs)
    assert values.reason(f"found: {own} and {theirs}x9", f"x is {own}") == ""


@given(keys, names, st.lists(st.integers(0, 99_999) | st.text("abcdefg-", min_size=1), min_size=2, unique_by=str))
def test_a_choice_is_one_of_the_choices(key: StudentKey, name: str, choices: list[int | str]) -> None:
    asked = [choice for choice in choices if str(choice).strip("-")]
    if len(asked) >= 2:
        assert Values(key).get(name, of=asked, length=None) in asked


def test_choices_are_spread_evenly() -> None:
    asked = Declaration.of("port", range(8000, 8010), None)
    counts = [0] * 10
    for number in range(2000):
        counts[int(asked.value(StudentKey.derive(b"x", str(number)))) - 8000] += 1
    # Ten times 200 expected, standard deviation 13; these are fixed numbers, so this can't fail by chance.
    assert all(140 < count < 260 for count in counts)


def test_only_whole_words_where_the_own_value_was_expected_are_anothers_values() -> None:
    values = Values(ADA)
    own = values.get("port", of=range(8080, 8100), length=None)
    other = 8081 if own != 8081 else 8082
    for text in (f"1{other}", f"{other}0", f"v{other}", "nothing", str(own)):
        assert values.reason(text, f"publishes {own}") == ""
    assert values.reason(f"exited with code {other}", "has exited with code 0") == ""
    said = values.reason(f"80/tcp -> 0.0.0.0:{other}", f"80/tcp -> 0.0.0.0:{own}")
    assert f"“{other}” is the port in another student's copy" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"name": "Port", "of": [1, 2]}, "lower case"),
        ({"name": "port"}, "one of these"),
        ({"name": "port", "of": [1, 2], "length": 8}, "one of these"),
        ({"name": "port", "length": 5}, "from 6 to 32"),
        ({"name": "port", "length": True}, "from 6 to 32"),
        ({"name": "port", "of": "abc"}, "a list, a tuple or a range"),
        ({"name": "port", "order": "abc"}, "order= must be a list, a tuple or a range"),
        ({"name": "port", "order": range(21)}, "from 2 to 20"),
        ({"name": "port", "order": [1, 2], "of": [1, 2]}, "one of these"),
        ({"name": "port", "of": [1]}, "from 2 to"),
        ({"name": "port", "of": range(10**12)}, "from 2 to"),
        ({"name": "port", "of": [1, "1"]}, "different"),
        ({"name": "port", "of": ["a", " "]}, "different"),
        ({"name": "port", "of": [1.5, 2.5]}, "different"),
    ],
)
def test_an_authors_mistake_is_named(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(AuthorError, match=says):
        Checks("unix:///nowhere").value(**arguments)  # type: ignore[call-overload]


def test_one_name_means_one_thing() -> None:
    values = Values()
    assert values.get("a", of=[1, 2], length=None) == values.get("a", of=(1, 2), length=None)
    with pytest.raises(BadDeclaration, match="two ways"):
        values.get("a", of=[1, 3], length=None)


def test_what_a_cell_asks_for_is_read_without_running_it() -> None:
    cell = 'port = check.value("port", of=range(1, 9, 2))\n!docker run -p {port}:80\nt = check.value("t", length=8)'
    assert list(asked_for(cell)) == [Declaration("port", (1, 3, 5, 7)), Declaration("t", length=8)]
    assert list(asked_for('check.value("w", order=["b", "a"])')) == [Declaration("w", order=("b", "a"))]
    plants = 'w = check.value("w", length=8)\ncheck.plant("fault", of=["a.sh", "b.sh"])'
    assert list(planted_in(plants)) == [Declaration("fault", ("a.sh", "b.sh"))]
    assert [one.name for one in asked_for(plants)] == ["w", "fault"]
    assert list(asked_for("%%bash\necho $(hostname)")) == []
    named = "left = 5 % 3\nlines = !docker ps\nif left != 2:\n    one, two = %sx ls\n"
    assert [one.name for one in asked_for(named + plants)] == ["w", "fault"]
    for wrong in ("of=names", "of=range(n)", "of=range(1, 9, 0)", "8", "of=open('x')", "**more"):
        with pytest.raises(BadDeclaration):
            list(asked_for(f'check.value("port", {wrong})'))
    with pytest.raises(BadDeclaration, match="two ways"):
        all_asked_for([cell, 'check.value("port", of=[1, 2])'])


def test_the_key_is_found_beside_or_above_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = tmp_path / "labs" / "01"
    lab.mkdir(parents=True)
    monkeypatch.delenv("DRYDOCK_VALUES_KEY", raising=False)
    assert own_key(lab) == DEFAULT_KEY
    file = write_key(tmp_path, ADA)
    assert file.stat().st_mode & 0o777 == 0o600
    assert own_key(lab) == ADA
    monkeypatch.setenv("DRYDOCK_VALUES_KEY", BOB.text)
    assert own_key(lab) == BOB
    monkeypatch.delenv("DRYDOCK_VALUES_KEY")
    file.write_bytes(b"\xff\x00 no key")
    with pytest.raises(BadKey, match=r"values\.key: This is not a key") as trouble:
        own_key(lab)
    assert "drydock values set" in trouble.value.remedy


def test_the_secret_is_made_once_and_kept_closed(tmp_path: Path) -> None:
    file = tmp_path / "values.secret"
    assert key_of(file, "ada") == DEFAULT_KEY
    secret = make_secret(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert make_secret(file) == secret == read_secret(file)
    assert key_of(file, "ada") == StudentKey.derive(secret, "ada") != key_of(file, "bob")
    assert list(tmp_path.iterdir()) == [file]
    file.write_text("abc")
    with pytest.raises(BadSecret, match="damaged"):
        read_secret(file)
    file.chmod(0o640)
    with pytest.raises(BadSecret, match="other users"):
        key_of(file, "ada")


def test_a_student_types_the_key_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labs").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRYDOCK_VALUES_KEY", raising=False)
    done = CliRunner().invoke(main, ["values", "set", *ADA.text.lower().split("-")])
    assert done.exit_code == 0, done.output
    assert own_key(Workspace(find_course()).folder("01-x")) == ADA
    slip = CliRunner().invoke(main, ["values", "set", ADA.text[:-1] + "*"])
    assert slip.exit_code == 3
    assert "This is not a key" in slip.output and "Next: " in slip.output
    assert own_key(tmp_path / "workspace") == ADA
    nobody = CliRunner().invoke(main, ["values", "keys"])
    assert nobody.exit_code == 3
    assert "knows no students" in nobody.output and not (tmp_path / "values.secret").exists()
