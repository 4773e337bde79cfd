// The tasks of a lab, docked at the right of its notebook (grader/jupyter/tasks_kernel.py has what they say). Closed once,
// it stays closed for that lab.
const TARGET = "drydock-tasks";
// Free in JupyterLab, its editor, browsers and desktops. Not T: by that Linux desktops open a terminal.
const SHORTCUT = "Accel Alt O";
const memory = (key) => JSON.parse(localStorage.getItem(`drydock-${key}`) || "{}");
const runs = (kernel) => ["idle", "busy"].includes(kernel?.status);
const remember = (key, lab, value) =>
  localStorage.setItem(`drydock-${key}`, JSON.stringify({ ...memory(key), [lab]: value }));

const STYLE = `
.drydock-tasks { min-width: 250px; overflow-y: auto; padding: 8px 12px; box-sizing: border-box;
  background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font-size: var(--jp-ui-font-size1);
  line-height: 1.45; overflow-wrap: anywhere; }
.drydock-tasks h2 { font-size: var(--jp-ui-font-size2); margin: 0 0 4px; }
.drydock-tasks p { margin: 4px 0; }
.drydock-tasks ul { list-style: none; margin: 0; padding: 0 0 4px 4px; }
.drydock-tasks li { margin: 6px 0; padding-left: 8px; border-left: 3px solid var(--jp-border-color1); }
.drydock-tasks li.drydock-passed { border-left-color: var(--jp-success-color1); }
.drydock-tasks summary { cursor: pointer; }
.drydock-tasks > details > summary { font-weight: 600; margin-top: 6px; }
.drydock-tasks button { font: inherit; color: inherit; background: var(--jp-layout-color2); cursor: pointer;
  border: 1px solid var(--jp-border-color1); border-radius: 3px; padding: 1px 8px; }
.drydock-tasks button.drydock-go { background: none; border: none; padding: 0; text-align: left;
  color: var(--jp-content-link-color, var(--jp-ui-font-color1)); text-decoration: underline; }
.drydock-tasks :focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }
.drydock-tasks .drydock-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }`;

