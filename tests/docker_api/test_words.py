"""Docker's own ways of writing things, read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.docker_api.words import CPU_PERIOD, cpu_limit, is_healthcheck, listed_name, moment_of


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-30T15:44:06.123456789Z", datetime(2026, 11, 30, 15, 44, 6, 123456, UTC)),
        ("2026-11-30T17:44:06+02:00", datetime(2026, 11, 30, 15, 44, 6, 0, UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
        ("soon", None),
    ],
)
def test_a_time(text: str | None, when: datetime | None) -> None:
    assert moment_of(text) == when


@pytest.mark.parametrize(
    ("check", "is_one"),
    [
        (None, False),
        ({}, False),
        ({"Test": []}, False),
        ({"Test": ["NONE"]}, False),
        ({"Test": ["CMD", "true"]}, True),
        ({"Test": ["CMD-SHELL", "NONE"]}, True),
    ],
)
def test_a_health_check(check: dict[str, list[str]] | None, is_one: bool) -> None:
    assert is_healthcheck(check) is is_one


def test_a_cpu_limit_has_two_spellings() -> None:
    assert cpu_limit({"NanoCpus": 500_000_000}) == 0.5
    assert cpu_limit({"CpuQuota": 25_000, "CpuPeriod": 50_000}) == 0.5
    assert cpu_limit({"CpuQuota": CPU_PERIOD}) == 1
    assert cpu_limit({"CpuQuota": -1}) is None
    assert cpu_limit({}) is None


def test_a_containers_name_is_its_own_and_not_a_links() -> None:
    assert listed_name({"Names": ["/web/db", "/database"]}) == "database"
    assert listed_name({"Names": None}) == "?"
