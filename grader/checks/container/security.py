"""What a container is allowed: capabilities, privileges, namespaces shared with others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks import arguments
from grader.checks.container.subject import Creation
from grader.checks.expectation import Claim, Finding, expectation
from grader.docker_api.daemon import Attrs
from grader.docker_api.words import places_of
from grader.i18n import _
from grader.report.plain import listed


class Security(Creation):
    """Expectations about a container's rights."""

    @expectation
    def adds_capability(self, name: str) -> Claim:
        """It got this Linux capability in addition, such as NET_ADMIN."""
        wanted = _capability(arguments.text(name, "name"))
        return self._list_field(
            self._says(_("{what} adds the capability {name}"), name=wanted), wanted, "CapAdd", _("none added")
        )

    @expectation
    def drops_capability(self, name: str) -> Claim:
        """This Linux capability was taken away, such as ALL."""
        wanted = _capability(arguments.text(name, "name"))
        return self._list_field(
            self._says(_("{what} drops the capability {name}"), name=wanted), wanted, "CapDrop", _("none dropped")
        )

    @expectation
    def has_only_capabilities(self, *names: str) -> Claim:
        """Root in it has exactly these Linux capabilities, whatever was added and dropped; none given: none at all."""
        wanted = sorted(map(_capability, arguments.texts(names, "names"))) if names else []
        shown = listed(wanted, empty=_("no capability"))
        sentence = _("{what} has exactly the capabilities {names}") if wanted else _("{what} has no capability")
        return self._field(
            self._says(sentence, names=shown),
            shown,
            "HostConfig",
            right=lambda host: _granted(host or {}) == (set(wanted), set()),
            show=lambda host: _shown_granted(*_granted(host or {})),
            look=_("Capabilities are single rights of root: `docker run --help`, look for cap."),
        )

    def _list_field(self, sentence: str, wanted: str, field: str, empty: str) -> Claim:
        return self._field(
            sentence,
            wanted,
            f"HostConfig.{field}",
            right=lambda has: wanted in map(_capability, has or ()),
            show=lambda has: listed(map(_capability, has or ()), empty=empty),
            look=_("Capabilities are single rights of root: `docker run --help`, look for cap."),
        )

    @expectation
    def is_privileged(self, yes: bool = True) -> Claim:
        """It has all rights (``--privileged``); ``is_privileged(False)``: it has not."""
        return self._switch(_("{what} is privileged"), _("{what} is not privileged"), yes, "HostConfig.Privileged")

    @expectation
    def has_read_only_root(self, yes: bool = True) -> Claim:
        """Its own file system can't be written (``--read-only``)."""
        return self._switch(
            _("{what} has a read-only root file system"),
            _("{what} has a writable root file system"),
            yes,
            "HostConfig.ReadonlyRootfs",
        )

    @expectation
    def has_security_option(self, option: str) -> Claim:
        """It has this security option, such as "no-new-privileges" or "seccomp=unconfined"."""
        wanted = _option(arguments.text(option, "option"))
        return self._field(
            self._says(_("{what} has the security option {option}"), option=wanted),
            wanted,
            "HostConfig.SecurityOpt",
            # A seccomp profile is stored whole, so "seccomp" alone asks for any profile.
            right=lambda has: any(o == wanted or o.startswith(f"{wanted}=") for o in map(_option, has or ())),
            show=lambda has: listed(map(_option, has or ()), empty=_("no security options")),
            look=_("`docker run --help`, look for security."),
        )

    @expectation
    def has_pid_mode(self, mode: str) -> Claim:
        """Whose processes it sees: "private", "host" or "container:NAME"."""
        return self._mode(_("{what} has the PID namespace {mode}"), mode, "PidMode")

    @expectation
    def has_ipc_mode(self, mode: str) -> Claim:
        """Whose shared memory it sees: "private", "shareable", "host", "none" or "container:NAME"."""
        return self._mode(_("{what} has the IPC namespace {mode}"), mode, "IpcMode")

    @expectation
    def has_uts_mode(self, mode: str) -> Claim:
        """Whose hostname it has: "private" or "host"."""
        return self._mode(_("{what} has the UTS namespace {mode}"), mode, "UTSMode")

    @expectation
    def has_userns_mode(self, mode: str) -> Claim:
        """Whose users it has: "private" (the daemon's default) or "host"."""
        return self._mode(_("{what} has the user namespace {mode}"), mode, "UsernsMode")

    @expectation
    def has_sysctl(self, key: str, value: str) -> Claim:
        """This kernel parameter was set for it (``--sysctl``)."""
        shown = arguments.pair(key, arguments.text(value, "value"))
        return self._field(
            self._says(_("{what} has the kernel parameter {setting}"), setting=shown),
            shown,
            "HostConfig.Sysctls",
            right=lambda has: (has or {}).get(key) == value,
            show=lambda has: listed((f"{k}={v}" for k, v in (has or {}).items()), empty=_("none set")),
            look=_("`docker run --help`, look for sysctl."),
        )

    @expectation
    def inspect_lacks(self, text: str) -> Claim:
        """Nothing that ``docker inspect`` shows of it, or of its image, has this text, such as a password."""
        unwanted = arguments.text(text, "text")

        def judge(attrs: Attrs) -> Finding:
            image = self._daemon.find(lambda client: client.inspect_image(str(attrs.get("Image"))))
            places = [
                *places_of(unwanted, attrs),
                *(_("the image's {place}").format(place=p) for p in places_of(unwanted, image)),
            ]
            return Finding(not places, listed(places[:4], empty=_("not there")))

        return Claim(
            self._says(_("{what} shows nothing of {text!r} in `docker inspect`"), text=unwanted),
            _("not there"),
            judge,
            f"docker inspect {self._shell_name}",
            _("What is in a file that is mounted is not in `docker inspect`; variables, labels and commands are."),
        )

    def _mode(self, sentence: str, mode: str, field: str) -> Claim:
        wanted = arguments.text(mode, "mode")
        return self._field(
            self._says(sentence, mode=wanted),
            wanted,
            f"HostConfig.{field}",
            right=lambda has: (has or "private") in (wanted, self._with_id(wanted)),
            show=lambda has: str(has or "private"),
            look=_("Namespaces are private unless a container is made otherwise: see `docker run --help`."),
        )

    def _with_id(self, mode: str) -> str:
        """``container:web`` may be stored with web's ID."""
        kind, _colon, name = mode.partition(":")
        if kind != "container" or not name:
            return mode
        other = self._daemon.find(lambda client: client.inspect_container(name))
        return f"container:{other.get('Id')}" if other else mode