function element(tag, text = "", ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

export class TaskPanel {
  constructor(app) {
    this.app = app;
    this.opened = {};
    this.watched = new WeakSet();
    document.head.append(element("style", STYLE));
    // A shell is a widget of Lumino's, which extensions that aren't bundled can't import.
    const Widget = Object.getPrototypeOf(app.shell.constructor);
    this.widget = new Widget();
    Object.assign(this.widget, { id: "drydock-tasks" });
    this.widget.addClass("drydock-tasks");
    this.widget.node.setAttribute("role", "region");
    this.heard = element("p");
    this.heard.className = "drydock-heard";
    this.heard.setAttribute("role", "status");
    this.heard.setAttribute("aria-live", "polite");
    this.shown = element("div");
    this.shown.style.display = "contents";
    this.widget.node.append(this.heard, this.shown);
    const hidden = this.widget.onAfterHide;
    this.widget.onAfterHide = (message) => {
      hidden.call(this.widget, message);
      // By its tab at the right edge; another panel there in its place is not ours to remember.
      if (this.lab && !this.turning && app.shell.rightCollapsed) remember("closed", this.lab, true);
    };
    this.widget.onAfterShow = () => this.lab && !this.turning && remember("closed", this.lab, false);
    app.commands.addCommand("drydock:tasks", { label: "Tasks of this lab", execute: () => this.reach() });
    app.commands.addKeyBinding({ command: "drydock:tasks", keys: [SHORTCUT], selector: "body" });
    app.shell.currentChanged.connect(() => this.turn());
    // Another page had the lab meanwhile: the one that somebody looks at has it. Where that was on another machine, this
    // one has never lost the focus.
    const back = () => {
      if (!this.elsewhere || document.hidden) return;
      this.elsewhere = undefined;
      this.connect();
    };
    window.addEventListener("focus", back);
    for (const deed of ["visibilitychange", "pointerdown", "keydown"]) document.addEventListener(deed, back, true);
    this.turn();
  }

  // The notebook in front, where it is a lab's: labs/NN-name/NN-name.ipynb.
  turn() {
    const notebook = this.app.shell.currentWidget;
    const path = notebook?.context?.path ?? "";
    const session = notebook?.context?.sessionContext;
    const [, folder, name] = path.match(/(?:^|\/)([^/]+)\/([^/]+)\.ipynb$/) || [];
    if (!session || folder !== name || notebook === this.notebook) return;
    this.leave();
    this.notebook = notebook;
    if (!this.watched.has(session)) {
      this.watched.add(session);
      const again = () => {
        if (this.notebook?.context?.sessionContext !== session) return;
        if (/starting/.test(session.session?.kernel?.status)) this.refused = undefined;
        this.summarise();
        this.connect();
      };
      session.statusChanged.connect(again);
      session.kernelChanged.connect(again);
      // When the notebook itself has ended, its comms are gone, and the kernel would never hear of it.
      session.disposed.connect(() => {
        if (this.notebook?.context?.sessionContext !== session) return;
        this.leave();
        // Nobody's now; dock() adds it again.
        this.widget.parent = null;
      });
    }
    this.connect();
  }

  leave() {
    const comm = this.comm;
    this.comm = this.notebook = this.lab = this.elsewhere = undefined;
    if (comm && !comm.isDisposed) comm.close();
  }

  connect() {
    const { kernel } = this.notebook.context.sessionContext.session ?? {};
    if (!runs(kernel) || kernel === this.refused || kernel === this.elsewhere) return;
    if (this.comm && !this.comm.isDisposed && this.kernel === kernel) return;
    // A tab that was opened behind another one waits until somebody looks.
    if (document.hidden) {
      this.elsewhere = kernel;
      return;
    }
    this.kernel = kernel;
    const comm = (this.comm = kernel.createComm(TARGET));
    comm.onMsg = (message) => comm === this.comm && this.show(message.content.data);
    // No lab of the course, or a kernel that knows nothing of it: there is nothing to dock, and nothing to ask again.
    comm.onClose = (message) => {
      if (comm === this.comm) this[message.content.data.elsewhere ? "elsewhere" : "refused"] = kernel;
    };
    comm.open({ automatic: memory("by-hand").all !== true });
  }

  dock(lab) {
    this.lab = lab;
    this.turning = true;
    if (!this.widget.isAttached) this.app.shell.add(this.widget, "right", { rank: 100 });
    if (memory("closed")[lab] !== true) {
      const { activeElement } = document;
      if (this.app.shell.expandRight.length) this.app.shell.expandRight(this.widget.id);
      else this.app.shell.activateById(this.widget.id);
      // Whoever types goes on typing.
      activeElement?.focus?.();
    } else if (this.widget.isVisible) this.app.shell.collapseRight();
    this.turning = false;
  }

  // By keyboard: into the panel, opened if need be.
  reach() {
    if (!this.lab) return;
    remember("closed", this.lab, false);
    this.dock(this.lab);
    this.shown.querySelector("button, summary, input")?.focus();
  }

  close() {
    remember("closed", this.lab, true);
    this.app.shell.collapseRight();
    this.app.shell.currentWidget?.activate();
  }

  show(state) {
    const { words } = state;
    const { title } = this.widget;
    title.label = words.tasks;
    title.caption = `${words.region} (${this.app.commands.constructor.formatKeystroke(SHORTCUT)})`;
    this.widget.node.setAttribute("aria-label", words.region);
    this.state = state;
    const focused = this.shown.contains(document.activeElement) ? document.activeElement : undefined;
    this.shown.replaceChildren(...this.content(state));
    if (focused) this.refocus(focused.dataset.key, focused.closest("li")?.dataset.task);
    // Once for each change: who hears the page isn't told what stays.
    if (state.news) this.heard.textContent = state.news;
    if (this.lab !== state.lab) this.dock(state.lab);
  }

  // What had the focus may be gone, as a hint is, or in a part that is folded now: then what is nearest to it.
  refocus(key, task) {
    const find = (wanted) => [...this.shown.querySelectorAll("[data-key]")].find((each) => each.dataset.key === wanted);
    const same = find(key) ?? find(`go ${task}`);
    const part = [...this.shown.children].find((each) => each.contains(same));
    for (const each of [same, part?.querySelector("summary"), find("close")]) {
      each?.focus();
      if (document.activeElement === each) return;
    }
  }

  // Without a kernel nobody looks.
  summarise() {
    if (!this.lab) return;
    const { summary, words } = this.state;
    this.summary.textContent = runs(this.notebook.context.sessionContext.session?.kernel) ? summary : words.waiting;
  }

  content(state) {
    const { words } = state;
    const close = element("button", words.close);
    close.dataset.key = "close";
    close.style.float = "right";
    close.addEventListener("click", () => this.close());
    this.summary = element("p", state.summary);
    const names = [...new Set(state.tasks.map((task) => task.part))];
    const now = state.tasks.find((task) => !task.done)?.part;
    return [
      close,
      element("h2", state.title),
      this.summary,
      state.may ? this.choice(state) : element("p", words.forbidden),
      ...names.map((name) => this.part(state, name, name === now)),
    ];
  }

  choice(state) {
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: state.automatic });
    box.dataset.key = "automatic";
    box.addEventListener("change", () => {
      remember("by-hand", "all", !box.checked);
      this.comm?.send({ automatic: box.checked });
    });
    return element("label", "", box, ` ${state.words.automatic}`);
  }

  // The part that comes next is open, until somebody folds it; so are those somebody opened.
  part(state, name, isNext) {
    const tasks = state.tasks.filter((task) => task.part === name);
    const done = tasks.filter((task) => task.done).length;
    const items = tasks.map((task) => this.task(state, task));
    return this.fold(`${state.lab}/${name}`, `${name || state.words.tasks} (${done}/${tasks.length})`, isNext, [
      element("ul", "", ...items),
    ]);
  }

  task(state, task) {
    const go = element("button", task.title);
    go.className = "drydock-go";
    go.dataset.key = `go ${task.id}`;
    go.addEventListener("click", () => this.go(task.id));
    const item = element("li", "", element("div", "", element("span", `${task.mark} `), go));
    item.dataset.task = task.id;
    item.classList.toggle("drydock-passed", task.passed);
    if (task.note) item.append(element("div", task.note));
    if (task.hint && !task.passed)
      item.append(this.fold(`${state.lab} ${task.id}`, state.words.hint, false, [element("p", task.hint)]));
    return item;
  }

  fold(key, words, open, children) {
    const summary = element("summary", words);
    summary.dataset.key = key;
    const made = element("details", "", summary, ...children);
    made.open = this.opened[key] ?? open;
    summary.addEventListener("click", () => (this.opened[key] = !made.open));
    return made;
  }

  // To the task's check.
  go(id) {
    const { content } = this.notebook ?? {};
    const index = content?.widgets.findIndex((cell) => cell.model.getMetadata("nbgrader")?.grade_id === id) ?? -1;
    if (index < 0) return;
    // A terminal may be in front of it, and its section folded.
    this.app.shell.activateById(this.notebook.id);
    if (content.widgets[index].isHidden)
      this.app.commands.execute("notebook:expand-all-headings", { widgetId: this.notebook.id });
    content.activeCellIndex = index;
    content.deselectAll();
    content.activate();
    content.scrollToItem(index, "smart").catch(() => {});
  }
}
