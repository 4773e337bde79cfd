"""Values that differ per student: derived from a key of the student's own, the same live and in grading.

course secret (instructor's disk only) → a key per student → each value a lab asks for.
"""

from grader.values.keys import DEFAULT_KEY, KEY_FILE, KEY_VARIABLE, BadKey, StudentKey, own_key
from grader.values.values import BadDeclaration, Declaration, Value, Values, variable_of

__all__ = [
    "DEFAULT_KEY",
    "KEY_FILE",
    "KEY_VARIABLE",
    "BadDeclaration",
    "BadKey",
    "Declaration",
    "StudentKey",
    "Value",
    "Values",
    "own_key",
    "variable_of",
]
