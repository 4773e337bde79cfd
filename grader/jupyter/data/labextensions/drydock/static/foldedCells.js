// JupyterLab's arrow keys (4.6.6, Notebook 7.6.5 as well) pass by cells whose source is folded, so that by keyboard no check
// could be run without its answer. Ours stop at each cell; at all others they do what JupyterLab does.
export function reachFoldedCells(app) {
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
