"""The course's base images: made offline from Debian packages, reproducibly, the same tags everywhere."""

from grader.images.errors import ImagesError
from grader.images.catalogue import CourseImage, ImageSet, manifest
from grader.images.store import ensure

__all__ = ["CourseImage", "ImageSet", "ImagesError", "ensure", "manifest"]