def _capability(name: object) -> str:
    """``CAP_NET_ADMIN`` and ``net_admin`` mean ``NET_ADMIN``."""
    return str(name).upper().removeprefix("CAP_")


#: What a container has unless something else is asked for (moby, oci/caps/defaults.go; the same from 20.10 on).
_DEFAULTS = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
}
_ALL = "ALL"


def _granted(host: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The capabilities of a container's root as the engine works them out, and those lacking when it has "ALL"."""
    adds, drops = ({_capability(name) for name in host.get(field) or ()} for field in ("CapAdd", "CapDrop"))
    if host.get("Privileged"):
        return {_ALL}, set()
    if _ALL in adds:
        return {_ALL}, drops - {_ALL}
    return (set[str]() if _ALL in drops else _DEFAULTS - drops) | adds, set()


def _shown_granted(has: set[str], lacking: set[str]) -> str:
    shown = listed(sorted(has), empty=_("no capability"))
    return _("{names} but {lacking}").format(names=shown, lacking=", ".join(sorted(lacking))) if lacking else shown


def _option(option: Any) -> str:
    """``no-new-privileges:true`` and ``no-new-privileges=true`` mean ``no-new-privileges``."""
    text = str(option).replace(":", "=", 1)
    return text.removesuffix("=true") if text.startswith("no-new-privileges") else text
