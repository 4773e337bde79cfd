"""Lays out the student's copies of the labs, as `drydock lab` does; nothing that is there is overwritten.

The image's build does it, and each start: a volume of a student's own (docs/kubernetes.md) is empty at first, and a
newer image may have more labs.
"""

from grader.course.labs import find_course
from grader.engines import detached
from grader.workspace import Workspace, forget_what_ran

Workspace(find_course()).prepare_all()
# A pod's daemon ends with the pod, and what a volume says of cells that ran in it is no longer true.
if not detached.lab_folder().exists():
    forget_what_ran()
