"""The project's own promises: one environment for all, a reason for each dependency, a current release."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from grader.author.release import stale
from grader.course.labs import Course

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())
_EXTRAS = {
    extra: [Requirement(text) for text in texts if not text.startswith(_PROJECT["project"]["name"])]
    for extra, texts in _PROJECT["project"]["optional-dependencies"].items()
}
_DIRECT = [
    *(Requirement(text) for text in (*_PROJECT["project"]["dependencies"], *_PROJECT["dependency-groups"]["dev"])),
    *(dependency for extra in _EXTRAS.values() for dependency in extra),
]


def _locked() -> dict[str, Version]:
    found = re.findall(r"^([\w.-]+)==([\w.]+)", (_ROOT / "requirements.lock").read_text(), re.MULTILINE)
    return {name: Version(version) for name, version in found}


def test_the_lock_has_every_direct_dependency_in_its_range() -> None:
    locked = _locked()
    # A lock has names in their normal form (qemu-qmp).
    assert {canonicalize_name(dep.name) for dep in _DIRECT} <= set(locked)
    assert all(locked[canonicalize_name(dep.name)] in dep.specifier for dep in _DIRECT)


def test_every_locked_package_has_hashes() -> None:
    packages = re.split(r"\n(?=[\w.-]+==)", (_ROOT / "requirements.lock").read_text())
    assert [text.split()[0] for text in packages if "--hash=sha256:" not in text] == []


def test_conda_users_get_the_same_environment() -> None:
    conda = yaml.safe_load((_ROOT / "environment.yml").read_text())
    python, pip, packages = conda["dependencies"]
    assert packages == {"pip": ["-r requirements.lock"]}, "packages come from the lock only"
    assert pip == "pip"
    version = Version(python.removeprefix("python="))
    assert version in SpecifierSet(_PROJECT["project"]["requires-python"])


def test_every_direct_dependency_has_its_reason() -> None:
    page = (_ROOT / "docs" / "dependencies.md").read_text()
    # The tables of packages; one of images stands there, too.
    page = "\n\n".join(block for block in page.split("\n\n") if not block.startswith("| image |"))
    rows = {name for row in re.findall(r"^\| ([\w., -]+) \|", page, re.MULTILINE) for name in row.split(", ")}
    assert {dep.name for dep in _DIRECT} == rows - {"package"}


def test_the_page_says_which_extra_brings_what() -> None:
    page = (_ROOT / "docs" / "dependencies.md").read_text()
    for extra, dependencies in _EXTRAS.items():
        section = re.search(rf"^## `\[{extra}\]`.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, extra
        assert set(re.findall(r"^\| ([\w.-]+) \|", section[0], re.MULTILINE)) - {"package"} == {
            dependency.name for dependency in dependencies
        }


def test_the_release_is_what_the_solutions_make() -> None:
    course = Course(_ROOT)
    found = [finding.where for finding in stale(course, course.names())]
    assert found == [], "run: drydock author release"
    assert course.names("labs") == course.names(), "a lab without a source is left in labs/"


@pytest.mark.parametrize("file", [".gitignore", "grader/author/templates/course/gitignore.in"])
def test_no_commit_takes_what_the_pages_have_a_teacher_keep_in_the_course(file: str) -> None:
    """Students' names, work and marks, and secrets: a course may be pushed to a public place (docs/binder.md)."""
    ignored = (_ROOT / file).read_text().split()
    kept = {
        "instructors.md": ["gradebook-backup.db", "downloaded/", "submitted/", "autograded/", "feedback/", "mails/"],
        "class-server.md": ["users.csv", "class.py", "cert.pem", "key.pem"],
        "many-machines.md": ["shards/"],
        "lms.md": ["lms.toml", "lms-key.pem"],
    }
    for page, names in kept.items():
        text = (_ROOT / "docs" / page).read_text()
        assert [name for name in names if name not in text] == []
        assert [name for name in names if f"/{name.replace('backup.db', 'backup.*')}" not in ignored] == []
    assert "/reports/" in ignored


def test_make_help_lists_the_targets() -> None:
    done = subprocess.run(["make", "help"], cwd=_ROOT, capture_output=True, text=True, check=True)
    for target in ("lab", "test", "doctor", "lint", "types", "proof", "release", "lock"):
        assert f"make {target} " in done.stdout


_PAGES = [*(_ROOT.glob("*.md")), *(_ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(_ROOT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]+`", "", page.read_text(), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#:\s]+)\)", prose)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_list_of_decisions_has_each_of_them() -> None:
    folder = _ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[\d{4}\]\((.+?)\) \|", (folder / "README.md").read_text(), re.MULTILINE)
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    for name in listed:
        text = (folder / name).read_text()
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Measurement", "Consequences"]


def test_documents_name_only_files_and_tests_that_are_there() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=_ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    there = {place for file in files for place in (file, *map(str, Path(file).parents))}
    names = {Path(file).name for file in files}
    tests = "\n".join((_ROOT / file).read_text() for file in files if re.fullmatch(r"tests/.*\.py", file))
    lost = []
    for document in (file for file in files if re.fullmatch(r"([A-Z]+|docs/.*)\.md", file) and file != "CHANGELOG.md"):
        for word in re.findall(r"`([\w./-]+)`", (_ROOT / document).read_text()):
            known = {
                "path": not re.match(r"(tests|grader|benchmarks|scripts)/", word) or word.rstrip("/") in there,
                "module": not re.fullmatch(r"[\w/-]+\.py", word) or Path(word).name in names,
                "test": not re.fullmatch(r"test_\w+", word) or f"def {word}(" in tests or f"{word}.py" in names,
            }
            lost += [f"{document}: no {what} {word}" for what, is_known in known.items() if not is_known]
    assert lost == []


#: In comments and settings paths have no quotes around them.
_OURS = re.compile(
    r"(?<![\w./-])(?:tests|grader|benchmarks|scripts|docs|binder|\.github)/[\w./-]*\.(?:py|md|sh|toml|txt|yml)\b"
)


def test_code_and_settings_name_only_files_that_are_there() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=_ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    readable = [
        file
        for file in files
        # Tests make up files, and in labs/ and solutions/ others lie that may be called like ours.
        if file and not file.startswith(("tests/", "labs/", "solutions/"))
        if Path(file).suffix in ("", ".py", ".sh", ".toml", ".yml", ".yaml")
    ]
    assert {"environment.yml", "Makefile", ".ci/run", "grader/processes.py"} <= set(readable)
    lost = [
        f"{file}: no {path}"
        for file in readable
        for path in _OURS.findall((_ROOT / file).read_text())
        if path not in files
    ]
    assert lost == []
