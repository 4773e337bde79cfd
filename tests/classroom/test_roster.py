"""The class list and its passwords; the Hub's configuration as text."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import stat
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from grader import files
from grader.classroom import authenticator, hub
from grader.classroom import roster as roster_module
from grader.classroom.authenticator import RosterAuthenticator
from grader.classroom.places import ClassError, ClassFolder
from grader.classroom.roster import add, is_right, read_names, renew, update
from grader.cli.serve import command
from grader.errors import sudo_drydock
from grader.lms.settings import lms_settings


def _table(folder: Path, text: str) -> Path:
    table = folder / "users.csv"
    table.write_text(text)
    return table


def test_names_come_from_the_first_column(tmp_path: Path) -> None:
    table = _table(tmp_path, "\ufeffName,mail\nada,a@x\n\n bob ,b@x\nada,again\n")
    assert read_names(table) == ["ada", "bob"]


@pytest.mark.parametrize(("text", "told"), [("ada\nBob Low\n", "line 2"), ("", "names nobody"), ("name\n", "nobody")])
def test_a_bad_table_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ClassError, match=told):
        read_names(_table(tmp_path, text))
    with pytest.raises(ClassError, match="can't be read"):
        read_names(tmp_path / "absent.csv")


@pytest.fixture
def place(tmp_path: Path) -> ClassFolder:
    place = ClassFolder(tmp_path / "class")
    place.hub.mkdir(parents=True)
    return place


def _words(place: ClassFolder) -> list[tuple[str, ...]]:
    """Names and passwords to be handed out."""
    head, *rows = place.passwords.read_text().splitlines()
    assert head == "name,password"
    return [tuple(row.split(",")) for row in rows]


def test_a_password_is_made_once_and_kept_in_words_only_to_be_handed_out(place: ClassFolder) -> None:
    roster = place.roster
    made = update(roster, place.passwords, ["ada", "bob"])
    assert set(made) == {"ada", "bob"} and _words(place) == list(made.items())
    assert stat.S_IMODE(roster.stat().st_mode) == stat.S_IMODE(place.passwords.stat().st_mode) == 0o600
    assert made["ada"] not in roster.read_text()
    assert is_right(roster, "ada", made["ada"])
    assert not is_right(roster, "ada", made["bob"])
    assert not is_right(roster, "ada", "")
    assert not is_right(roster, "cyd", "")
    # Handed out and removed. Who stays keeps theirs, who has left the list is out.
    place.passwords.unlink()
    assert set(update(roster, place.passwords, ["ada", "cyd"])) == {"cyd"}
    assert [name for name, _word in _words(place)] == ["cyd"]
    assert is_right(roster, "ada", made["ada"])
    assert not is_right(roster, "bob", made["bob"])


def test_who_is_added_is_in_and_nobody_is_out(place: ClassFolder) -> None:
    made = update(place.roster, place.passwords, ["ada"])
    added = add(place.roster, place.passwords, ["bob", "ada"])
    assert set(added) == {"bob"} and _words(place) == [*made.items(), *added.items()]
    assert all(is_right(place.roster, name, word) for name, word in _words(place))


def test_a_lost_password_is_replaced(place: ClassFolder) -> None:
    made = update(place.roster, place.passwords, ["ada", "bob"])
    new = renew(place.roster, place.passwords, ["ada"])
    assert set(new) == {"ada"} and new["ada"] != made["ada"]
    assert is_right(place.roster, "ada", new["ada"]) and not is_right(place.roster, "ada", made["ada"])
    assert sorted(_words(place)) == sorted([("bob", made["bob"]), *new.items()])
    with pytest.raises(ClassError, match="no “cyd”"):
        renew(place.roster, place.passwords, ["bob", "cyd"])
    assert is_right(place.roster, "bob", made["bob"])


def test_after_a_kill_between_the_two_files_nobody_is_kept_out(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        # The roster's turn.
        patched.setattr(roster_module, "atomic", _only(place.passwords, killed))
        with pytest.raises(KeyboardInterrupt):
            update(place.roster, place.passwords, ["ada"])
    assert not place.roster.exists() and [name for name, _word in _words(place)] == ["ada"]
    update(place.roster, place.passwords, ["ada"])
    ((name, word),) = _words(place)
    assert is_right(place.roster, name, word)


def test_a_list_that_a_power_cut_emptied_is_a_sentence(place: ClassFolder, tmp_path: Path) -> None:
    update(place.roster, place.passwords, ["ada"])
    place.roster.write_text("")
    with pytest.raises(ClassError, match=r"roster\.json is damaged") as raised:
        is_right(place.roster, "ada", "word")
    # As it says.
    assert f"mv {place.roster} {place.roster}.old" in raised.value.remedy and "--users" in raised.value.remedy
    place.roster.rename(tmp_path / "old")
    update(place.roster, place.passwords, ["ada"])
    ((name, word),) = _words(place)
    assert is_right(place.roster, name, word)


def _only(allowed: Path, otherwise: Callable[[Path], None]) -> Callable[[Path], AbstractContextManager[Path]]:
    @contextmanager
    def atomic(target: Path, *, mode: int) -> Iterator[Path]:
        if target != allowed:
            otherwise(target)
        with files.atomic(target, mode=mode) as draft:
            yield draft

    return atomic


def _serve(place: ClassFolder, *words: str) -> str:
    said = CliRunner().invoke(command, ["--folder", str(place.path), *words])
    if said.exception is not None:
        raise said.exception
    return said.output


@pytest.mark.skipif(os.geteuid() != 0, reason="a class is root's")
def test_the_list_is_changed_while_the_hub_goes_on(place: ClassFolder, tmp_path: Path) -> None:
    (made,) = update(place.roster, place.passwords, ["ada"]).items()
    table = _table(tmp_path, "ada\ncyd\n")
    assert "New passwords: cyd." in (said := _serve(place, "--users", str(table), "--add"))
    assert str(place.passwords) in said
    assert "Nobody is new" in _serve(place, "--users", str(table), "--add")
    assert "New passwords: ada." in _serve(place, "--new-password", "ada")
    words = dict(_words(place))
    # As the Hub that runs asks at each login.
    login = RosterAuthenticator(roster=str(place.roster))
    for name, word, who in (("cyd", words["cyd"], "cyd"), ("Ada", words["ada"], "ada"), (*made, None)):
        assert asyncio.run(login.authenticate(None, {"username": name, "password": word})) == who
    # Whoever leaves the list is out, logged in or not.
    update(place.roster, place.passwords, ["cyd"])
    for name, stays in (("cyd", True), ("ada", False)):
        assert asyncio.run(login.refresh_user(SimpleNamespace(name=name))) is stays
    assert login.auth_refresh_strict


def test_a_name_that_is_in_no_list_takes_as_long(place: ClassFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    update(place.roster, place.passwords, ["ada"])
    asked: list[bytes] = []
    scrypt = hashlib.scrypt

    def counted(word: bytes, **more: Any) -> bytes:
        asked.append(word)
        return scrypt(word, **more)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    for name in ("ada", "cyd"):
        assert not is_right(place.roster, name, "guess")
    assert asked == [b"guess", b"guess"]


def _attempt(login: RosterAuthenticator, name: str, word: str) -> Awaitable[str | None]:
    made: Awaitable[str | None] = login.authenticate(None, {"username": name, "password": word})
    return made


def test_passwords_are_looked_at_two_at_once(place: ClassFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    update(place.roster, place.passwords, ["ada"])
    most = now = 0
    lock = threading.Lock()

    def looked(_roster: Path, _name: str, _word: str) -> bool:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        # As long as others might begin, too.
        time.sleep(0.02)
        with lock:
            now -= 1
        return False

    monkeypatch.setattr(authenticator, "is_right", looked)
    monkeypatch.setattr(authenticator, "_PAUSE", 0.0)

    async def run() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(8))
        login = RosterAuthenticator(roster=str(place.roster))
        await asyncio.gather(*(_attempt(login, f"name{number}", "guess") for number in range(24)))

    asyncio.run(run())
    assert most <= 2


def test_wrong_passwords_wait_longer_each_time_and_the_right_one_does_not(
    place: ClassFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = update(place.roster, place.passwords, ["ada"])
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(authenticator, "is_right", lambda _roster, name, word: words.get(name) == word)

    async def run(name: str) -> None:
        # Its own for each name: names share counts, by a hash that is another in each process.
        login = RosterAuthenticator(roster=str(place.roster))
        with monkeypatch.context() as patched:
            patched.setattr(authenticator.asyncio, "sleep", noted)
            for _time in range(12):
                assert await _attempt(login, name, "guess") is None
            assert pauses[:4] == [0.25, 0.5, 1, 2] and pauses[-1] == max(pauses) <= 10
            pauses.clear()
            if name in words:
                assert await _attempt(login, name, words[name]) == name
            assert pauses == []

    # The same for a name that is in no list.
    for name in ("ada", "cyd"):
        asyncio.run(run(name))


def test_a_list_that_is_not_there_is_not_changed(place: ClassFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ClassError, match="root's"):
        _serve(place, "--new-password", "ada")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ClassError, match="no class with a list"):
        _serve(place, "--new-password", "ada")
    update(place.roster, place.passwords, ["ada"])
    with pytest.raises(ClassError, match="--users"):
        _serve(place, "--add")


@pytest.fixture
def server() -> Iterator[None]:
    """What a configuration says of tornado's servers holds for this process."""
    saved = HTTPServer._save_configuration()
    yield
    HTTPServer._restore_configuration(saved)


