"""What answers in a container's network, found out by really asking."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from grader.checks import arguments, web
from grader.checks.commands import Outcome
from grader.checks.container.networking import Networking, no_port, ports_of, shown_ports
from grader.checks.container.subject import NOT_RUNNING, is_live, state_in_words
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.sockets import listening
from grader.checks.throwaway import run_beside, run_in_network, uncut
from grader.checks.waiting import wait_for
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import excerpt, listed

#: Seconds between two tries: no event tells that a server inside a container has begun to listen.
_RETRY = 0.25

#: sh -c _CONNECT - PORT HOST ADDRESS...: ends as the connection to the host did, and names each address that had one.
#: All at once: a packet filter that drops what comes lets each wait for its end. nc runs true once it is connected.
_CONNECT = """port=$1 host=$2; shift 2
for address; do nc -w 2 "$address" "$port" -e /bin/true 2>/dev/null && echo "$address" & done
nc -w 2 "$host" "$port" -e /bin/true; code=$?
wait; exit $code"""


class Reaching(Networking):
    """Expectations about connections from and to a container."""

    @expectation
    def answers_http(
        self,
        port: int = 80,
        path: str = "/",
        *,
        status: int = 200,
        containing: str | None = None,
        lacking: str | None = None,
        matching: str | None = None,
        headers: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
        method: str | None = None,
        send: str | None = None,
        send_headers: Mapping[str, str] | None = None,
        user: tuple[str, str] | None = None,
        inside: bool = False,
        within: float = 5,
    ) -> Claim:
        """Its web server answers at the *published* port; with ``inside`` at its own port, asked from inside.

        ``headers`` are parts of the answer's headers, ``json`` values in it by their paths. It is asked by ``method``
        (GET; POST where something is sent), as ``user``. Tries again until ``within`` seconds are over.
        """
        arguments.port(port, "port")
        limit = arguments.seconds(within, "within")
        wanted = web.wanted(
            path,
            status=status,
            containing=containing,
            lacking=lacking,
            matching=matching,
            headers=headers,
            json=json,
            method=method,
            send=send,
            send_headers=send_headers,
            user=user,
        )
        question = wanted.question
        if inside and question.method != ("GET" if send is None else "POST"):
            raise AuthorError(_("from inside a server can be asked by GET and POST only"))
        where = _("inside") if arguments.yes(inside, "inside") else _("at the published port")
        command = f"docker exec {self._shell_name} wget -qO- http://127.0.0.1:{port}{path}"
        answers = _("{name} answers on port {port}").format(name=self.name, port=port)

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            if inside:
                identifier = str(attrs["Id"])
                answer = self._until(
                    answers, limit, lambda: wanted.judge(self._fetch_inside(identifier, port, question))
                )
                return self._its_own(answer, attrs, {port})
            entries = [entry for entry in ports_of(attrs) if entry[1] == port and entry[2].endswith("/tcp")]
            if not entries:
                return Finding(
                    False,
                    _("it does not publish port {port}: {ports}").format(port=port, ports=shown_ports(ports_of(attrs))),
                    f"docker port {self._shell_name}",
                    because=no_port(port),
                )
            published = entries[0][0]

            def look() -> Finding:
                return wanted.judge(self._fetch_published(published, port, question))

            answer = self._until(answers, limit, look)
            # Where the container's port is another than was asked for, that is why nobody answers.
            answer = replace(answer, because=no_port(port)) if answer.because else answer
            return self._its_own(answer, attrs, {int(entry[2].partition("/")[0]) for entry in entries})

        return Claim(
            self._says(
                _("{what} answers on port {port} {where}: {wanted}"), port=port, where=where, wanted=wanted.shown()
            ),
            wanted.shown(),
            judge,
            command if inside else f"curl -i {question.curl()}http://localhost:{port}{path}",
            _("Ask it yourself; `docker logs {name}` shows what the server says.").format(name=self.name),
        )

    def _not_reachable(self, attrs: Attrs) -> Finding:
        self._must_be_able_to_run(attrs)
        return Finding(
            False,
            _("nothing answers in it, its state: {state}").format(state=state_in_words(attrs)),
            look=_("A container lives as long as its main process; `docker logs` shows what that said."),
            because=NOT_RUNNING,
        )

    def _look_from(self, identifier: str, command: list[str]) -> Outcome:
        """What a helper finds out in the container's network."""
        return uncut(run_beside(self._daemon, identifier, command))

    def _its_own(self, answer: Finding, attrs: Attrs, ports: set[int]) -> Finding:
        """The answer, unless nothing listens inside at the port: then some rule of a packet filter led elsewhere."""
        if not answer.ok:
            return answer
        sockets = self._listening(str(attrs["Id"]))
        if any(kind == "tcp" and number in ports for kind, _ip, number in sockets):
            return answer
        shown = listed((f"{ip}:{number}/{kind}" for kind, ip, number in sockets), empty=_("nothing listens"))
        elsewhere = _("an answer came, but nothing in it listens on port {port}: {sockets}")
        return Finding(False, elsewhere.format(port=", ".join(map(str, sorted(ports))), sockets=shown))

    def _until(self, until: str, seconds: float, look: Callable[[], Finding]) -> Finding:
        return wait_for(self._daemon, "container", self.name, look, until=until, seconds=seconds, retry=_RETRY)

    def _fetch_published(self, published_ip: str, port: int, question: web.Question) -> web.Answer:
        around = self._daemon.surroundings
        if around is None:
            answer = web.fetch(web.here(self._daemon.host, published_ip, port), port, question)
            if answer.status or not web.is_remote(self._daemon.host) or question.method not in ("GET", "POST"):
                return answer
            # Where the daemon is, and not here: a dind engine opens here what course.toml names, and no other ports.
            command = web.wget(port, question, web.reachable("", published_ip))
            return web.from_wget(run_in_network(self._daemon, "host", command))
        if question.method not in ("GET", "POST"):
            raise AuthorError(_("on a host a server can be asked by GET and POST only"))
        address = web.reachable("", published_ip)
        return web.from_wget(run_beside(*around, web.wget(port, question, address)))

    def _fetch_inside(self, identifier: str, port: int, question: web.Question) -> web.Answer:
        return web.from_wget(run_beside(self._daemon, identifier, web.wget(port, question)))

    @expectation
    def listens_on(self, port: int, protocol: str = "tcp", *, address: str | None = None) -> Claim:
        """Something inside it listens on this port; ``address`` "0.0.0.0" or "127.0.0.1" when that matters."""
        number = arguments.port(port, "port")
        arguments.one_of(protocol, "protocol", ("tcp", "udp"))
        if address is not None and not _is_ip(address):
            raise AuthorError(_("address must be an IP address, not {value!r}").format(value=address))
        shown = f"{address or ''}:{number}/{protocol}".removeprefix(":")

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            sockets = self._listening(str(attrs["Id"]))
            # A socket on :: also gets what is sent to 0.0.0.0.
            same = {"0.0.0.0": {"0.0.0.0", "::"}}.get(address or "", {address})
            right = any(s[0] == protocol and s[2] == number and (address is None or s[1] in same) for s in sockets)
            found = listed((f"{ip}:{has}/{kind}" for kind, ip, has in sockets), empty=_("nothing listens"))
            return Finding(right, found)

        return Claim(
            self._says(_("{what} listens on {port}"), port=shown),
            shown,
            judge,
            f"docker exec {self._shell_name} netstat -ltun",
            _("`docker logs {name}` may show on which port its server listens.").format(name=self.name),
        )

    def _listening(self, identifier: str) -> list[tuple[str, str, int]]:
        return listening(self._tables(identifier))

    def _tables(self, identifier: str) -> str:
        """The kernel's own word on its sockets."""
        tables = ["tcp", "tcp6", "udp", "udp6"]
        script = "; ".join(f"echo {table}; cat /proc/net/{table} 2>/dev/null" for table in tables)
        return self._look_from(identifier, ["sh", "-c", script]).output

    @expectation
    def resolves(self, name: str, ip: str | None = None) -> Claim:
        """Seen from inside it, this name has an address (``ip`` when given)."""
        wanted = _host(name)
        if ip is not None and not _is_ip(ip):
            raise AuthorError(_("ip must be an IP address, not {value!r}").format(value=ip))

        return self._resolution(
            _("From container {name} the name {host} is known"),
            ip or _("an address"),
            wanted,
            lambda has: bool(has) and ip in (None, has),
        )

    def _address_of(self, identifier: str, name: str) -> tuple[str, str]:
        """The address a name has inside, or "" and what was said instead."""
        # ping asks like any program does (hosts file, then DNS) and says the address before it sends.
        ping = ["ping", "-c", "1", "-W", "1", "-w", "1", "-q", name]
        outcome = self._look_from(identifier, ping)
        match = re.search(r"^PING \S+ \(([^)]+)\)", outcome.output, re.MULTILINE)
        return (match[1], "") if match else ("", _said(outcome))

    @expectation
    def does_not_resolve(self, name: str) -> Claim:
        """Seen from inside it, this name has no address."""
        sentence = _("From container {name} the name {host} is unknown")
        return self._resolution(sentence, _("no address"), _host(name), lambda has: not has)

    def _resolution(self, sentence: str, expected: str, host: str, right: Callable[[str], bool]) -> Claim:
        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            has, why = self._address_of(str(attrs["Id"]), host)
            return Finding(right(has), has or _("no address: {why}").format(why=why))

        return Claim(
            sentence.format(name=self.name, host=host),
            expected,
            judge,
            f"docker exec {self._shell_name} nslookup {host}",
            _("Which networks offer names, and who is on the same one? `docker network inspect` tells."),
        )

    @expectation
    def reaches(self, host: str, port: int, within: float = 5) -> Claim:
        """From inside it a TCP connection to this host and port succeeds, now or within so many seconds."""
        return self._reach(host, port, succeeds=True, within=within)

    @expectation
    def cannot_reach(self, host: str, port: int) -> Claim:
        """From inside it a TCP connection to this host and port fails; to a container of that name also by address."""
        return self._reach(host, port, succeeds=False, within=None)

    def _reach(self, host: str, port: int, *, succeeds: bool, within: float | None) -> Claim:
        target, number = _host(host), str(arguments.port(port, "port"))
        limit = None if within is None else arguments.seconds(within, "within")
        words = {True: _("a connection"), False: _("no connection")}

        def try_once(identifier: str) -> Finding:
            # Whoever asks may have another idea of the name (/etc/hosts), or none.
            others = [] if succeeds else self._addresses_called(target)
            outcome = self._look_from(identifier, ["sh", "-c", _CONNECT, "-", number, target, *others])
            reached = outcome.code == 0
            if not reached and outcome.output.strip():
                return Finding(False, _("a connection, at {ip}").format(ip=", ".join(outcome.output.split())))
            return Finding(reached is succeeds, words[True] if reached else _said(outcome))

        def judge(attrs: Attrs) -> Finding:
            if not is_live(attrs):
                return self._not_reachable(attrs)
            if limit is None:
                return try_once(str(attrs["Id"]))
            until = _("{name} reaches {host}").format(name=self.name, host=f"{target}:{number}")
            return self._until(until, limit, lambda: try_once(str(attrs["Id"])))

        sentence = _("{what} reaches {host}") if succeeds else _("{what} can't reach {host}")
        return Claim(
            self._says(sentence, host=f"{target}:{number}"),
            words[succeeds],
            judge,
            f"docker exec {self._shell_name} nc -zv {target} {number}",
            _("Two containers talk when they share a network: `docker network inspect` lists who is on it."),
        )

    def _addresses_called(self, name: str) -> list[str]:
        """The addresses of the running container of this name, in all its networks; none without one."""
        running = self._daemon.ask(lambda client: client.containers())
        called = [one for one in running if f"/{name}" in (one.get("Names") or ())]
        ends = [end or {} for one in called for end in (dig(one, "NetworkSettings", "Networks") or {}).values()]
        return [str(end[key]) for end in ends for key in ("IPAddress", "GlobalIPv6Address") if end.get(key)]


def _host(name: str) -> str:
    """A host name or an address, and nothing a command could take for an option."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]*", arguments.text(name, "host")):
        raise AuthorError(_("{value!r} is not a host name").format(value=name))
    return name


def _is_ip(text: object) -> bool:
    try:
        ipaddress.ip_address(str(text))
    except ValueError:
        return False
    return True


def _said(outcome: Outcome) -> str:
    return excerpt(outcome.errors or outcome.output) or _("no answer")
