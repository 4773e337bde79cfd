"""``t.host("node1").service("web")``: a service of a swarm, asked of a manager."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.checks import arguments
from grader.checks.expectation import Claim, Finding, expectation
from grader.checks.history import none_here
from grader.checks.swarm import cluster
from grader.checks.swarm.placement import Placed
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import dig, full_reference, inspect_command, places_of
from grader.i18n import _, ngettext
from grader.report.plain import excerpt, listed

#: In the order in which they are shown.
_POLICY = ("failure_action", "order", "parallelism", "monitor")
#: How long a new task is watched where nobody says it.
_WATCHED = 5_000_000_000


class SwarmService(Placed):
    """A service by its name."""

    kind = events = "service"

    @property
    def what(self) -> str:
        return _("Service {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        # The manager also takes the beginning of an ID for a name; only the name counts here.
        found = self._daemon.ask(lambda client: client.services(filters={"name": self.name}))
        return next((dict(one) for one in found if dig(one, "Spec", "Name") == self.name), None)

    def _missing(self) -> Finding:
        names = sorted(str(dig(one, "Spec", "Name")) for one in self._daemon.ask(lambda client: client.services()))
        found = _("there is no service {name}; the services of the swarm: {names}")
        return none_here(self, found, names, "docker service ls")

    @property
    def _ps(self) -> str:
        return f"docker service ps --no-trunc {shlex.quote(self.name)}"

    def _tasks(self) -> list[Attrs]:
        return cluster.tasks_of(self._daemon, self.name)

    def _awaited(self, judge: Callable[[list[str], str], Finding], within: float) -> Callable[[Attrs], Finding]:
        """A judge of the hosts on which tasks of the service's present image run (healthy, where there is a check),
        and of what the newest of the others stumbled over."""
        limit = arguments.seconds(within, "within")

        def now(attrs: Attrs) -> Finding:
            tasks = self._tasks()
            present = [task for task in tasks if cluster.image_of(task["Spec"]) == cluster.image_of(attrs["Spec"])]
            hosts = [host for _task, host in cluster.running(present, cluster.nodes(self._daemon))]
            return judge(sorted(hosts), _trouble(tasks))

        until = _("the tasks of {name} run").format(name=self.name)
        return lambda _attrs: self._wait(now, limit, until=until, retry=cluster.RETRY)

    @expectation
    def has_replicas(self, number: int, within: float = 20) -> Claim:
        """So many of its tasks run, and no more, now or within so many seconds."""
        arguments.whole(number, "number", low=0, high=1000)

        def judge(hosts: Sequence[str], trouble: str) -> Finding:
            return Finding(len(hosts) == number, _shown(hosts, trouble))

        sentence = ngettext("{what} has {number} task that runs", "{what} has {number} tasks that run", number)
        return Claim(
            self._says(sentence, number=number),
            str(number),
            self._awaited(judge, within),
            self._ps,
            _("`docker service ps` lists the tasks, and in its column ERROR what keeps one from running."),
        )

    @expectation
    def runs_on(self, *hosts: str, within: float = 20) -> Claim:
        """Its tasks run on each of these nodes and on no others, now or within so many seconds."""
        wanted = sorted(set(arguments.texts(hosts, "hosts")))

        def judge(found: Sequence[str], trouble: str) -> Finding:
            return Finding(sorted(set(found)) == wanted, _shown(found, trouble))

        return Claim(
            self._says(_("{what} runs on {hosts}, and nowhere else"), hosts=", ".join(wanted)),
            ", ".join(wanted),
            self._awaited(judge, within),
            self._ps,
            _("The nodes' labels and availability, and the service's mode and constraints decide where tasks go."),
        )

    @expectation
    def made_from(self, image: str) -> Claim:
        """The image of its present version."""
        wanted = full_reference(arguments.text(image, "image"))

        def judge(attrs: Attrs) -> Finding:
            has = cluster.image_of(attrs["Spec"])
            return Finding(full_reference(has) == wanted, has)

        return Claim(
            self._says(_("{what} is made from {image}"), image=image),
            image,
            judge,
            inspect_command("service", self.name, ".Spec.TaskTemplate.ContainerSpec.Image"),
            _("`docker service update --help` has an option for the image."),
        )

    @expectation
    def is_global(self) -> Claim:
        """It has one task on each node that fits."""
        return self._field(
            self._says(_("{what} is global: a task on each node that fits")),
            "Global",
            "Spec.Mode",
            right=lambda mode: "Global" in (mode or {}),
            show=lambda mode: listed(sorted(mode or {}), empty=_("nothing")),
            look=_("It is decided when a service is made: `docker service create --help` has a line on the mode."),
        )

    @expectation
    def on_network(self, name: str) -> Claim:
        """Its tasks are on this network."""
        wanted = arguments.text(name, "name")

        def judge(attrs: Attrs) -> Finding:
            targets = [str(one.get("Target")) for one in dig(attrs, "Spec", "TaskTemplate", "Networks") or ()]
            known = {str(one["Id"]): str(one["Name"]) for one in self._daemon.ask(lambda client: client.networks())}
            names = sorted(known.get(target, target) for target in targets)
            return Finding(wanted in names, listed(names, empty=_("none")))

        return Claim(
            self._says(_("{what} is on the network {network}"), network=wanted),
            wanted,
            judge,
            inspect_command("service", self.name, ".Spec.TaskTemplate.Networks"),
            _("`docker service create --help` has a line on networks; those of a swarm are overlays."),
        )

    @expectation
    def uses_secret(self, name: str) -> Claim:
        """It is given this secret of the swarm's."""
        return self._given(_("{what} is given the secret {name}"), name, "Secret")

    @expectation
    def uses_config(self, name: str) -> Claim:
        """It is given this config of the swarm's."""
        return self._given(_("{what} is given the config {name}"), name, "Config")

    @expectation
    def inspect_lacks(self, text: str) -> Claim:
        """Nothing that its manager shows has this text, such as a password: of it, and of the secrets and configs that
        it is given."""
        unwanted = arguments.text(text, "text")

        def judge(attrs: Attrs) -> Finding:
            places = places_of(unwanted, attrs)
            for name, shown in self._what_it_is_given(attrs):
                places += [f"{name}: {place}" for place in places_of(unwanted, shown)]
            return Finding(not places, listed(places[:4], empty=_("not there")))

        return Claim(
            self._says(
                _("{what} shows nothing of {text!r} in `docker service inspect`, nor do its secrets and configs"),
                text=unwanted,
            ),
            _("not there"),
            judge,
            inspect_command("service", self.name),
            _("Only what is in a secret is not shown; variables, labels, arguments and configs are."),
        )

    def _what_it_is_given(self, attrs: Attrs) -> Iterator[tuple[str, Attrs]]:
        """Its secrets and configs by their names, as the manager shows them: a config with what it holds."""
        for kind in ("Secret", "Config"):
            for given in dig(attrs, "Spec", "TaskTemplate", "ContainerSpec", f"{kind}s") or ():
                spec = self._spec_of(kind.lower(), str(given[f"{kind}ID"]))
                content = base64.b64decode(spec.get("Data") or "").decode(errors="replace")
                yield str(given[f"{kind}Name"]), {"Spec": {**spec, "Data": content}}

    def _spec_of(self, kind: str, identity: str) -> Attrs:
        shown = self._daemon.find(lambda client: getattr(client, f"inspect_{kind}")(identity))
        return dict(dig(shown or {}, "Spec") or {})

    def _given(self, sentence: str, name: str, kind: str) -> Claim:
        wanted = arguments.text(name, "name")

        def names(given: Any) -> list[str]:
            return sorted(str(one.get(f"{kind}Name")) for one in given or ())

        return self._field(
            self._says(sentence, name=wanted),
            wanted,
            f"Spec.TaskTemplate.ContainerSpec.{kind}s",
            right=lambda given: wanted in names(given),
            show=lambda given: listed(names(given), empty=_("none")),
            look=_(
                "A service gets only what it is given: `docker service create --help` and `update --help` list how."
            ),
        )

    @expectation
    def has_update_policy(
        self,
        failure_action: str | None = None,
        order: str | None = None,
        parallelism: int | None = None,
        monitor: str | float | None = None,
    ) -> Claim:
        """How it is updated, as far as it is asked."""
        asked: dict[str, Any] = {}
        if failure_action is not None:
            actions = ("pause", "continue", "rollback")
            asked["failure_action"] = arguments.one_of(failure_action, "failure_action", actions)
        if order is not None:
            asked["order"] = arguments.one_of(order, "order", ("stop-first", "start-first"))
        if parallelism is not None:
            asked["parallelism"] = arguments.whole(parallelism, "parallelism", low=0, high=1000)
        if monitor is not None:
            asked["monitor"] = arguments.human_duration(arguments.nanoseconds(monitor, "monitor"))
        expected = _policy(asked)
        arguments.text(expected, "the policy")

        def judge(attrs: Attrs) -> Finding:
            config = dig(attrs, "Spec", "UpdateConfig") or {}
            has = {
                "failure_action": config.get("FailureAction") or "pause",
                "order": config.get("Order") or "stop-first",
                # Without any config one at a time; with one, 0 is all at once.
                "parallelism": config.get("Parallelism", 0) if config else 1,
                "monitor": arguments.human_duration(int(config.get("Monitor") or _WATCHED)),
            }
            return Finding(asked.items() <= has.items(), _policy(has))

        return Claim(
            self._says(_("{what} is updated with {policy}"), policy=expected),
            expected,
            judge,
            inspect_command("service", self.name, ".Spec.UpdateConfig"),
            _("`docker service update --help` lists what begins with update."),
        )

    @expectation
    def was_rolled_back(self, within: float = 20) -> Claim:
        """Its latest update ended with the version before, now or within so many seconds."""
        limit = arguments.seconds(within, "within")

        def now(attrs: Attrs) -> Finding:
            status = attrs.get("UpdateStatus") or {}
            state = str(status.get("State") or _("it was never updated"))
            return Finding(state == "rollback_completed", excerpt(f"{state}: {status.get('Message', '')}".rstrip(": ")))

        until = _("the update of {name} is rolled back").format(name=self.name)
        return Claim(
            self._says(_("{what} was rolled back to the version before")),
            "rollback_completed",
            lambda _attrs: self._wait(now, limit, until=until, retry=cluster.RETRY),
            inspect_command("service", self.name, ".UpdateStatus"),
            _("`docker service inspect --pretty` shows how the latest update ended, and its failure action."),
        )

    @expectation
    def has_failed_task(self, because: str, image: str | None = None, within: float = 20) -> Claim:
        """The manager remembers a task of it that failed with these words (of this image), now or within seconds."""
        wanted = arguments.text(because, "because")
        of = full_reference(arguments.text(image, "image")) if image is not None else None
        limit = arguments.seconds(within, "within")

        def now(_attrs: Attrs) -> Finding:
            failed = [task for task in self._tasks() if _error(task)]
            if of is not None:
                failed = [task for task in failed if full_reference(cluster.image_of(task["Spec"])) == of]
            errors = sorted({_error(task) for task in failed})
            shown = listed((excerpt(error) for error in errors), empty=_("no task has failed"))
            return Finding(any(wanted in error for error in errors), shown)

        whose = (
            _("{what} has lost a task: {because}")
            if image is None
            else _("{what} has lost a task of {image}: {because}")
        )
        until = _("a task of {name} has failed").format(name=self.name)
        return Claim(
            self._says(whose, because=wanted, image=image),
            wanted,
            lambda _attrs: self._wait(now, limit, until=until, retry=cluster.RETRY),
            self._ps,
            _("`docker service ps` also lists tasks that have ended; the swarm remembers a few of each place."),
        )


def _error(task: Attrs) -> str:
    return str(dig(task, "Status", "Err") or "")


def _trouble(tasks: Sequence[Attrs]) -> str:
    return next((excerpt(_error(task)) for task in tasks if _error(task)), "")


def _shown(hosts: Sequence[str], trouble: str) -> str:
    running = listed((_("one on {host}").format(host=host) for host in hosts), empty=_("none runs"))
    return (
        _("{running}; the latest trouble: {trouble}").format(running=running, trouble=trouble) if trouble else running
    )


def _policy(policy: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', '-')} {policy[key]}" for key in _POLICY if key in policy)
