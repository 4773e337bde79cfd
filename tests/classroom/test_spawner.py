"""The Hub's side of a server's start: what it must not cost the others."""

from __future__ import annotations

import asyncio
import os
import pwd
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub import orm

from grader.classroom.places import ClassFolder
from grader.classroom.spawner import DrydockSpawner, SpawnError


class _Slow(DrydockSpawner):
    """Its gate says that it is ready when it is told to."""

    def _order(self) -> Any:
        return SimpleNamespace(name="ada")

    def _start_gate(self, _order: Any) -> subprocess.Popen[bytes]:
        said = "read line; echo '{\"ready\": true}'"
        self.gate = subprocess.Popen(["sh", "-c", said], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self.gate


def test_nothing_is_kept_of_what_a_request_says_of_a_server(tmp_path: Path) -> None:
    """JupyterHub would keep it in its database, of any size, and give it out with the server."""
    session = orm.new_session_factory(f"sqlite:///{tmp_path}/hub.sqlite")()
    session.add(kept := orm.Spawner(name="", user_options={"note": "x" * 1000}))
    session.commit()
    made = DrydockSpawner(orm_spawner=kept, user_options={"note": "x" * 1000})
    for spawner in (kept, made):
        assert not spawner.user_options
        # As JupyterHub does at PUT, PATCH and POST.
        spawner.user_options = {"note": "x" * 1000}
        session.commit()
        assert not spawner.user_options
    session.close()
    assert b"xxx" not in (tmp_path / "hub.sqlite").read_bytes()


def test_the_hubs_database_keeps_no_long_texts_of_a_login() -> None:
    """A login into one's own server takes the session from a cookie of up to 64 KB; its token lasts two weeks."""
    long, short = "x" * 60_000, "0123456789abcdef" * 2
    for text, kept in ((long, 255), (short, 32)):
        code = orm.OAuthCode(session_id=text, code_challenge=text)
        for found in (orm.APIToken(session_id=text).session_id, code.session_id, code.code_challenge):
            assert found == text[:kept]
    assert orm.APIToken(session_id=None).session_id is None


def test_servers_that_start_keep_no_login_waiting() -> None:
    async def run() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        spawners = [_Slow(user=SimpleNamespace(name="ada")) for _number in range(2)]
        starts = [asyncio.create_task(spawner.start()) for spawner in spawners]
        while not all(hasattr(spawner, "gate") for spawner in spawners):
            await asyncio.sleep(0)
        try:
            # As a login asks for its password's hash.
            assert await asyncio.wait_for(asyncio.to_thread(len, "abc"), 60) == 3
        finally:
            for spawner in spawners:
                assert spawner.gate.stdin is not None
                spawner.gate.stdin.write(b"go\n")
                spawner.gate.stdin.close()
            addresses = await asyncio.gather(*starts)
        assert [host for host, _port in addresses] == ["127.0.0.1"] * 2

    asyncio.run(run())


@pytest.mark.parametrize("what", ["a link", "a link to nothing", "a file"])
def test_a_teacher_is_told_of_what_is_no_folder_in_the_exchange(tmp_path: Path, what: str) -> None:
    place, name = ClassFolder(tmp_path / "class"), pwd.getpwuid(os.geteuid()).pw_name
    place.make()
    place.inbound.rmdir()
    if what == "a file":
        place.inbound.touch()
    else:
        place.inbound.symlink_to(tmp_path if what == "a link" else tmp_path / "nothing")
    # The class's own folder may well be one.
    (folder := tmp_path / "link").symlink_to(place.path)
    spawner = DrydockSpawner(user=SimpleNamespace(name=name), teachers={name}, folder=str(folder))
    with pytest.raises(SpawnError, match=r"inbound is no folder, or a link leads there.* ls -ld "):
        asyncio.run(spawner.start())


class _Bare(DrydockSpawner):
    """Without a Hub, which knows what a server is given."""

    def get_args(self) -> list[str]:
        return []

    def get_env(self) -> dict[str, str]:
        return {}


@pytest.mark.skipif(os.geteuid() != 0, reason="starts a server as another user")
def test_a_teacher_is_told_that_drydock_lies_where_they_may_not_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (closed := tmp_path / "closed").mkdir(mode=0o700)
    (closed / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(closed / "python"))
    (tmp_path / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "harbour"\n')
    options = {"teachers": {"daemon"}, "folder": str(tmp_path / "class"), "course": str(tmp_path)}
    spawner = _Bare(user=SimpleNamespace(name="daemon"), **options)
    with pytest.raises(SpawnError, match=rf"daemon can't run {closed}/python.* namei -l {closed}/python"):
        asyncio.run(spawner.start())
    assert (tmp_path / "class" / "exchange" / "harbour").is_symlink()
