// What JupyterLab's federated extensions look like after their build, written by hand: it has nothing to bundle.
//
// ipywidgets (8.1.9) waits two seconds of the clock for a widget's model, then gives up without a last look. On a page
// that is busy, as after a reload with several notebooks, the model came meanwhile, and "Error displaying widget: model
// not found" stays in its place. So: look once more; where it has really gone, show what was saved beside the widget.
const WIDGETS = "@jupyter-widgets/jupyterlab-manager";
const failed = (renderer) => renderer.node.textContent.startsWith("Error displaying widget");

async function activate(app) {
  reachFoldedCells(app);
  const { WidgetRenderer } = (await window._JUPYTERLAB[WIDGETS].get("./extension"))();
  const render = WidgetRenderer.prototype.renderModel;
  WidgetRenderer.prototype.renderModel = async function (model) {
    await render.call(this, model);
    if (failed(this)) await render.call(this, model);
    if (failed(this)) await showSaved(this, model);
  };
}

async function showSaved(renderer, model) {
  const { rendermime } = await renderer._manager.promise;
  const type = ["text/html", "text/plain"].find((each) => each in model.data);
  if (!type) return;
  const saved = rendermime.createRenderer(type);
  renderer.node.textContent = "";
  renderer.addWidget(saved);
  await saved.renderModel(model);
}

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

if (settings.notebookPage === "notebooks") document.addEventListener("click", openGlossary, true);

// JupyterLab's arrow keys (4.6.6, Notebook 7.6.5 as well) pass by cells whose source is folded, so that by keyboard no check
// could be run without its answer. Ours stop at each cell; at all others they do what JupyterLab does.
function reachFoldedCells(app) {
  for (const [direction, step, keys] of [["down", 1, ["ArrowDown", "J"]], ["up", -1, ["ArrowUp", "K"]]]) {
    const theirs = `notebook:move-cursor-${direction}`;
    const command = `drydock:move-cursor-${direction}`;
    const execute = () => selectFolded(app.shell.currentWidget?.content, step) || app.commands.execute(theirs);
    app.commands.addCommand(command, { label: `Select the cell ${direction === "up" ? "above" : "below"}`, execute });
    // JupyterLab's selector, but for a class said twice: so ours is the one that is chosen.
    const selector = ".jp-Notebook.jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus";
    for (const key of keys) app.commands.addKeyBinding({ command, keys: [key], selector });
  }
}

function selectFolded(notebook, step) {
  const cells = notebook?.widgets ?? [];
  let next = (notebook?.activeCellIndex ?? 0) + step;
  while (cells[next]?.isHidden) next += step;
  if (!cells[next]?.inputHidden) return false;
  notebook.activeCellIndex = next;
  notebook.deselectAll();
  notebook.activate();
  notebook.scrollToItem(next, "auto", 0).catch(() => {});
  return true;
}

const plugin = { id: "drydock:widgets", autoStart: true, activate };
window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB.drydock = { init: () => {}, get: async () => () => ({ __esModule: true, default: plugin }) };
