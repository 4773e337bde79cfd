"""Values that differ per student: derived from a key of the student's own, the same live and in grading.

course secret (instructor's disk only) → a key per student → each value a lab asks for.
"""

from grader.values.declaration import BadDeclaration, Declaration
from grader.values.keys import DEFAULT_KEY, BadKey, StudentKey
from grader.values.own import KEY_FILE, KEY_VARIABLE, own_key
from grader.values.values import Values

__all__ = [
    "DEFAULT_KEY",
    "KEY_FILE",
    "KEY_VARIABLE",
    "BadDeclaration",
    "BadKey",
    "Declaration",
    "StudentKey",
    "Values",
    "own_key",
]
