"""Processes that are born warm: forked from one that has made their imports, instead of started from nothing.

Half of what an isolated grading costs beyond the student's own commands is Python starting and importing, for every
kernel and every checker anew. ``Nursery`` pays that once. Every process is used once and by one student, as ever.
"""

from grader.nursery.client import Born, Nursery, NurseryLost
from grader.nursery.orders import CheckerOrder, KernelOrder

__all__ = ["Born", "CheckerOrder", "KernelOrder", "Nursery", "NurseryLost"]
