from student_desk import desk, released_course

__all__ = ["desk", "released_course"]
