"""The class list and its passwords; the Hub's configuration as text."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from grader.classroom import hub
from grader.classroom.places import ClassError, ClassFolder
from grader.classroom.roster import is_right, read_names, update, write_passwords
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


def test_a_password_is_made_once_and_nowhere_kept_in_words(tmp_path: Path) -> None:
    roster = tmp_path / "roster.json"
    made = update(roster, ["ada", "bob"])
    assert set(made) == {"ada", "bob"}
    assert stat.S_IMODE(roster.stat().st_mode) == 0o600
    assert made["ada"] not in roster.read_text()
    assert is_right(roster, "ada", made["ada"])
    assert not is_right(roster, "ada", made["bob"])
    assert not is_right(roster, "ada", "")
    assert not is_right(roster, "cyd", "")
    # Who stays keeps theirs, who has left the list is out.
    assert set(update(roster, ["ada", "cyd"])) == {"cyd"}
    assert is_right(roster, "ada", made["ada"])
    assert not is_right(roster, "bob", made["bob"])


def test_passwords_are_added_to_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "passwords.csv"
    write_passwords(file, {"ada": "one"})
    write_passwords(file, {"bob": "two"})
    assert file.read_text() == "name,password\nada,one\nbob,two\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _settings(wanted: hub.Wanted) -> Any:
    """The configuration as JupyterHub would read it."""
    from traitlets.config import Config

    made = Config()
    exec(hub.configuration(wanted), {"get_config": lambda: made})
    return made


def test_the_configuration_says_what_was_asked_for(tmp_path: Path) -> None:
    place = ClassFolder(tmp_path / "class")
    plain = _settings(hub.Wanted(place, tmp_path))
    assert plain.JupyterHub.authenticator_class == "pam"
    assert plain.JupyterHub.bind_url == "http://:8000"
    assert plain.DrydockSpawner.disk_limit == "10G"
    assert plain.Authenticator.admin_users == set()
    https = (tmp_path / "cert.pem", tmp_path / "key.pem")
    full = hub.Wanted(
        place, tmp_path, "::1", 443, https, place.hub / "roster.json", None, {"kim": "kim"}, "3G", 1.5, None, 10
    )
    told = _settings(full)
    assert told.JupyterHub.ssl_cert == str(https[0]) and told.JupyterHub.ssl_key == str(https[1])
    assert told.JupyterHub.bind_url.startswith("https://")
    assert told.RosterAuthenticator.roster == str(place.hub / "roster.json")
    assert (told.DrydockSpawner.disk_limit, told.DrydockSpawner.cpu_limit) == (None, 1.5)
    assert told.Authenticator.admin_users == {"kim"}
    assert "--timeout=600" in told.JupyterHub.services[0]["command"]


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


def test_what_is_missing_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = hub.Wanted(ClassFolder(tmp_path), tmp_path, https=(tmp_path / "no.pem", tmp_path / "no.key"))
    monkeypatch.setattr(hub.os, "geteuid", lambda: 1000)
    with pytest.raises(ClassError) as told:
        hub.check_machine(wanted)
    assert told.value.remedy == "sudo drydock serve"
    monkeypatch.setattr(hub.os, "geteuid", lambda: 0)
    monkeypatch.setattr(hub.shutil, "which", lambda _name: None)
    with pytest.raises(ClassError, match=r"Node\.js"):
        hub.check_machine(wanted)
    monkeypatch.setattr(hub.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(ClassError, match="no file"):
        hub.check_machine(wanted)
