// The question before a reply: its choices, one button; then what you said, what the wire said, and why.

function drawPredict({ model, el }) {
  const { make, redraw } = smtplab;
  const fixed = model.get("fixed");
  const words = fixed.words;

  const asked = make("p", { class: "asked" });
  const form = question.form(fixed.question, { id: fixed.id, commit: (chosen) => model.send({ do: "commit", ...chosen }) });
  const notice = make("p", { class: "notice", role: "status" });
  const told = make("div", { class: "smtplab-question told", role: "status" });
  const root = make("div", { role: "group", class: `smtplab smtplab-predict ${fixed.size}`, "aria-label": words.label },
    asked, form.box, notice, told);
  el.replaceChildren(root);

  function drawTold(view) {
    if (view.phase === "committed") return make("p", { class: "strong" }, words.committed);
    return view.judgement ? [question.judgement(fixed.question, view.judgement), question.came(fixed.question, view.judgement)] : [];
  }

  function draw() {
    const view = model.get("view");
    const hadFocus = form.box.contains(document.activeElement);
    redraw(asked, [view.line, view.phase], () => question.asked(fixed.question, view.line, view.phase === "told"));
    form.draw(view.questions);
    form.box.hidden = view.phase !== "ask";
    notice.textContent = view.notice;
    notice.hidden = !view.notice;
    redraw(told, [view.phase, view.judgement], () => drawTold(view));
    if (hadFocus && form.box.hidden) {
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
