"""``t.build("yard")``: what a Dockerfile of the student's does when it is built, and built again; ``t.builder()``."""

from grader.checks.build.builder import Builder
from grader.checks.build.subject import Build

__all__ = ["Build", "Builder"]
