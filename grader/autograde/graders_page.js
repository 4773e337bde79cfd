// What waits for the instructor and what failed, as buttons that lead there; formgrader is nbgrader's own object.
window.addEventListener("load", function () {
  const place = document.getElementById("drydock-jump");
  place.closest(".cell").hidden = true;
  document.getElementById("notebook-container").prepend(place);

  function button(input) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = input.id;
    made.addEventListener("click", function () {
      formgrader.last_selected = $(input);
      input.select();
      input.focus();
      formgrader.scrollToLastSelected();
    });
    return made;
  }

  function line(words, names) {
    const made = document.createElement("p");
    const title = document.createElement("strong");
    title.textContent = words + " ";
    made.append(title, ...names.map((name) => button(document.getElementById(name))));
    return made;
  }

  function show() {
    const order = Array.from(document.querySelectorAll("input.score"), (input) => input.id);
    const names = (wanted) => {
      const found = new Set(formgrader.grades.filter(wanted).map((grade) => grade.get("name")));
      return order.filter((name) => found.has(name));
    };
    const waiting = names((grade) => grade.get("needs_manual_grade"));
    const failed = names(
      (grade) => grade.get("failed_tests") && !grade.get("needs_manual_grade") && grade.get("manual_score") === null,
    );
    const lines = [];
    if (waiting.length) lines.push(line(place.dataset.waits, waiting));
    if (failed.length) lines.push(line(place.dataset.failed, failed));
    if (!lines.length) lines.push(document.createTextNode(place.dataset.nothing));
    place.replaceChildren(...lines);
  }

  formgrader.grades.on("sync change", show);
  if (formgrader.grades.loaded) show();
});
