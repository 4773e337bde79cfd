"""``python -m grader.checks.fingerprint TASK VALUE`` prints the fingerprint of a right answer."""

from __future__ import annotations

import sys

from grader.checks import fingerprint
from grader.i18n import _


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(_("usage: python -m grader.checks.fingerprint TASK VALUE"), file=sys.stderr)
        return 2
    name, value = arguments
    print(fingerprint.make(name, value))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
