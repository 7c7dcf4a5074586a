// The code explorer: three digits to turn, by mouse or by arrow keys, and what Python says about them.

function drawExplorer({ model, el }) {
  const { make, button, redraw } = smtplab;
  const words = model.get("fixed").words;
  const tell = (message) => model.send(message);

  const wheels = [1, 2, 3].map(makeWheel);
  const notice = make("p", { class: "notice", role: "status" });
  const codes = make("div", { class: "codes" });
  const senders = make("div", { class: "senders" });
  const meaning = make("div", { class: "explanation", "aria-live": "polite" });
  const details = make("details", {}, make("summary", {}, words.more), make("div", {}));
  const root = make("div", { role: "group", class: `smtplab smtplab-explorer ${model.get("fixed").size}`, "aria-label": words.label },
    make("div", { class: "wheels" }, wheels.map((wheel) => wheel.box)), notice,
    make("div", { class: "panes" }, make("div", { class: "lists" }, codes, senders), make("div", { class: "pane" }, meaning, details)));
  el.replaceChildren(root);

  function makeWheel(position) {
    const turn = (by) => tell({ do: "turn", position, by });
    const digit = make("div", {
      class: "digit", role: "spinbutton", tabindex: "0",
      onkeydown: (event) => {
        const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (by) turn(by);
        else if (/^[0-9]$/.test(event.key)) tell({ do: "set", position, value: Number(event.key) });
        else return;
        event.preventDefault();
      },
    });
    const up = button("▲", () => turn(1), { class: "plain", tabindex: "-1" });
    const down = button("▼", () => turn(-1), { class: "plain", tabindex: "-1" });
    const said = make("div", { class: "said" });
    return { box: make("div", { class: "wheel" }, make("div", { class: "turn" }, up, digit, down), said), digit, up, down, said };
  }

  function draw() {
    const view = model.get("view");
    const kind = `code-${String(view.code)[0]}`;
    wheels.forEach(({ digit, up, down, said }, place) => {
      const data = view.digits[place];
      digit.textContent = String(data.value);
      digit.className = `digit ${kind}`;
      for (const [name, value] of [["valuenow", data.value], ["valuemin", data.least], ["valuemax", data.most],
        ["valuetext", `${data.value}: ${data.meaning}`], ["label", data.label]]) digit.setAttribute(`aria-${name}`, value);
      up.setAttribute("aria-label", `${data.label}: ${words.up}`);
      down.setAttribute("aria-label", `${data.label}: ${words.down}`);
      said.replaceChildren(make("span", { class: "soft" }, data.label), make("span", {}, data.meaning));
    });
    notice.textContent = view.notice;
    notice.hidden = !view.notice;
    redraw(codes, [view.codes_label, view.codes, view.code], () => [make("p", {}, view.codes_label),
      view.codes.map(({ code, name }) => make("div", { class: "known" },
        button(String(code), () => tell({ do: "code", code }), { "aria-pressed": String(code === view.code) }), make("span", {}, name)))]);
    redraw(senders, [view.senders_label, view.senders], () => [make("p", {}, view.senders_label),
      make("div", { class: "events" }, view.senders.map(({ event, label, chosen }) =>
        button(label, () => tell({ do: "choose", event }), { "aria-pressed": String(chosen) })))]);
    redraw(meaning, view.explanation, (data) => smtplab.explanation({ ...data, digits: [] }, words.digits));
    redraw(details.lastElementChild, view.details, (found) => smtplab.terms(found));
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  draw();
  return () => {
    model.off("change:view", draw);
    leave();
  };
}
