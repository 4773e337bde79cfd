"""Cards: a confident sentence about Docker, and whether a student's experiment tells right from wrong."""

from __future__ import annotations

from grader.checks.card.subject import CardSubject

__all__ = ["CardSubject"]
