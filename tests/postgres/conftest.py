"""What nbgrader's converters need when they run in this process."""

from __future__ import annotations

from grading_course import alembic_at_hand

__all__ = ["alembic_at_hand"]
