"""What an image's start costs, counted by the kernel: a clock would judge the machine."""

from __future__ import annotations

from grader.checks import arguments
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.image.subject import ImageSubject
from grader.checks.throwaway import run_and_look
from grader.docker_api.daemon import HELPER_IMAGE, Attrs
from grader.docker_api.errors import Obstructed
from grader.i18n import _

#: A program has so long until it answers.
_SECONDS = 20
#: Beside the container, as a process of ours. What it has touched itself so far is what any container's start takes:
#: the runtime's part, and a shell's. Whatever status comes is an answer.
_COUNT = r"""
read -r mine </proc/$$/stat
until said=$(wget -q -T 5 -O /dev/null "http://127.0.0.1:$0/" 2>&1) || case $said in *HTTP/*) ;; *) false ;; esac; do
    sleep 0.1
done
echo "$mine"
for one in /proc/[0-9]*; do
    [ "$one" != "/proc/$$" ] && { read -r line <"$one/stat"; } 2>/dev/null && echo "$line"
done
true
"""


class Start(ImageSubject):
    """Expectations about the start of a container."""

    @expectation
    def starts_with(self, pages: int, *, port: int) -> Claim:
        """Until its container answers HTTP, it touches at most so many pages of memory more than a bare shell's does.

        Its own CMD runs, without a network. A slow machine has as many page faults as a fast one.
        """
        most = arguments.whole(pages, "pages", low=1, high=1_000_000)
        door = arguments.port(port, "port")
        expected = _("at most {pages} pages of memory").format(pages=most)

        def judge(attrs: Attrs) -> Finding:
            self._daemon.waits_until(_("a container of {name} answers").format(name=self.name), _SECONDS)
            counted = None
            # A page that has to come from the disk counts otherwise: the second time all is in memory.
            for seconds in (_SECONDS, _SECONDS / 2):
                counting = ["sh", "-c", _COUNT, str(door)]
                outcome = run_and_look(self._daemon, str(attrs["Id"]), counting, seconds=seconds)
                if outcome.code:
                    break
                pages = _pages(outcome.output)
                counted = pages if counted is None else min(counted, pages)
                if counted <= most:
                    break
            if counted is None:
                return Finding(False, _("it never answered at port {port}").format(port=door))
            return Finding(counted <= most, _("{pages} pages of memory").format(pages=counted))

        return Claim(
            self._says(_("{what}, until it answers at port {port}, touches {pages}"), port=door, pages=expected),
            expected,
            judge,
            f"docker run -d --name trial {self._shell_name}; "
            f"docker run --rm --pid container:trial {HELPER_IMAGE} cat /proc/1/stat",
            _("The tenth field is the pages of process 1. What does it load before it answers, and need?"),
        )


def _pages(lines: str) -> int:
    """The pages that the processes of all lines but the first have touched, less the first one's: proc_pid_stat(5).

    Not those of children that have ended: a loop that waits for its server has more of them on a busy machine.
    """
    try:
        ours, *theirs = (line.rpartition(")")[2].split() for line in lines.splitlines())
        return max(0, sum(int(one[7]) for one in theirs) - int(ours[7]))
    except (IndexError, ValueError) as error:
        raise Obstructed(_("what the kernel says of its processes can't be read")) from error
