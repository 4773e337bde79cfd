"""What the words of a ``docker`` command are: its verb, its options, and what follows; and what only looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


def word_set(words: str) -> frozenset[str]:
    """Of words with spaces between them."""
    return frozenset(words.split())


#: Words that are followed by the command proper: ``docker image ls``.
_MANAGEMENT = word_set(
    "builder buildx compose config container context image manifest network node plugin secret service"
    " stack swarm system trust volume imagetools"
)
#: Options without a value, whatever the command.
_FLAGS = word_set(
    "-d --detach -i --interactive --tty -it -ti -id --rm --init --read-only --privileged -P --publish-all"
    " --no-healthcheck --oom-kill-disable -q --quiet --no-cache --no-trunc -a --all --force --volumes"
    " --no-deps --build --wait --remove-orphans --push --load --insecure --no-stream --internal"
    " --attachable --ipv6 --details --prune --with-registry-auth --follow --attach --tls --tlsverify"
    " --password-stdin --all-tags --timestamps --squash --abort-on-container-exit --no-start"
    " --force-recreate --no-recreate --always-recreate-deps --dry-run --resolve-image --latest --size"
    " --archive --follow-link --no-build --live -s -l -L -T"
)
#: Options without a value for some commands, and with one for others.
_FLAGS_OF = {
    "-f": {"rm", "rmi", "prune", "logs", "leave"},
    "-v": {"rm", "down"},
    "-t": {"run", "exec", "create", "logs"},
    "--pull": {"build", "pull"},
    "-a": {"start", "ps", "images", "ls", "prune", "commit"},
}
#: Commands that change nothing, or only wait: whether they are typed makes no answer another one.
_LOOKING = word_set(
    "logs ps images inspect port history top stats diff version info events ls search df wait config log tasks"
)
_LOOKING_PROGRAMS = word_set(
    "echo printf ls cat head tail grep wc sort uniq date true : sleep wait du df stat env id whoami"
    " hostname test [ seq cut tr awk jq file diff cmp readlink pwd uname break continue"
)
#: The first word after ``tar`` that lists an archive; before the "t" none that packs, unpacks or is followed by a name.
_LISTS = re.compile(r"--list$|-?[abdegi-qsvwyz]*t")
#: Options that change what is shown or how long it takes, and nothing else.
_SHOWN_ONLY = word_set("-q --quiet --no-trunc --format --progress --tail --no-stream --timestamps")
_TIME = frozenset(("-t", "--time", "--timeout"))
_STOPPING = frozenset(("stop", "restart"))
#: And such that change nothing in the folders that a lab begins with.
_SHOWN_ONLY_OF = {"start": ("-a", "--attach"), "mkdir": ("-p",), "rm": ("-i",)}
#: For a command another one that is near it.
OTHER_VERB = {
    "run": "create",
    "stop": "kill",
    "kill": "stop",
    "restart": "start",
    "rm": "stop",
    "pause": "stop",
    "connect": "disconnect",
    "commit": "export",
    "save": "export",
    "export": "save",
}


@dataclass(frozen=True)
class Words:
    """The places of a command's words, by what they are. Of an option: its name's, and that of what follows it."""

    verb: int
    options: tuple[tuple[int, int], ...]
    #: Where the words that are no options begin; for ``run`` the image, then what runs in it.
    rest: int
    name: str


def words_of(words: Sequence[str]) -> Words | None:
    """Take a docker command apart; None where it has no verb."""
    options: list[tuple[int, int]] = []
    verb, place = 0, 1
    while place < len(words):
        word = words[place]
        if word.startswith("-") and word != "-":
            long = 1 if "=" in word or _is_flag(word, words[verb] if verb else "") else 2
            options.append((place, min(place + long, len(words))))
            place = options[-1][1]
        elif not verb or words[verb] in _MANAGEMENT:
            verb = place
            place += 1
        elif words[verb] in ("run", "create", "exec"):
            # After the image, or the container, every word belongs to what runs in it.
            break
        else:
            place += 1
    if not verb:
        return None
    return Words(verb, tuple(options), place, words[verb])


def _is_flag(word: str, verb: str) -> bool:
    return word in _FLAGS or verb in _FLAGS_OF.get(word, ())


def only_looks(words: Sequence[str]) -> bool:
    """Whether a command shows something, or waits for it, and changes nothing."""
    if not words:
        return False
    if words[0] == "tar":
        return len(words) > 1 and _LISTS.match(words[1]) is not None
    if words[0] != "docker":
        return words[0] in _LOOKING_PROGRAMS
    parts = words_of(words)
    if parts is None:
        return False
    if parts.name in _LOOKING:
        return True
    begins = parts.rest + 1
    throws_away = parts.name == "exec" or (parts.name == "run" and "--rm" in words[: parts.rest])
    return throws_away and begins < len(words) and words[begins] in _LOOKING_PROGRAMS


def shown_only(option: str, verb: str) -> bool:
    """Whether an option says no more than what is shown, or how long one waits."""
    name = option.partition("=")[0]
    return name in (*_SHOWN_ONLY, *_SHOWN_ONLY_OF.get(verb, ())) or (name in _TIME and verb in _STOPPING)
