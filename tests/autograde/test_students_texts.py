"""Text cells of students, rendered as formgrader and the feedback render them: nothing runs, essays look as before."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from grading_course import LAB, Course
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbconvert.filters.strings import strip_files_prefix
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from grader.autograde.config import configure
from grader.autograde.feedback import BoundedColours, FeedbackView
from grader.autograde.rebuild import rebuild
from grader.autograde.sanitize import StudentsTexts, is_harmless
from grader.course.cells import Cell
from grader.course.release import Release, released_sources

PICTURE = {"shot.png": {"image/png": "iVBORw0KGgo="}}
ESSAY = Cell("markdown", "Write what an image is.", "essay", grade=True, solution=True, points=5.0, checksum="x")
RELEASE = Release((ESSAY,), {"name": "python3", "display_name": "Python 3"})


def submitted(*sources: str, attachments: Any = None) -> NotebookNode:
    cells = [new_markdown_cell(source) for source in sources]
    cells[0].metadata["nbgrader"] = {"grade_id": "essay"}
    if attachments is not None:
        cells[0]["attachments"] = attachments
    return nbformat.from_dict({**new_notebook(), "cells": cells})


def configured() -> Config:
    config = Config()
    configure(config)
    return config


@cache
def exporter() -> HTMLExporter:
    config = configured()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    return HTMLExporter(config=config)


def page(nb: NotebookNode) -> BeautifulSoup:
    """As formgrader makes it, with this course's settings (formgrader.py, handlers.py)."""
    resources = {"base_url": "", "submission_id": "s", "notebook_id": "n", "assignment_id": "a", "index": 0, "total": 1}
    html, _resources = exporter().from_notebook_node(nb, resources=resources)
    soup = BeautifulSoup(html, "html.parser")
    soup.find(id="drydock-jump").find_parent(class_="cell").decompose()  # type: ignore[union-attr]  # ours
    return soup


def texts(html: BeautifulSoup) -> str:
    return "\n".join(str(cell) for cell in html.select(".text_cell_render"))


#: name → Markdown that runs something, or asks the server for something, in the instructor's browser.
ATTACKS = {
    "script": "Hello\n\n<script>steal()</script>",
    "inline": "An image <img src=x onerror=steal()> is",
    "comment": "<!-- x --><svg onload=steal()>",
    "closed": "</div></div></div><form action=/x><input id=net>",
    "style": "<style>body{display:none}</style>",
    "unfinished": "a <img src=x onerror=steal() ",
    "link": "[x](javascript:steal())",
    "upper": "[x](JaVaScRiPt:steal())",
    "entities": "[x](&#106;avascript&colon;steal())",
    "tab": "[x](java&#9;script:steal())",
    "control": "[x](&#1;javascript:steal())",
    "quoted": "[x](%6aavascript:steal())",
    "angle": "[x](<javascript:steal()>)",
    "autolink": "<javascript:steal()>",
    "reference": "[x][1]\n\n[1]: javascript:steal()",
    "shortcut": "[x]\n\n[x]: <vbscript:steal()>",
    "data": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "stripped": "[x](/files/javascript:steal())",
    "stripped-too": '![x](y "src=/files/javascript:steal()")\n[x](files/javascript:steal())',
    "title": "[x](https://x.org '\"onclick=\"steal()')",
    "alt": '![" onerror="steal()](x.png)',
    "url": '![x](x.png"onerror="steal())',
    "mermaid": "```mermaid\n</pre><script>steal()</script>\n```",
    "unclosed-mermaid": "~~~mermaid\n<svg onload=steal()>",
    "info": '```"><script>steal()</script>\nx\n```',
    "quote": "> 1. <script>steal()</script>",
    "table": "| a |\n|---|\n| <svg onload=steal()> |",
    "heading": "# <svg onload=steal()>",
    "math": "$$<svg onload=steal()>$$",
    "math-block": "\\begin{equation}\n</p><script>steal()</script>\n\\end{equation}",
    "math-in-fence": "```\n$$\n```\n<script>steal()</script>\n$$",
    "half-fence": "```\ncode\n``\n<script>steal()</script>",
    "other-fence": "````\n~~~\n````\n<script>steal()</script>\n~~~",
    "span": "`a` b` <svg onload=steal()> `c",
    "escaped": "\\<svg onload=steal()> \\\\<svg onload=steal()>",
    "long": "x " * 20_000 + "<script>steal()</script>",
    "page-beside-it": "[my diagram](diagram.html)",
    "page-beside-it-by-reference": "[x]\n\n[x]: diagram.html",
    "logout": "![](/logout) ![](../../../logout)",
    "missing-picture": "![x](attachment:none.png)",
    "id": "# net\n\nnet\n===\n",
}
#: What text cells may consist of: what Markdown makes.
TAGS = {
    *("div", "span", "p", "a", "em", "strong", "del", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "img"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "input"),
}
ATTRIBUTES = {"href", "src", "alt", "title", "class", "style", "start", "type", "disabled", "checked"}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_of_a_students_text_runs_in_formgrader(name: str) -> None:
    blank = page(rebuild(submitted(ESSAY.source, "mine"), RELEASE))
    html = page(rebuild(submitted(ATTACKS[name], ATTACKS[name]), RELEASE))
    for tag in [tag for cell in html.select(".text_cell_render") for tag in cell.find_all(True)]:
        assert tag.name in TAGS, tag
        assert set(tag.attrs) <= ATTRIBUTES, tag
        for address in (tag.get("href"), tag.get("src")):
            assert address is None or str(address).startswith(("https://", "#", "x.png", "y")), tag
    # The page around the texts is the same: nothing was closed or opened.
    assert len(html.find_all("script")) == len(blank.find_all("script"))
    assert [c.get("class") for c in html.select("body > *")] == [c.get("class") for c in blank.select("body > *")]
    assert len(html.select(".nbgrader_cell")) == 1


