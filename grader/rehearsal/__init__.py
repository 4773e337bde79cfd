"""Rehearsing the grading: a student's own notebook, on a fresh daemon, by the session that grades."""
