// A show of hands: hands typed in beside each option, then the reveal.

function drawHands({ model, el }) {
  const { make } = smtplab;
  const fixed = model.get("fixed");
  const words = fixed.words;

  const hands = question.hands(fixed.question, {
    count: (option, typed) => model.send({ do: "hands-count", option, hands: typed }),
    reveal: () => model.send({ do: "hands-reveal" }),
  });
  const notice = make("p", { class: "notice", role: "status" });
  const root = make("div", { role: "group", class: `smtplab smtplab-hands ${fixed.size}`, "aria-label": words.label }, hands.box, notice);
  el.replaceChildren(root);

  function draw() {
    const view = model.get("view");
    hands.draw(view);
    notice.textContent = view.notice;
    notice.hidden = !view.notice;
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  draw();
  return () => {
    model.off("change:view", draw);
    leave();
  };
}