@pytest.mark.parametrize("name", ATTACKS)
def test_why_a_file_is_no_notebook_is_a_text_in_the_feedback(name: str) -> None:
    """The reason may quote the file's first characters."""
    why = f"It begins with: '{ATTACKS[name]}'"
    nb, _resources = FeedbackView().preprocess(new_notebook(metadata={"drydock": {"problem": why}}), {})
    (cell,) = page(nb).select(".text_cell_render")
    assert {tag.name for tag in cell.find_all(True)} == {"p", "strong"}
    assert strip_files_prefix(" ".join(why.split())[:200]) in cell.get_text()


def test_names_are_texts_in_formgraders_page() -> None:
    names = {"student": "<b>s</b>", "last_name": "</script><b>", "first_name": "<b>", "notebook_path": '"><b>'}
    resources = {"base_url": "", "submission_id": "s", "notebook_id": "n", "assignment_id": "a", "index": 0, "total": 1}
    html, _resources = exporter().from_notebook_node(new_notebook(), resources={**resources, **names})
    assert "<b>" not in html
    assert "&lt;/script&gt;" in html


#: What honest students write.
ESSAYS = {
    "code": "A loop:\n\n```python\nif a < b and c > d:\n    print('<b>')\n```\n\nand `docker run <image>`.",
    "no-code": 'If a < b then 1 <2, and x<-y; A & B, &lt;b&gt;, "quoted", it\'s, 3 > 2.',
    "lists": "1. one\n2. two\n   * three\n\n- [ ] open\n- [x] done\n",
    "links": '[Docker](https://docs.docker.com/?a=1&b=2 "the docs"), <https://x.org>, https://y.org, [m](mailto:a@b.c)',
    "headings": "# Images\n\n## Layers & more\n\ntext **bold** *em* ~~no~~  \nnew line\n\n> quote\n\n---\n",
    "table": "| command | does |\n|---|---|\n| `ps` | lists |\n",
    "math": "$a < b$ and\n\n$$x \\le \\sum_{i<n} i$$\n\n\\begin{equation}\na < b\n\\end{equation}",
    "pictures": "![shot](attachment:shot.png) ![web](https://x.org/a.png) ![mine](site/a.png)",
    "mermaid": "```mermaid\ngraph TD; A-->B\n```",
    "shell": "```\n$ docker ps -q | xargs docker rm\n$ cat <<END >x\n```\n",
}


@pytest.mark.parametrize("name", ESSAYS)
def test_an_honest_essay_is_not_touched(name: str) -> None:
    rebuilt = rebuild(
        submitted(ESSAYS[name], ESSAYS[name].replace("attachment:shot.png", "x.png"), attachments=PICTURE), RELEASE
    )
    assert rebuilt.cells[0].source == ESSAYS[name]
    assert rebuilt.cells[0].get("attachments", {}) == PICTURE
    assert page(rebuilt).select(".text_cell_render")


def test_html_is_shown_as_the_text_it_is_and_code_beside_it_stays_code() -> None:
    source = "Use `docker run <image>`, not docker run <image>:\n\n```html\n<b>x</b> &lt;\n```\n\nDone <br> [so](https://x.org)."
    html = page(rebuild(submitted(source), RELEASE)).select(".text_cell_render")[0]
    assert [code.get_text() for code in html.find_all("code")] == ["docker run <image>"]
    assert html.find("pre").get_text() == "<b>x</b> &lt;\n"  # type: ignore[union-attr]
    assert "not docker run <image>:" in html.get_text()
    assert "Done <br> so." in html.get_text()
    assert html.find("br") is None


def test_what_is_shown_as_typed_is_all_of_it() -> None:
    source = "Hm:\n````\ncode\n````\n[x][1]\n\n[1]: javascript:steal()\n"
    html = page(rebuild(submitted(source), RELEASE)).select(".text_cell_render")[0]
    assert html.find("pre").get_text() == source + "\n"  # type: ignore[union-attr]


