"""Which answers are alike: classes small enough to say what should come of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.autograde.similarity import Drawn, Likeness, likeness
from grader.values import StudentKey
from grader.values.values import Declaration

KEYS = {name: StudentKey.derive(b"secret", name) for name in ("ada", "bob", "cyd", "dan")}
ASKS = 'berth = check.value("berth", of=range(1000, 8000))\nseal = check.value("seal", length=8)'
NO_VALUES = Drawn([], {})


def drawn(name: str, student: str) -> str:
    whole = {"berth": Declaration.of("berth", of=range(1000, 8000)), "seal": Declaration.of("seal", length=8)}
    return str(whole[name].value(KEYS[student]))


def of_class(answers: dict[str, str], given: str = "", values: Drawn = NO_VALUES) -> Likeness:
    return likeness({student: {"net-answer": text} for student, text in answers.items()}, [given], values)


def test_what_two_wrote_and_few_others_stands_out_and_what_all_wrote_does_not() -> None:
    usual = "!docker network create front\n!docker run -d --name web --network front drydock/nginx:1"
    answers = {f"s{number}": usual for number in range(20)}
    odd = "!docker volume create --label crew=tern --opt com.example.mast=three data"
    answers |= {"eve": f"{usual}\n{odd}", "fay": f"{usual}\n{odd}"}
    found = of_class(answers)
    assert found.compared == 22
    assert found.pairs[0].students == ("eve", "fay")
    assert found.pairs[0].lines[0] == ("net-answer", odd), "the line that nobody else has comes first"
    assert found.pairs[0].similarity > 0.5
    assert found.pairs[1].similarity < 0.01, "twenty who wrote what everybody writes"
    assert found.half < 0.01
    assert found.most < 0.01 < found.pairs[0].similarity


def test_quotes_options_order_of_lines_and_the_language_are_no_disguise() -> None:
    shell = (
        "docker run -d \\\n  --name 'web' --label crew=tern drydock/nginx:1\ndocker network create front --label x=y"
    )
    python = (
        'sh(["docker", "network", "create", "front", "--label", "x=y"])\n'
        'sh(["docker", "run", "-d", "--name", "web", "--label", "crew=tern", "drydock/nginx:1"])'
    )
    others = {f"s{number}": f"docker ps --filter name=s{number} --quiet" for number in range(5)}
    found = of_class({"ada": shell, "bob": python, **others})
    assert found.pairs[0].students == ("ada", "bob")
    assert found.pairs[0].similarity > 0.5


def test_what_the_lab_says_itself_counts_nothing() -> None:
    text = "# Start a container called web, on port 8080, from drydock/nginx:1\n!docker ps"
    assert of_class({"ada": text, "bob": text}).pairs
    assert not of_class({"ada": text, "bob": text}, given=text).pairs


def test_a_value_of_somebody_else_comes_before_any_likeness() -> None:
    long = "!docker run --label crew=tern --label mast=three --label sails=torn --name office drydock/nginx:1"
    answers = {
        "ada": f"!docker run --publish {drawn('berth', 'ada')}:80 web",
        "bob": f"!docker rm web; docker start seal_{drawn('seal', 'ada')}",
        "cyd": long,
        "dan": long,
    }
    first, second = of_class(answers, values=Drawn([ASKS], KEYS)).pairs[:2]
    assert first.students == ("ada", "bob")
    assert first.similarity < second.similarity
    (foreign,) = first.foreign
    assert (foreign.holder, foreign.owner, foreign.cell, foreign.name, foreign.value) == (
        *("bob", "ada", "net-answer", "seal"),
        drawn("seal", "ada"),
    )
    assert second.students == ("cyd", "dan")
    assert not second.foreign


def test_who_put_their_own_value_into_a_copied_text_is_alike_all_the_same() -> None:
    def text(student: str) -> str:
        return f"!docker run -p {drawn('berth', student)}:80 --label seal={drawn('seal', student)} --name web web:1"

    answers = {"ada": text("ada"), "bob": text("bob"), "cyd": "!docker ps", "dan": "!docker images"}
    with_values = of_class(answers, values=Drawn([ASKS], KEYS)).pairs[0]
    assert with_values.students == ("ada", "bob")
    assert not with_values.foreign, "each has their own"
    assert with_values.similarity > 1.5 * of_class(answers).pairs[0].similarity


def test_a_value_points_at_nobody_when_many_have_it_the_lab_names_it_or_it_is_short() -> None:
    names = {f"s{number}": StudentKey.derive(b"secret", f"s{number}") for number in range(40)}
    few = 'check.value("ship", of=["avocet", "bittern"])'
    short = 'check.value("toll", of=range(11, 99))'
    answers = dict.fromkeys(names, "!docker run --name avocet bittern")
    answers["s0"] = " ".join(map(str, range(11, 99)))
    assert not any(pair.foreign for pair in of_class(answers, values=Drawn([few, short], names)).pairs)
    other = f"!docker tag web {drawn('berth', 'ada')}"
    for told, expected in (("", 1), (f"as in {drawn('berth', 'ada')}", 0)):
        values = Drawn([ASKS], KEYS, [told])
        pairs = of_class({"ada": "!docker ps", "bob": other}, values=values).pairs
        assert sum(len(pair.foreign) for pair in pairs) == expected


def test_what_is_planted_is_nobodys_value_to_write() -> None:
    asks = 'check.value("fault", of=["asleep.sh", "paused.sh", "killed.sh", "gone.sh"])'
    plants = asks.replace("value", "plant")
    everything = "sh asleep.sh; sh paused.sh; sh killed.sh; sh gone.sh"
    assert any(pair.foreign for pair in of_class({"ada": everything}, values=Drawn([asks], KEYS)).pairs)
    assert not of_class({"ada": everything}, values=Drawn([asks, plants], KEYS)).pairs


def test_a_value_of_who_handed_nothing_in_is_said_too() -> None:
    pairs = of_class({"bob": f"!docker tag web {drawn('seal', 'dan')}"}, values=Drawn([ASKS], KEYS)).pairs
    assert [(pair.students, pair.similarity, len(pair.foreign)) for pair in pairs] == [(("bob", "dan"), 0.0, 1)]


def test_nobody_and_one_are_no_pair() -> None:
    assert likeness({}, [], NO_VALUES).pairs == ()
    assert of_class({"ada": "!docker ps"}) == Likeness(1, 0.0, 0.0, ())


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.text(max_size=200)), st.text(max_size=50))
def test_no_text_breaks_it(answers: dict[str, str], lab: str) -> None:
    found = of_class(answers, lab, Drawn([ASKS, lab], KEYS, [lab]))
    assert all(0 <= pair.similarity <= 1 for pair in found.pairs)
    assert found == of_class(dict(reversed(answers.items())), lab, Drawn([ASKS, lab], KEYS, [lab])), "no order matters"
