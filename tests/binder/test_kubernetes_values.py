"""binder/values.yaml fits the image, what the image is tested under, and docs/kubernetes.md. There is no cluster."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath
from typing import Any

import pod
import yaml

from grader.jupyter.index_kernel import INDEX

_ROOT = Path(__file__).parents[2]
_VALUES = _ROOT / "binder" / "values.yaml"
_DOCKERFILE = (_ROOT / "binder" / "Dockerfile").read_text()
_PAGE = (_ROOT / "docs" / "kubernetes.md").read_text()


def _singleuser() -> Any:
    return yaml.safe_load(_VALUES.read_text())["singleuser"]


def _image_setting(name: str) -> str:
    """What the Dockerfile's ``ARG`` or ``ENV`` says, with the defaults of the arguments in it."""
    (found,) = re.findall(rf"\b{name}=(\S+)", _DOCKERFILE)
    return re.sub(r"\$\{(\w+)\}", lambda match: _image_setting(match[1]), found)


def test_the_volume_hides_nothing_of_the_image_but_the_students_copies() -> None:
    assert _singleuser()["storage"]["homeMountPath"] == f"{_image_setting('COURSE')}/workspace" == pod.WORKSPACE


def test_the_command_is_in_an_image_that_is_built_as_the_page_says() -> None:
    scripts = {script.name for script in distribution("jupyterhub").entry_points if script.group == "console_scripts"}
    assert _singleuser()["cmd"] in scripts
    assert re.search(r'^RUN \[ -z "\$\{JUPYTERHUB\}" \].*?"jupyterhub==\$\{JUPYTERHUB\}"$', _DOCKERFILE, re.M | re.S)
    # The Hub's version, wherever it is named: a server of another major one may not get its user logged in.
    named = set(re.findall(r"JUPYTERHUB=(\S+)", _PAGE)) | set(re.findall(r"JupyterHub (\d\S*\d)", _VALUES.read_text()))
    assert named == {pod.JUPYTERHUB}


def test_a_pod_may_do_no_more_than_the_image_was_tested_with() -> None:
    values = yaml.safe_load(_VALUES.read_text())
    user, context = values["singleuser"], values["hub"]["config"]["KubeSpawner"]["container_security_context"]
    assert f"{user['uid']}:{context['runAsGroup']}" == pod.RULES[pod.RULES.index("--user") + 1]
    assert str(user["uid"]) == _image_setting("NB_UID")
    assert user["fsGid"] == context["runAsGroup"], "or the student can't write to the volume"
    # What the Pod Security Standard “restricted” asks of a container.
    assert user["allowPrivilegeEscalation"] is False
    assert context["runAsNonRoot"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert user["cloudMetadata"]["blockWithIptables"] is False, "that is a privileged container"
    assert user["memory"]["limit"].lower() == pod.RULES[pod.RULES.index("--memory") + 1]


def test_the_first_page_is_the_index() -> None:
    assert PurePosixPath(_singleuser()["defaultUrl"]) == PurePosixPath("/lab/tree") / INDEX


def test_every_variable_of_ours_is_read_somewhere() -> None:
    named = set(re.findall(r"\bDRYDOCK_\w+", _VALUES.read_text() + _PAGE))
    code = "\n".join(path.read_text() for path in (_ROOT / "grader").rglob("*.py"))
    assert named
    assert {name for name in named if f'"{name}"' not in code} == set()
