from grading_course import alembic_at_hand

__all__ = ["alembic_at_hand"]
