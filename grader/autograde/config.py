"""The settings that make plain nbgrader commands use Drydock; ``nbgrader_config.py`` calls this."""

from __future__ import annotations

from traitlets.config import Config

from grader.course.settings import settings, speak

#: nbgrader's own steps of generate_assignment, with ours in the place of ClearSolutions and two before them all.
STEPS = [
    "grader.autograde.assign.FoldedChecks",
    "grader.autograde.assign.ReleasedReasons",
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "grader.autograde.assign.ClearAnswers",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
#: Files and folders that nbgrader does not copy. Wrong and alternative answers are for the author's proof and never
#: leave solutions/; nor does the table of what is taught where.
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "answers", "topics.md")


def configure(c: Config) -> None:
    """Set everything a Drydock course needs; what the instructor sets afterwards wins. Raises CourseError."""
    speak(settings())
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "labs"
    c.CourseDirectory.ignore = list(IGNORED)
    # A clone of the course has labs/ already; without this nbgrader leaves it, and the gradebook never learns the lab.
    c.GenerateAssignment.force = True
    c.GenerateAssignment.preprocessors = list(STEPS)
    c.ClearSolutions.text_stub = "*Write your answer here.*"
    c.Autograde.exporter_class = "grader.autograde.exporter.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        "grader.autograde.rebuild.RebuildFromRelease",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "grader.autograde.execute.IsolatedExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbgrader.preprocessors.LimitOutput",
        "grader.autograde.execute.SaveGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.ExportApp.plugin_class = "grader.autograde.lms.GradesExport"
    # A heading's id is the student's words: formgrader would take one named like a task for that task's score.
    c.HTMLExporter.exclude_anchor_links = True
    # For formgrader's pages; generate_feedback has its own list, below.
    c.HTMLExporter.preprocessors = [
        "grader.autograde.feedback.QuotedNames",
        "grader.autograde.feedback.BoundedColours",
        "grader.autograde.feedback.GradersPage",
    ]
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "grader.autograde.feedback.ModelAnswers",
        "grader.autograde.feedback.FeedbackView",
        "grader.autograde.feedback.BoundedColours",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