@pytest.mark.usefixtures("server")
def test_what_a_request_brings_to_the_hub_has_a_bound(tmp_path: Path) -> None:
    _settings(hub.Wanted(ClassFolder(tmp_path), tmp_path))
    brought: list[int] = []

    async def run() -> None:
        outside, port = bind_unused_port()
        # As JupyterHub makes its own.
        hub_server = HTTPServer(lambda asked: brought.append(len(asked.body)), xheaders=True, trusted_downstream=[])
        hub_server.add_socket(outside)
        for size in (60_000, 70_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST / HTTP/1.0\r\nContent-Length: {size}\r\n\r\n".encode() + bytes(size))
            if size > 65_536:
                with contextlib.suppress(ConnectionError):
                    assert b" 400 " in await asyncio.wait_for(reader.read(), 60)
            else:
                async with asyncio.timeout(60):
                    while not brought:
                        await asyncio.sleep(0.01)
            writer.close()
        hub_server.stop()

    asyncio.run(run())
    assert brought == [60_000]


@pytest.mark.usefixtures("server")
def test_a_browsers_token_is_kept_a_while_and_ends_at_no_hour_of_the_class(tmp_path: Path) -> None:
    """By JupyterHub's own settings: of one that it does not know it says nothing."""
    from jupyterhub.app import JupyterHub

    days = JupyterHub(config=_settings(hub.Wanted(ClassFolder(tmp_path), tmp_path))).oauth_token_expires_in / 86_400
    assert days == 1.5


def _settings(wanted: hub.Wanted) -> Any:
    """The configuration as JupyterHub would read it."""
    from traitlets.config import Config

    made = Config()
    exec(hub.configuration(wanted), {"get_config": lambda: made})
    return made


@pytest.mark.usefixtures("server")
def test_the_configuration_says_what_was_asked_for(tmp_path: Path) -> None:
    place = ClassFolder(tmp_path / "class")
    plain = _settings(hub.Wanted(place, tmp_path))
    assert plain.JupyterHub.authenticator_class == "pam"
    assert plain.JupyterHub.bind_url == "http://:8000"
    assert plain.DrydockSpawner.disk_limit == "10G"
    assert plain.Authenticator.admin_users == set()
    # Who makes tokens fills the disk of the Hub's database ("self" has them, too).
    (user,) = [role for role in plain.JupyterHub.load_roles if role["name"] == "user"]
    assert {scope.partition("!")[0] for scope in user["scopes"]}.isdisjoint({"self", "tokens"})
    assert all(scope.endswith("!user") for scope in user["scopes"])
    https = (tmp_path / "cert.pem", tmp_path / "key.pem")
    full = hub.Wanted(
        place, tmp_path, "::1", 443, https, place.hub / "roster.json", None, {"kim": "kim"}, "3G", 1.5, None, 10
    )
    told = _settings(full)
    assert told.JupyterHub.ssl_cert == str(https[0]) and told.JupyterHub.ssl_key == str(https[1])
    assert told.JupyterHub.bind_url == "https://[::1]:443"
    assert told.RosterAuthenticator.roster == str(place.hub / "roster.json")
    assert (told.DrydockSpawner.disk_limit, told.DrydockSpawner.cpu_limit) == (None, 1.5)
    assert told.Authenticator.admin_users == {"kim"}
    assert "--timeout=600" in told.JupyterHub.services[0]["command"]


@pytest.mark.usefixtures("server")
def test_who_may_log_in_says_the_lms(tmp_path: Path) -> None:
    (tmp_path / "lms.toml").write_text(
        'platform = "canvas"\naddress = "https://canvas.example.edu"\ncourse = 5\nclient_id = "17"\n'
    )
    lms = lms_settings(tmp_path)
    told = _settings(hub.Wanted(ClassFolder(tmp_path), tmp_path, lms=lms, teachers={"kim": "Kim@Uni.example"}))
    assert told.JupyterHub.authenticator_class == "ltiauthenticator.lti13.auth.LTI13Authenticator"
    assert told.LTI13Authenticator.client_id == {"17"}
    assert told.LTI13Authenticator.jwks_endpoint == "https://canvas.example.edu/api/lti/security/jwks"
    assert told.Authenticator.username_map == {"kim@uni.example": "kim"}
    assert told.Authenticator.admin_users == told.DrydockSpawner.teachers == {"kim"}


@pytest.mark.parametrize(
    ("domain", "port", "https", "known_by"),
    [
        ("hub.uni.example", 443, True, "https://hub.uni.example"),
        ("hub.uni.example", 8000, False, "http://hub.uni.example:8000"),
        # Behind a proxy of the university's, which has the certificate.
        ("https://hub.uni.example/", 8000, False, "https://hub.uni.example"),
    ],
)
@pytest.mark.usefixtures("server")
def test_a_domain_gives_each_server_a_name(tmp_path: Path, domain: str, port: int, https: bool, known_by: str) -> None:
    files = (tmp_path / "cert.pem", tmp_path / "key.pem") if https else None
    told = _settings(hub.Wanted(ClassFolder(tmp_path), tmp_path, port=port, https=files, domain=domain))
    assert told.JupyterHub.subdomain_host == known_by
    assert told.JupyterHub.bind_url == f"http{'s' if https else ''}://:{port}"
    assert "subdomain_host" not in _settings(hub.Wanted(ClassFolder(tmp_path), tmp_path)).JupyterHub


@pytest.mark.parametrize("domain", ["192.0.2.7", "my hub", "https://hub.example/jupyter", "*.hub.example", "[::1]"])
def test_what_can_have_no_names_below_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, domain: str
) -> None:
    monkeypatch.setattr(hub.os, "geteuid", lambda: 0)
    monkeypatch.setattr(hub.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(ClassError, match="no name below which"):
        hub.check_machine(hub.Wanted(ClassFolder(tmp_path), tmp_path, domain=domain))


def test_what_is_missing_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = hub.Wanted(ClassFolder(tmp_path), tmp_path, https=(tmp_path / "no.pem", tmp_path / "no.key"))
    monkeypatch.setattr(hub.os, "geteuid", lambda: 1000)
    with pytest.raises(ClassError) as told:
        hub.check_machine(wanted)
    assert told.value.remedy == sudo_drydock("serve")
    monkeypatch.setattr(hub.os, "geteuid", lambda: 0)
    monkeypatch.setattr(hub.shutil, "which", lambda _name: None)
    with pytest.raises(ClassError, match=r"Node\.js"):
        hub.check_machine(wanted)
    monkeypatch.setattr(hub.shutil, "which", lambda name: f"/usr/bin/{name}")
    with monkeypatch.context() as without, pytest.raises(ClassError, match="proxy is not installed") as told:
        without.setattr(hub, "proxy_program", lambda: None)
        hub.check_machine(wanted)
    assert f"`{told.value.remedy}`" in (Path(__file__).parents[2] / "docs" / "class-server.md").read_text()
    with pytest.raises(ClassError, match="no file"):
        hub.check_machine(wanted)
