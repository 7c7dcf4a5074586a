// The instructor's desk: a bar, and below it the part in front: the console, a scenario, or a question for the class.

const WIDE_PX = 1500;
const LEAST_PX = 18; // letters that the last row of a class room can read

function drawDesk({ model, el }) {
  const { make, button } = smtplab;
  const words = model.get("fixed").words;
  const draws = { console: drawConsole, player: drawPlayer, hands: drawHands };

  const choose = make("select", { "aria-label": words.scenario, onchange: () => { openButton.disabled = !choose.value; } },
    make("option", { value: "" }, words.choose),
    model.get("fixed").scenarios.map((each) => make("option", { value: each.name }, each.title)));
  const openButton = button(words.open, () => choose.value && model.send({ do: "open", name: choose.value }), { disabled: true });
  const fronts = Object.fromEntries(Object.keys(draws).map((part) =>
    [part, button(words[`front_${part}`], () => model.send({ do: "front", which: part }), { "aria-pressed": "false" })]));
  const askButton = button(words.ask, ask);
  const hideButton = button(words.hide, () => model.send({ do: "hide", on: !model.get("view").hides }), { "aria-pressed": "false" });
  const revealButton = button(words.reveal, () => model.send({ do: "uncover" }), { class: "main", hidden: true });
  const newButton = button(words.new_session, () => model.send({ do: "new-session" }), { class: "plain" });
  const moreButton = button(words.more, () => speak(root.dataset.words === "few"), { class: "plain", "aria-pressed": "false" });
  const fullButton = button(words.full, full, { class: "plain" });
  const notice = make("p", { class: "notice", role: "status" });
  const bar = make("div", { class: "desk-bar", role: "toolbar", "aria-label": words.bar },
    make("div", { class: "group", role: "group", "aria-label": words.front }, Object.values(fronts)),
    make("div", { class: "group", role: "group", "aria-label": words.scenario }, choose, openButton),
    make("div", { class: "group", role: "group", "aria-label": words.reply }, askButton, hideButton, revealButton, newButton),
    make("div", { class: "group" }, moreButton, fullButton));
  const held = Object.fromEntries(Object.entries(draws).map(([part, drawPart]) => [part, smtplab.place(model, part, drawPart)]));
  const places = Object.fromEntries(Object.entries(held).map(([part, place]) => [part, place.el]));
  const root = make("div", {
    role: "group", tabindex: "-1", class: `smtplab smtplab-desk ${model.get("fixed").size}`, "aria-label": words.label, "data-words": "few", onkeydown: onKey,
  },
    bar, notice, Object.values(places));
  el.replaceChildren(root);
  let folded = null; // a panel of faults that is not looked at yet
  let front = ""; // the part in front, and the widget that is it
  let asked = ""; // the line that the class was asked about; once it went out, the console's line is free again

  /** What stands in the console's line is asked about, and sent by the reveal. */
  function ask() {
    asked = places.console.querySelector("input.line")?.value ?? "";
    model.send({ do: "ask", line: asked });
  }

  /** A presenter's remote turns the pages of the scenario in front, wherever on the desk the focus is. */
  function onKey(event) {
    const go = { PageDown: "next", PageUp: "back" }[event.key];
    if (!go || event.defaultPrevented || model.get("view").shown !== "player") return;
    event.preventDefault();
    model.send({ part: "player", do: go });
  }

  /** What came to the front is gone to, so that the next key is for it. */
  function enter(part) {
    const inside = { console: ".bar :is(input.line, textarea, button.main)", player: ".controls .main", hands: "input, .main" }[part];
    const control = [...places[part].querySelectorAll(inside)].find((each) => each.getClientRects().length > 0);
    if (control?.localName === "textarea") smtplab.focusAtStart(control);
    else control?.focus();
  }

  function speak(all) {
    root.dataset.words = all ? "all" : "few";
    moreButton.setAttribute("aria-pressed", String(all));
  }

  function full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.();
  }

  /** Faults are at hand where that leaves room for the replies; how much there is shows once the desk is on the page. */
  function unfold() {
    if (!folded || root.clientWidth === 0) return;
    folded.open = root.clientWidth >= WIDE_PX && !model.get("view").hides;
    folded = null;
  }

  function foldFaults() {
    const panel = places.console.querySelector("details.faults");
    if (panel) panel.open = false;
  }

  /** In full screen a question is seen whole, its letters as large as that allows. */
  function fit() {
    const question = places.hands.querySelector(".smtplab-hands");
    if (!question) return;
    question.style.fontSize = "";
    if (document.fullscreenElement !== root || places.hands.hidden) return;
    let px = parseFloat(getComputedStyle(question).fontSize);
    while (root.scrollHeight > root.clientHeight && px > LEAST_PX) question.style.fontSize = `${(px -= 1)}px`;
  }

  function draw() {
    const view = model.get("view");
    const hadFocus = root.contains(document.activeElement); // before what has it is hidden
    for (const part of Object.keys(draws)) {
      if (held[part].draw()) {
        folded = places[part].querySelector("details.faults") ?? folded;
        unfold();
      }
      places[part].hidden = view.shown !== part;
      fronts[part].hidden = view[part] === null;
      fronts[part].setAttribute("aria-pressed", String(view.shown === part));
    }
    if (view.hides && hideButton.getAttribute("aria-pressed") === "false") foldFaults(); // what is set tells what will come
    hideButton.setAttribute("aria-pressed", String(view.hides));
    askButton.hidden = view.shown !== "console" || view.covered;
    hideButton.hidden = view.shown !== "console";
    newButton.hidden = view.shown !== "console" || view.console.phase === "over"; // then the console has its own
    const wasHidden = revealButton.hidden;
    const isLeft = document.activeElement === revealButton || document.activeElement === newButton;
    revealButton.hidden = !view.covered;
    if (wasHidden && view.covered) revealButton.focus();
    else if (isLeft && !view.covered && view.shown === "console") enter("console");
    notice.textContent = view.notice;
    notice.hidden = !view.notice;
    const line = places.console.querySelector("input.line");
    if (asked && view.hands?.phase === "told" && line?.value === asked) line.value = asked = "";
    if (view.hands?.phase === "told" && places.hands.contains(document.activeElement)) fronts.console.focus(); // the way on
    const now = `${view.shown} ${held[view.shown].id}`;
    if (front && now !== front && hadFocus) setTimeout(() => enter(view.shown)); // a new part hides until Python answered
    front = now;
    requestAnimationFrame(fit); // the parts draw themselves first
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  model.on("change:fixed", draw);
  draw();
  const resized = new ResizeObserver(() => {
    unfold();
    fit();
  });
  resized.observe(root);
  return () => {
    resized.disconnect();
    model.off("change:view", draw);
    model.off("change:fixed", draw);
    for (const place of Object.values(held)) place.leave();
    leave();
  };
}
