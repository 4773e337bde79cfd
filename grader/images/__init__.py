"""The course's base images: made offline from Debian packages, reproducibly, the same tags everywhere."""

from grader.images.catalogue import CourseImage, ImageSet, manifest
from grader.images.ensuring import Need, archive_of, are_made, ensure, ensure_only, needs, references
from grader.images.errors import ImagesError

__all__ = [
    "CourseImage",
    "ImageSet",
    "ImagesError",
    "Need",
    "archive_of",
    "are_made",
    "ensure",
    "ensure_only",
    "manifest",
    "needs",
    "references",
]
