// Going back in the console: a button at each step of the record, a bar that tells of it, and two futures side by side.

/** Gives the bar, the place of the futures, and how both and the buttons in `log` are drawn. */
function consoleFork(words, pictures, log, tell) {
  const { make, button, redraw } = smtplab;
  let asked = ""; // the step whose button asked, so that a No leads back to it

  const told = make("p", { role: "status" });
  const note = make("p", { class: "soft" });
  const compare = button(words.compare, () => tell({ do: "compare", on: futures.hidden }), { class: "plain", "aria-expanded": "false" });
  const takeOther = button(words.take_other, () => tell({ do: "switch" }), { class: "plain" });
  const question = make("p", { role: "status" });
  const yes = button(words.yes, () => tell({ do: "back-yes" }), { class: "plain" });
  const no = button(words.no, () => tell({ do: "back-no" }), { class: "plain" });
  const asking = make("div", { class: "forked", role: "group", "aria-label": words.back_question, hidden: true }, question, yes, no);
  const left = make("div", { class: "forked", role: "group", "aria-label": words.futures, hidden: true }, told, note, compare, takeOther);
  const bar = make("div", { class: "fork" }, asking, left);

  const futures = make("div", { class: "futures", role: "region", tabindex: "-1", "aria-label": words.futures, hidden: true });
  log.addEventListener("keydown", onKey);

  function buttons() {
    return [...log.querySelectorAll(".back button")];
  }

  /** One stop for the Tab key; the arrows go from step to step. */
  function stopAt(stop) {
    for (const each of buttons()) each.tabIndex = each === stop ? 0 : -1;
  }

  function onKey(event) {
    const all = buttons();
    const at = all.indexOf(event.target);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = all[Math.max(0, Math.min(all.length - 1, to))];
    stopAt(next);
    next.focus();
  }

  /** Each step that one can go back to has its button, and no other row has. */
  function drawSteps(steps) {
    for (const row of log.children) {
      const place = row.querySelector(".back");
      const label = steps[row.dataset.step];
      redraw(place, label, () => (label
        ? button(words.back_here, () => goBack(row.dataset.step), { class: "plain", "aria-label": label, title: label, tabindex: "-1" })
        : []));
    }
    const all = buttons();
    stopAt(all.find((each) => each === document.activeElement) ?? all.at(-1));
  }

  function goBack(step) {
    asked = step;
    tell({ do: "back", step: Number(step) });
  }

  function drawRow(row) {
    return make("li", { class: row.differs ? `${row.kind} first` : row.kind },
      make("span", { class: `mark-${row.digit}`, "aria-hidden": "true" }, row.mark),
      make("span", { class: "who" }, row.who),
      make("div", { class: "wire" }, row.differs ? make("span", { class: "differs" }, row.differs) : null,
        row.lines.map(([code, rest]) => make("div", { class: "line" },
          code ? make("b", { class: `code code-${row.digit}` }, code) : null, make("bdi", {}, rest)))));
  }

  function drawRows(rows) {
    return make("ol", { class: "transcript" }, rows.map(drawRow));
  }

  function drawFutures(data) {
    if (!data) return [];
    const picture = smtplab.picture(pictures[data.picture], words.diagram);
    smtplab.mark(picture, data.classes, data.labels);
    return [
      make("p", { class: "verdict" }, data.title),
      data.past.length ? make("details", {}, make("summary", {}, data.folded), drawRows(data.past)) : null,
      make("p", { class: "difference" }, make("b", { "aria-hidden": "true" }, data.mark), ` ${data.difference}`),
      make("div", { class: "columns" }, data.columns.map((column) => make("div", {
        class: `future future-${column.name.toLowerCase()}`, role: "group", "aria-label": column.title,
      }, make("p", { class: "name" }, column.title), drawRows(column.rows), make("p", {}, column.stands), make("p", {}, column.messages)))),
      make("div", { class: "wide smtplab-diagram", role: "group", tabindex: "0", "aria-label": words.diagram }, picture),
      make("p", { class: "soft" }, data.caption),
      make("details", {}, make("summary", {}, words.in_words), data.in_words.map((line) => make("div", {}, line))),
    ];
  }

  function draw(view) {
    drawSteps(view.steps);
    const wasAsking = !asking.hidden;
    const hadAnswer = asking.contains(document.activeElement);
    asking.hidden = !view.question;
    question.textContent = view.question;
    if (!wasAsking && view.question) no.focus();
    else if (wasAsking && hadAnswer && !view.question) log.querySelector(`[data-step="${CSS.escape(asked)}"] .back button`)?.focus();
    left.hidden = !view.bar;
    if (told.textContent !== (view.bar?.told ?? "")) told.textContent = view.bar?.told ?? "";
    note.textContent = view.bar?.note ?? "";
    note.hidden = !note.textContent;
    const wasHidden = futures.hidden;
    futures.hidden = !view.futures;
    compare.setAttribute("aria-expanded", String(!futures.hidden));
    redraw(futures, view.futures, drawFutures);
    if (wasHidden && view.futures && left.contains(document.activeElement)) futures.focus();
  }

  return { bar, futures, draw };
}
