"""The checker reads the lab's folder in every sandbox, also where its mount is younger than the fork server."""

from __future__ import annotations

from contextlib import closing

import pytest

from grader.engines import best_kind
from grader.report.verdicts import Status
from grader.sandbox.bounds import Bounds
from grader.sandbox.sandbox import SandboxSupply

pytestmark = pytest.mark.daemon

_CHECK = """
with check.task("page", hint="Look.") as t:
    t.folder(".").has_file("site/index.html", equals="{words}")
    t.container("web").mounts_folder(at="/site", source="site")
"""


def test_the_checker_reads_each_sandboxs_own_folder() -> None:
    with closing(SandboxSupply(Bounds(), best_kind())) as supply:
        for words in ("first", "second"):
            with supply.take() as sandbox:
                sandbox.kernel.wait_ready()
                start = "docker run -d --name web -v $PWD/site:/site drydock/busybox:1 sleep 60"
                sandbox.kernel.run(f"%%bash\nmkdir site && echo {words} > site/index.html && {start}", 60)
                report = sandbox.checker.check("page", _CHECK.format(words=words), 30)
                assert report.status is Status.PASSED, report
                report = sandbox.checker.check("page", _CHECK.format(words="other"), 30)
                assert report.verdicts[0].status is Status.FAILED, report
