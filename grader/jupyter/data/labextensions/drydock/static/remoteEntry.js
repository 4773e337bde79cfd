// What JupyterLab's federated extensions look like after their build, written by hand: it has nothing to bundle. JupyterLab
// loads this file as a script; the modules beside it have one thing each.
const HERE = document.currentScript.src;
const beside = (name) => import(new URL(name, HERE).href);

async function activate(app) {
  const [{ linkGlossary }, { reachFoldedCells }, { TaskPanel }, { showLateWidgets }] = await Promise.all(
    ["glossaryLink.js", "foldedCells.js", "taskPanel.js", "lateWidgets.js"].map(beside),
  );
  linkGlossary();
  reachFoldedCells(app);
  app.restored.then(() => new TaskPanel(app)).catch((error) => console.warn("drydock: no panel of tasks", error));
  await showLateWidgets();
}

const plugin = { id: "drydock:widgets", autoStart: true, activate };
window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB.drydock = { init: () => {}, get: async () => () => ({ __esModule: true, default: plugin }) };
