// Notebook 7 (7.6.5) opens a link to a text file in its editor, at its beginning, and its own preview of such a file stays
// blank. Beside the glossary lies the same as a page (grader/panel/pages.py): there the link leads to the word.
const settings = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");

function openGlossary(event) {
  const link = event.target.closest?.(".jp-RenderedMarkdown a[href]");
  if (!link?.pathname.endsWith("/docs/glossary.md")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  window.open(link.pathname.replace(/md$/, "html") + link.hash, "_blank", "noopener");
}

export function linkGlossary() {
  if (settings.notebookPage === "notebooks") document.addEventListener("click", openGlossary, true);
}
