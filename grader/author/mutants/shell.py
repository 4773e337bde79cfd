"""A shell script changed in one place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from tree_sitter import Language, Node, Parser
from tree_sitter_bash import language

from grader.author.mutants import documents, words
from grader.author.mutants.change import Change, Operator, swap
from grader.author.mutants.dockercli import OTHER_VERB, only_looks, shown_only, word_set, words_of

_BLOCKS = frozenset(("program", "do_group", "compound_statement", "subshell", "else_clause", "if_statement"))
_STATEMENTS = word_set(
    "command pipeline redirected_statement list while_statement for_statement c_style_for_statement"
    " if_statement variable_assignment subshell compound_statement negated_command declaration_command"
)
_REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
#: Words in which the shell puts something of its own.
_EXPANSIONS = frozenset(("command_substitution", "expansion", "arithmetic_expansion", "process_substitution"))
#: What a program waits or counts to: another number is another wait, and no other answer.
_COUNTING = frozenset(("sleep", "seq", "timeout", "head", "tail", "cut"))
_SHELLS = frozenset(("sh", "bash", "ash", "/bin/sh", "/bin/bash"))


@cache
def _parser() -> Parser:
    return Parser(Language(language()))


def changes(script: str) -> Iterator[Change]:
    """Every change of ``script``, in the order of the text."""
    yield from _Script(script).changes()


class _Script:
    def __init__(self, text: str) -> None:
        self._text = text
        self._bytes = text.encode()
        self._root = _parser().parse(self._bytes).root_node

    def changes(self) -> Iterator[Change]:
        yield from self._statements(self._root)
        for command in _every(self._root, "command"):
            if not self._looks(command):
                yield from self._in_command(command)
        for redirect in _every(self._root, "heredoc_redirect"):
            yield from self._in_document(redirect)
        for redirect in _every(self._root, "file_redirect"):
            yield from self._in_redirect(redirect)
        for assignment in _every(self._root, "variable_assignment"):
            if value := assignment.child_by_field_name("value"):
                yield from self._value(value)

    # -- places

    def _span(self, node: Node) -> tuple[int, int]:
        """Where it stands, in characters; the parser counts bytes."""
        return self._place(node.start_byte), self._place(node.end_byte)

    def _place(self, byte: int) -> int:
        return len(self._bytes[:byte].decode(errors="replace"))

    def _words(self, command: Node) -> list[Node]:
        return [child for child in command.named_children if child.type not in (*_REDIRECTS, "variable_assignment")]

    # -- whole commands

    def _statements(self, root: Node) -> Iterator[Change]:
        for block in [root, *_every(root, *_BLOCKS)]:
            inside = [child for child in block.named_children if child.type in _STATEMENTS]
            if block.type == "if_statement":
                inside = inside[1:]
            telling = [child for child in inside if not self._looks(child)]
            alone = block is root and len(telling) == 1
            for child in telling:
                if not alone:
                    yield self._left_out(child)
                if self._once_only(child):
                    start, end = self._span(child)
                    yield Change(Operator.REPEAT, end, end, f"; {self._text[start:end]}", "typed twice")
            for first, second in pairwise(telling):
                yield swap(self._text, self._span(first), self._span(second), "two commands")
        for both in _every(root, "list"):
            yield from self._halves(both)

    def _left_out(self, node: Node) -> Change:
        start, end = self._span(node)
        what = f"left out: {' '.join(self._text[start:end].split())[:40]}"
        return Change(Operator.COMMAND, start, end, ":", what)

    def _halves(self, both: Node) -> Iterator[Change]:
        """``a && b`` without one of them."""
        if len(both.children) != 3 or both.children[1].type != "&&":
            return
        first, _and, second = both.children
        start, end = self._span(both)
        for gone, stays in ((first, second), (second, first)):
            if not self._looks(gone):
                left = slice(*self._span(stays))
                what = f"left out: {' '.join(self._text[slice(*self._span(gone))].split())[:40]}"
                yield Change(Operator.COMMAND, start, end, self._text[left], what)

    def _once_only(self, node: Node) -> bool:
        """Whether typed twice is more than typed once: an error that changes nothing, or the same again, is not."""
        if node.type != "command":
            return False
        typed = self._typed(node)
        parts = words_of(typed) if typed[:1] == ["docker"] else None
        if parts is None:
            return False
        return parts.name in ("exec", "restart") or (parts.name == "run" and "--name" not in typed)

    def _typed(self, command: Node) -> list[str]:
        return [(word.text or b"").decode() for word in self._words(command)]

    def _looks(self, node: Node) -> bool:
        """Whether it only shows something or waits: with it or without it, it is the same answer."""
        match node.type:
            case "command":
                return only_looks(self._typed(node)) and not any(_every(node, "heredoc_redirect"))
            case "redirected_statement":
                return all(self._looks(child) for child in node.named_children if child.type not in _REDIRECTS) and all(
                    re.search(rb"/dev/null|&\d|/dev/stderr|<", child.text or b"") is not None
                    for child in node.named_children
                    if child.type in _REDIRECTS
                )
            case "pipeline" | "list" | "subshell" | "compound_statement" | "do_group" | "negated_command":
                return all(self._looks(child) for child in node.named_children if child.type != "comment")
            case "while_statement" | "for_statement":
                inside = [child for child in node.named_children if child.type in (*_STATEMENTS, "do_group")]
                return all(self._looks(child) for child in inside)
            case _:
                return False

    # -- one command

    def _in_command(self, command: Node) -> Iterator[Change]:
        nodes = self._words(command)
        typed = self._typed(command)
        if typed[:1] != ["docker"]:
            yield from self._arguments(nodes, typed)
            return
        parts = words_of(typed)
        if parts is None:
            return
        if other := OTHER_VERB.get(parts.name):
            yield Change(Operator.VERB, *self._span(nodes[parts.verb]), other, f"{parts.name} → {other}")
        values = set(range(parts.verb + 1, len(nodes)))
        for start, end in parts.options:
            values -= set(range(start, end))
            name = typed[start].partition("=")[0]
            if shown_only(name, parts.name):
                continue
            yield self._without(nodes[start:end], name)
            if end - start == 2:
                yield from self._value(nodes[end - 1])
            elif "=" in typed[start]:
                at, _end = self._span(nodes[start])
                value = typed[start].partition("=")[2]
                yield from words.changes(value, at=at + len(typed[start]) - len(value))
        before = [place for place in sorted(values) if place <= parts.rest]
        for place in before:
            yield from self._value(nodes[place])
        yield from self._arguments(nodes[parts.rest + 1 :], typed[parts.rest + 1 :])

    def _without(self, gone: Sequence[Node], name: str) -> Change:
        start, end = self._span(gone[0])[0], self._span(gone[-1])[1]
        while self._text[start - 1 : start] == " " and self._text[end : end + 1] in (" ", "\n", ""):
            start -= 1
        operator = Operator.FOREGROUND if name in ("-d", "--detach") else Operator.OPTION
        return Change(operator, start, end, "", f"drop {name}")

    def _arguments(self, nodes: Sequence[Node], typed: Sequence[str]) -> Iterator[Change]:
        """The words of a program that is no docker: it is not known which of them are options."""
        if not typed or typed[0] in _COUNTING:
            return
        for place, node in enumerate(nodes):
            if place == 0:
                continue
            if (
                typed[place - 1] in ("-c", "-ec", "-lc")
                and typed[0] in _SHELLS
                and node.type in ("raw_string", "string")
            ):
                start, _end = self._span(node)
                yield from (change.moved(start + 1) for change in changes(typed[place][1:-1]))
            elif not typed[place].startswith("-"):
                yield from self._value(node)
            elif len(typed[place]) > 1 and not shown_only(typed[place], typed[0]):
                yield self._without([node], typed[place].partition("=")[0])

    def _value(self, node: Node) -> Iterator[Change]:
        if any(_every(node, *_EXPANSIONS)) or node.type in _EXPANSIONS:
            return
        start, end = self._span(node)
        yield from words.changes(self._text[start:end], at=start)

    # -- what a command reads and writes

    def _in_redirect(self, redirect: Node) -> Iterator[Change]:
        target = redirect.child_by_field_name("destination")
        kind = next((child for child in redirect.children if not child.is_named), None)
        if target is None or kind is None or target.type == "number" or (target.text or b"").startswith(b"/dev/"):
            return
        yield from self._value(target)
        if kind.type == ">>":
            # Not the other way: what is appended to a file that was not there is the same file.
            yield Change(Operator.VERB, *self._span(kind), ">", ">> → >")

    def _in_document(self, redirect: Node) -> Iterator[Change]:
        body = next((child for child in redirect.children if child.type == "heredoc_body"), None)
        if body is None:
            return
        start, end = self._span(body)
        yield from (change.moved(start) for change in documents.changes(self._text[start:end], changes))


def _every(node: Node, *kinds: str) -> Iterator[Node]:
    """All nodes below ``node`` of these kinds, in the order of the text."""
    for child in node.named_children:
        if child.type in kinds:
            yield child
        yield from _every(child, *kinds)