def test_the_authors_texts_keep_their_html_and_their_links() -> None:
    hint = "<details>\n<summary>Hint</summary>\n\nLook at [the glossary](../../docs/glossary.md).\n</details>"
    nb = submitted(ESSAY.source, hint, hint + " <script>steal()</script>")
    rebuilt = rebuild(nb, RELEASE, [hint])
    assert rebuilt.cells[1].source == hint
    assert len(page(rebuilt).select("details")) == 1


def test_a_text_nobody_wrote_in_still_counts_as_no_answer() -> None:
    """nbgrader compares the cell with the release: an author's HTML must stay what it is."""
    essay = Cell("markdown", "<i>Write.</i>", "essay", grade=True, solution=True, points=5.0, checksum="x")
    assert rebuild(submitted("<i>Write.</i>"), Release((essay,), RELEASE.kernelspec)).cells[0].source == "<i>Write.</i>"


@pytest.mark.parametrize(
    "attachments",
    [
        {"x.svg": {"image/svg+xml": "PHN2Zz4="}},
        {"x.png": {"text/html": "PHN2Zz4="}},
        {"x.png": {"image/png": '"><script>steal()</script>'}},
        {"x.png": {"image/png": 5}},
        {"x.png": []},
        [],
        "x",
    ],
)
def test_attachments_are_pictures_or_nothing(attachments: Any) -> None:
    rebuilt = rebuild(submitted("![x](attachment:x.png)![x](attachment:x.svg)", attachments=attachments), RELEASE)
    assert "attachments" not in rebuilt.cells[0]
    assert not page(rebuilt).select(".text_cell_render img")


pieces = st.sampled_from(
    ["<", "<b>", "</p>", "<!--", "-->", "<script>", "\n", "\n\n", "```", "~~~", "`", "``", "$$", "$", "\\",
     "\\begin{a}", "\\end{a}", "[x]", "(javascript:y)", "](", "!", "[", "]: javascript:z", "> ", "- ", "    ", "\t",
     "| a |\n|--|\n", "&lt;", "&#60;", "\r", "\x0c", "\u2028", "mermaid\n", "# ", "a", ":", "<a:b>", "https://x.org",
     "/files/", "\\\\["]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(pieces, max_size=25).map("".join))
def test_whatever_is_typed_becomes_harmless(source: str) -> None:
    made = StudentsTexts([]).cell(source, None)
    assert is_harmless(made.source, {})
    html = BeautifulSoup(markdown2html_mistune(made.source), "html.parser")
    assert html.find(["script", "b", "iframe", "svg", "object", "form", "input", "style", "link", "meta"]) is None
    assert not [name for tag in html.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert all(str(link["href"]).startswith(("https:", "#")) for link in html.find_all("a", href=True))


def test_a_raw_cell_names_no_input_of_formgrader() -> None:
    nb = submitted(ESSAY.source)
    nb.cells.append(new_raw_cell('<div class="nbgrader_cell"><span id="net">x</span></div>'))
    html = page(rebuild(nb, RELEASE))
    assert html.find(id="net") is None
    assert '<span id="net">' in html.get_text()


def test_the_texts_of_the_release_are_found(course: Course) -> None:
    texts = released_sources(CourseDirectory(config=course.config()), LAB, LAB, {"markdown"})
    assert "# A tiny lab" in texts
    assert released_sources(CourseDirectory(config=course.config()), "none", LAB, {"markdown"}) == frozenset()


def test_formgraders_page_of_this_test_is_the_real_one() -> None:
    assert (Path(handlers.template_path) / "formgrade" / "index.html.j2").exists()
    html = page(new_notebook(cells=[new_markdown_cell("<script>steal()</script>")]))
    assert "<script>steal()</script>" in texts(html)  # unmended, it would run


def test_long_code_is_shown_without_colours() -> None:
    """Or a page would stand still: Pygments takes two seconds for a few thousand spaces, and hours for a hundred times
    as many."""
    short, long = "import one\n", "import two\n" + " \n" * 90_000
    fence = "```ipython3\n{code}```\n\nSo be it."
    texts = [fence.format(code=short), fence.format(code=long[:19_000]), "> " + fence.format(code=long[:9_000])]
    nb = submitted(*texts)
    nb.cells += [new_code_cell(short), new_code_cell(long), new_code_cell(f"%%bash\n{long}")]
    rebuilt = rebuild(nb, RELEASE)
    shown = str(page(rebuilt))
    assert shown.count('<span class="nn">one</span>') == 2
    assert '<span class="nn">two</span>' not in shown
    assert shown.count("import two") == 4
    feedback, _resources = BoundedColours().preprocess(rebuilt, {})
    assert [c.metadata.get("magics_language") for c in feedback.cells if c.cell_type == "code"] == [
        None,
        "text",
        "text",
    ]
    assert "grader.autograde.feedback.BoundedColours" in configured().GenerateFeedback.preprocessors
