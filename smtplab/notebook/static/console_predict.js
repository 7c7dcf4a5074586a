// The console's question before a reply, and what came of it by the reply, which the record shows.

function consoleQuestion(fixed, tell) {
  const { make, redraw } = smtplab;
  const asked = make("p", { class: "asked" });
  const form = question.form(fixed.question, {
    id: fixed.id, commit: (chosen) => tell({ do: "commit", ...chosen }), leave: () => tell({ do: "change-line" }),
  });
  const box = make("div", { class: "asking", role: "group", "aria-label": fixed.question.label, hidden: true }, asked, form.box);
  const judgement = make("div", { class: "smtplab-question told", role: "status", hidden: true });
  let serial = 0;
  let isOpen = false;
  return {
    box,
    judgement,
    /** True while a question is open: then `others`, the ways to send something, are hidden. */
    draw(view, others) {
      const open = view.question !== null;
      if (open && !isOpen) serial += 1; // a new question has nothing chosen
      isOpen = open;
      box.hidden = !open;
      if (open) {
        redraw(asked, view.question.line, (line) => question.asked(fixed.question, line));
        form.draw(view.question.parts, serial);
        for (const other of others) other.hidden = true;
      }
      redraw(judgement, view.judgement, (data) => {
        judgement.parentElement.scrollTop = 0;
        return data ? [question.judgement(fixed.question, data), question.because(fixed.question, data.because)] : [];
      });
      judgement.hidden = !view.judgement;
      return open;
    },
    focus: form.focus,
  };
}
