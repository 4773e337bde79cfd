"""Requests that are sent without a pause while something is done: whether one of them is lost."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from grader.checks import arguments, commands
from grader.checks.container.inside import Inside, not_live
from grader.checks.container.subject import is_live
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.throwaway import SEALED, START_SECONDS, exit_code_of, helper_image, says, throwaway, uncut
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs
from grader.docker_api.errors import Obstructed
from grader.docker_api.streams import read_logs
from grader.i18n import _
from grader.report.plain import excerpt

#: A request that has no answer by then is lost; seconds.
_PATIENCE = 15
#: So many readers, and what each says before its first request.
_NUMBER = 6
_READS = "reads"
#: Each reader asks again as soon as it is answered, and says in the end how many answers it had, how many it lacked,
#: and what came in the place of the first of these. TERM is the end: a request that is under way is waited for.
_READERS = f"""set -f
ask() {{ said=$(wget -q -T {_PATIENCE} -O - "$1" 2>&1) && case $said in *"$2"*) ;; *) false ;; esac; }}
until ask "$@"; do sleep 0.1; done
readers= over= reader=0
trap 'kill $readers' TERM
while [ $((reader += 1)) -le {_NUMBER} ]; do
    (
        trap over=1 TERM
        echo {_READS}
        answered=0 lost=0 first=
        while [ -z "$over" ]; do
            if ask "$@"; then answered=$((answered + 1)); continue; fi
            lost=$((lost + 1)) first=${{first:-${{said:-nothing}}}}
        done
        echo "$answered $lost" $first
    ) &
    readers="$readers $!"
done
wait
wait
"""


@dataclass
class _Counted:
    readers: int = 0
    answered: int = 0
    lost: int = 0
    first: str = ""

    def add(self, said: str) -> None:
        """From what the readers have said."""
        # Not splitlines(): what a page says may have other ends of lines in it.
        for line in said.split("\n"):
            answered, _space, rest = line.partition(" ")
            lost, _space, first = rest.partition(" ")
            if answered.isdecimal() and lost.isdecimal():
                self.readers += 1
                self.answered, self.lost = self.answered + int(answered), self.lost + int(lost)
                self.first = self.first or first


class Serving(Inside):
    """Expectations about what those notice who go on asking."""

    @expectation
    def loses_no_request(
        self,
        during: Sequence[str] | str,
        *,
        port: int = 80,
        path: str = "/",
        containing: str = "",
        within: float = 30,
    ) -> Claim:
        """Six readers of the check's ask at ``port``, seen from inside, again and again, while this command is executed
        in it: each request is answered within 15 s, with this text, and the command ends with 0 in time.
        """
        words = arguments.words(during, "during")
        number, text = arguments.port(port, "port"), containing and arguments.text(containing, "containing")
        wanted = commands.wanted(prints=None, lacks=None, matching=None, errors=None, exit_code=0)
        seconds = arguments.seconds(within, "within")
        url = f"http://127.0.0.1:{number}{arguments.path(path, 'path')}"

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return not_live(attrs)
            unheard = self._unheard_in_it()
            with self._read(str(attrs["Id"]), [url, text]) as counted:
                if counted is None:
                    return Finding(False, _("nobody answered at {url} before that").format(url=url))
                done = wanted.judge(self._run_to_its_end(words, seconds, unheard=unheard), seconds)
            shown = _("{lost} lost, {answered} answered").format(lost=counted.lost, answered=counted.answered)
            if counted.first:
                shown += "; " + _("in the place of the first: {said}").format(said=excerpt(counted.first))
            return Finding(done.ok and not counted.lost, shown if done.ok else f"{shown}; {done.found}")

        return Claim(
            self._says(_("In container {name} {command} loses no request"), name=self.name, command=shlex.join(words)),
            _("each request to {url} is answered").format(url=url) + (f": {text}" if text else ""),
            judge,
            f"docker exec {self._shell_name} {shlex.join(words)}",
            _("What answers now must go on until what follows it answers, and end what it has begun."),
        )

    @contextmanager
    def _read(self, container: str, asked: Sequence[str]) -> Iterator[_Counted | None]:
        """Readers in the container's network, who are counted at the end; None where they had no answer at first."""
        daemon = self._daemon
        host = {"NetworkMode": f"container:{container}", **SEALED}
        with throwaway(daemon, helper_image(daemon), ["sh", "-c", _READERS, "-", *asked], host=host) as readers:
            daemon.ask(lambda client: client.start(readers), patience=START_SECONDS)
            if not says(daemon, readers, f"{_READS}\n" * _NUMBER):
                yield None
                return
            counted = _Counted()
            yield counted
            daemon.ask(lambda client: client.kill(readers, "TERM"))
            code = exit_code_of(daemon, readers, 2.0 * _PATIENCE)
            said = read_logs(daemon, readers, tty=False, streams=(1,))
            uncut(commands.Outcome(code, said, ""))
            counted.add(said)
            if counted.readers < _NUMBER or not counted.answered:
                raise Obstructed(_("a look from inside came to no end"))
            if "timed out" in counted.first:
                blame.must_have_had(daemon, _PATIENCE, min(_PATIENCE, daemon.deadline.remaining()))
