// ipywidgets (8.1.9) waits two seconds of the clock for a widget's model, then gives up without a last look. On a page
// that is busy, as after a reload with several notebooks, the model came meanwhile, and "Error displaying widget: model
// not found" stays in its place. So: look once more; where it has really gone, show what was saved beside the widget.
const WIDGETS = "@jupyter-widgets/jupyterlab-manager";
const failed = (renderer) => renderer.node.textContent.startsWith("Error displaying widget");

export async function showLateWidgets() {
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
