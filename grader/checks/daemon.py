"""``t.daemon()``: how a Docker daemon is set, by its own word or by what it does."""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Callable, Sequence
from typing import Any, Self

from grader.checks import arguments
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation
from grader.checks.throwaway import any_image, throwaway
from grader.docker_api import blame
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import listed


class DaemonSettings(Subject):
    """``t.daemon()``: everything a task can expect of the daemon itself."""

    kind = "daemon"

    @classmethod
    def stated(cls, context: Context) -> Self:  # type: ignore[override]
        return cls(context, "daemon")

    @property
    def what(self) -> str:
        return _("The Docker daemon")

    def _fetch(self) -> Attrs:
        return self._daemon.info()

    def _set(
        self, sentence: str, expected: str, shown: str, judge: Callable[[Attrs], Finding], look: str = ""
    ) -> Claim:
        """A claim about the daemon's settings; ``shown`` is what `docker info --format` shows of them."""
        settings = _(
            "Its settings are options of dockerd, or lines of /etc/docker/daemon.json, which it reads at its start."
        )
        return Claim(sentence, expected, judge, f"docker info --format {shlex.quote(shown)}", look or settings)

    @expectation
    def has_storage_driver(self, driver: str) -> Claim:
        """It keeps images and containers with this driver."""
        wanted = arguments.text(driver, "driver")
        return self._set(
            self._says(_("{what} has the storage driver {driver}"), driver=wanted),
            wanted,
            "{{.Driver}}",
            lambda info: Finding(info.get("Driver") == wanted, str(info.get("Driver"))),
        )

    @expectation
    def has_log_driver(self, driver: str, /, **options: str) -> Claim:
        """Containers get this log driver, with these options, unless they ask for another: made and looked at."""
        wanted = arguments.text(driver, "driver")
        asked = {key.replace("_", "-"): value for key, value in options.items()}
        if asked:
            arguments.pairs(asked, {}, "the options")
        shown = ", ".join([wanted, *(f"{name}={value}" for name, value in asked.items())])

        def judge(info: Attrs) -> Finding:
            if info.get("LoggingDriver") != wanted or not asked:
                return Finding(info.get("LoggingDriver") == wanted, str(info.get("LoggingDriver")))
            config = self._log_config()
            has = config.get("Config") or {}
            found = ", ".join([str(config.get("Type")), *(f"{name}={value}" for name, value in has.items())])
            return Finding(config.get("Type") == wanted and asked.items() <= has.items(), found)

        return self._set(
            self._says(_("{what} gives containers the log driver {driver}"), driver=shown),
            shown,
            "{{.LoggingDriver}}",
            judge,
            _("A container shows what it got: `docker inspect`, HostConfig.LogConfig. Older containers keep theirs."),
        )

    def _log_config(self) -> dict[str, Any]:
        """What a container gets that asks for nothing."""
        with any_image(self._daemon) as image, throwaway(self._daemon, image, ["-"], host={"LogConfig": {}}) as made:
            attrs = self._daemon.ask(lambda client: client.inspect_container(made))
        return dict(dig(attrs, "HostConfig", "LogConfig") or {})

    @expectation
    def has_insecure_registry(self, registry: str) -> Claim:
        """It speaks to this registry (a name and port, or addresses like 10.0.0.0/8) without TLS, too."""
        wanted = arguments.text(registry, "registry")

        def judge(info: Attrs) -> Finding:
            config = info.get("RegistryConfig") or {}
            ranges = list(map(str, config.get("InsecureRegistryCIDRs") or ()))
            indexes = config.get("IndexConfigs") or {}
            names = [name for name, index in indexes.items() if not (index or {}).get("Secure", True)]
            return Finding(
                wanted in [*names, *ranges] or _within(wanted, ranges),
                listed(sorted([*names, *ranges]), empty=_("none")),
            )

        return self._set(
            self._says(_("{what} has {registry} among its insecure registries"), registry=wanted),
            wanted,
            "{{json .RegistryConfig}}",
            judge,
        )

    @expectation
    def has_mirror(self, mirror: str) -> Claim:
        """It asks this mirror for images of Docker Hub."""
        wanted = arguments.text(mirror, "mirror").rstrip("/")

        def judge(info: Attrs) -> Finding:
            mirrors = [str(one).rstrip("/") for one in dig(info, "RegistryConfig", "Mirrors") or ()]
            return Finding(wanted in mirrors, listed(mirrors, empty=_("none")))

        return self._set(
            self._says(_("{what} has the mirror {mirror}"), mirror=wanted), wanted, "{{.RegistryConfig.Mirrors}}", judge
        )

    @expectation
    def has_label(self, name: str, value: str | None = None) -> Claim:
        """It has this label, which placement constraints of a swarm can ask for (engine.labels)."""
        pair = arguments.text(name, "name") if value is None else arguments.pair(name, value, "label")

        def judge(info: Attrs) -> Finding:
            labels = list(map(str, info.get("Labels") or ()))
            right = pair in labels if value is not None else any(has.partition("=")[0] == name for has in labels)
            return Finding(right, listed(sorted(labels), empty=_("no labels")))

        return self._set(self._says(_("{what} has the label {label}"), label=pair), pair, "{{.Labels}}", judge)

    @expectation
    def has_live_restore(self, yes: bool = True) -> Claim:
        """Containers go on while it doesn't run."""
        return self._switch(
            _("{what} lets containers go on while it is away (live restore)"),
            _("{what} has no live restore"),
            yes,
            "{{.LiveRestoreEnabled}}",
            lambda info: info.get("LiveRestoreEnabled") is True,
        )

    @expectation
    def is_rootless(self, yes: bool = True, *, excused: bool = False) -> Claim:
        """It runs as an ordinary user. ``excused``: if it is otherwise, nobody has failed: it is *could not check*."""
        sentences = _("{what} is rootless"), _("{what} is not rootless")
        excuses = arguments.yes(excused, "excused")

        def is_it(info: Attrs) -> bool:
            rootless = "rootless" in _security(info)
            if excuses and rootless is not yes:
                raise blame.of_what_it_says(
                    self._daemon,
                    _("this machine's engine is rootless, and what the task asks for can't be had on it")
                    if rootless
                    else _("this machine's engine is not rootless, and what the task asks for can't be had on it"),
                )
            return rootless

        return self._switch(*sentences, yes, "{{.SecurityOptions}}", is_it)

    @expectation
    def remaps_users(self, yes: bool = True) -> Claim:
        """Root in its containers is another user outside of them (userns-remap)."""
        return self._switch(
            _("{what} maps containers' users to others (userns-remap)"),
            _("{what} does not map containers' users to others"),
            yes,
            "{{.SecurityOptions}}",
            lambda info: "userns" in _security(info),
        )

    def _switch(self, on: str, off: str, yes: bool, shown: str, is_on: Callable[[Attrs], bool]) -> Claim:
        wanted = arguments.yes(yes, "yes")
        words = {True: _("yes"), False: _("no")}
        return self._set(
            self._says(on if wanted else off),
            words[wanted],
            shown,
            lambda info: Finding(is_on(info) is wanted, words[is_on(info)]),
        )

    @expectation
    def demands_client_certificate(self, port: int = 2376) -> Claim:
        """At this port it speaks TLS, and to nobody who shows no certificate."""
        number = arguments.port(port, "port")

        def judge(_info: Attrs) -> Finding:
            from grader.checks.host.tls import who_is_let_in

            answer = who_is_let_in(self._daemon, number)
            return Finding(answer.demands, answer.found)

        return Claim(
            self._says(_("{what} demands a client's certificate at port {port}"), port=number),
            _("nobody is let in without a certificate"),
            judge,
            f"docker -H tcp://127.0.0.1:{number} --tls version",
            _("`dockerd --help` has a line on verifying clients; without it TLS only tells them who the daemon is."),
        )

    @expectation
    def has_certificate_for(self, *names: str, port: int = 2376) -> Claim:
        """The certificate that it shows at this port is for these names, whoever signed it."""
        wanted, number = arguments.texts(names, "names"), arguments.port(port, "port")

        def judge(_info: Attrs) -> Finding:
            from grader.checks.host.tls import names_shown

            shown = names_shown(self._daemon, number)
            return Finding({*map(str.lower, wanted)} <= {*map(str.lower, shown)}, listed(shown, empty=_("no names")))

        return Claim(
            self._says(_("{what} has a certificate for {names}"), names=", ".join(wanted)),
            ", ".join(wanted),
            judge,
            f"openssl s_client -connect 127.0.0.1:{number} </dev/null | openssl x509 -noout -ext subjectAltName",
            _("What a server's certificate is good for is written into it when it is made: its subjectAltName."),
        )


def _security(info: Attrs) -> list[str]:
    """Names of security options: "name=seccomp,profile=builtin"."""
    return [str(option).partition(",")[0].removeprefix("name=") for option in info.get("SecurityOptions") or ()]


def _within(registry: str, ranges: Sequence[str]) -> bool:
    """Whether a registry's address is in one of these ranges."""
    try:
        address = ipaddress.ip_address(registry.rpartition(":")[0].strip("[]") or registry)
        return any(address in ipaddress.ip_network(one) for one in ranges)
    except ValueError:
        return False
