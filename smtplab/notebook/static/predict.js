// The question before a reply: three choices, one button; then what you said, what the wire said, and why.

function drawQuestion({ model, el }) {
  const { make, redraw } = smtplab;
  const fixed = model.get("fixed");
  const words = fixed.words;

  const asked = make("p", { class: "asked" });
  const form = make("form", { class: "questions", onsubmit: (event) => { event.preventDefault(); commit(); } });
  const notice = make("p", { class: "notice", role: "status" });
  const told = make("div", { class: "told", role: "status" });
  const root = make("div", { role: "group", class: `smtplab smtplab-predict ${fixed.size}`, "aria-label": words.label },
    asked, form, notice, told);
  el.replaceChildren(root);

  /** Radios of one page must not share names with those of another question. */
  const groupName = (question) => `${fixed.id}-${question.name}`;

  function commit() {
    const chosen = new FormData(form);
    const message = { do: "commit" };
    for (const question of model.get("view").questions) message[question.name] = chosen.get(groupName(question)) ?? "";
    model.send(message);
  }

  function drawForm(view) {
    const questions = view.questions.map((question) => make("fieldset", { class: question.name },
      make("legend", {}, question.label),
      question.options.map((option) => make("label", {},
        make("input", { type: "radio", name: groupName(question), value: option.value }), make("span", {}, option.label)))));
    return [...questions, make("button", { type: "submit", class: "main" }, words.commit)];
  }

  function drawTold(view) {
    if (view.phase === "committed") return make("p", { class: "strong" }, words.committed);
    if (view.phase !== "told") return [];
    return [
      make("table", {},
        make("thead", {}, make("tr", {}, make("td", {}), [words.you, words.wire].map((said) => make("th", { scope: "col" }, said)))),
        make("tbody", {}, view.told.map(([mark, label, you, wire]) => make("tr", {}, make("th", { scope: "row" }, label),
          make("td", { class: you === wire ? "same" : "other" }, `${mark} ${you}`), make("td", {}, wire))))),
      view.wire.length ? make("pre", {}, view.wire.map((line) => make("div", {}, line))) : null,
      make("p", {}, make("b", {}, words.because), ` ${view.because}`),
    ];
  }

  function draw() {
    const view = model.get("view");
    const hadFocus = form.contains(document.activeElement);
    redraw(asked, view.line, () => [`${words.asked} `, make("code", {}, view.line)]);
    redraw(form, [view.questions], () => drawForm(view));
    form.hidden = view.phase !== "ask";
    notice.textContent = view.notice;
    notice.hidden = !view.notice;
    redraw(told, [view.phase, view.told], () => drawTold(view));
    if (hadFocus && form.hidden) {
      told.tabIndex = -1;
      told.focus();
    }
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  draw();
  return () => {
    model.off("change:view", draw);
    leave();
  };
}

export default { render: drawQuestion };
