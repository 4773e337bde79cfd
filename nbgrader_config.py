"""nbgrader's settings for this course. Run nbgrader commands from this folder (see docs/instructors.md)."""

from grader.autograde.config import configure

c = get_config()  # noqa: F821  (traitlets provides it)
configure(c)

c.CourseDirectory.course_id = "drydock"

# What you may want to change:
# c.CourseDirectory.db_url = "postgresql://user@host/drydock"   # default: gradebook.db in this folder
# c.Drydock.cell_seconds = 60            # longest time for one cell of a student
# c.Drydock.notebook_seconds = 300       # longest time for one notebook
# c.Drydock.i_trust_these_students = True  # grade on a machine without walls (docs/security.md)
# c.ModelAnswers.show = "never"          # no "one way to do it" below passed tasks in the feedback
