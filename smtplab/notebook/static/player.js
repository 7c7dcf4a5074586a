// The player: a scenario step by step. Python has all steps; here one is drawn, and keys and clicks are told.

function drawPlayer({ model, el }) {
  const { make, button, redraw } = smtplab;
  const fixed = model.get("fixed");
  const words = fixed.words;
  let waiting = 0;
  let timer = 0;
  let isPlaying = false;
  let pictureShown = "";

  const shelf = make("div", { class: "listing" });
  const title = make("p", { class: "title" });
  const step = make("p", { class: "step" });
  const leaveButton = button(words.leave, () => tell({ do: "leave" }), { class: "plain" });
  const backButton = button(words.back, () => tell({ do: "back" }));
  const nextButton = button(words.next, () => tell({ do: "next" }), { class: "main" });
  const playButton = button(words.play, togglePlay, { class: "playing" });
  const seconds = make("input", { type: "number", min: "1", max: "600", step: "1", value: String(fixed.seconds), onchange: schedule });
  const jump = make("select", { onchange: () => tell({ do: "jump", to: Number(jump.value) }) });
  const largeButton = button(words.large, () => tell({ do: "large", on: !model.get("view").large }), { class: "plain" });
  const notesButton = button(words.notes, () => tell({ do: "notes", on: !model.get("view").notes }), { class: "plain" });
  const fullButton = button(words.full, () => toggleFull(), { class: "plain full", "aria-pressed": "false" });
  const takeOver = button(words.take_over, () => { screen.leave(); tell({ do: "take-over" }); }, { class: "plain" });
  const notice = make("p", { class: "notice", role: "status" });
  const bar = make("div", { class: "bar" },
    make("div", { class: "head" }, title, step, takeOver, leaveButton),
    make("div", { class: "controls" }, backButton, nextButton, playButton, make("label", {}, make("span", {}, words.seconds), seconds),
      make("label", { class: "jump" }, make("span", {}, words.jump), jump), largeButton, notesButton, fullButton),
    make("p", { class: "keys" }, words.keys));

  const narration = make("div", { class: "narration", role: "status", tabindex: "0", "aria-label": words.narration });
  const note = make("div", { class: "presenter", role: "note", tabindex: "0", "aria-label": words.notes_label });
  const pictures = Object.fromEntries(Object.entries(fixed.pictures).map(([name, svg]) => [name, smtplab.picture(svg, words.diagram)]));
  const stage = make("div", { class: "stage", tabindex: "0", role: "group", "aria-label": words.diagram });
  const caption = make("p", { class: "caption" });
  const diagram = make("div", { class: "smtplab-diagram" }, stage, caption);

  const log = make("ol", { class: "rows" });
  const wire = make("div", { class: "log", role: "log", tabindex: "0", "aria-label": words.log }, log);
  const mismatch = make("div", { class: "mismatch", role: "alert" });
  const asked = make("div", { class: "question" });
  const guessedLine = make("p", { class: "asked" });
  const form = question.form(fixed.question, { id: fixed.id, commit: (chosen) => tell({ do: "commit", ...chosen }) });
  const committed = make("p", { class: "strong" }, words.committed);
  const guess = make("div", { class: "guess" }, guessedLine, form.box, committed);
  const judgement = make("div", { class: "smtplab-question told", role: "status" });
  const meaning = make("div", { class: "explanation" });
  const details = make("details", {}, make("summary", {}, words.more), make("div", {}));
  const silent = make("p", { class: "waiting" });
  const lastReply = make("details", { class: "last", open: true }, make("summary", {}, words.last_reply), silent, meaning, details);
  const facts = make("div", { class: "facts" });
  const pane = make("div", { class: "pane", role: "group", tabindex: "0", "aria-label": words.meaning },
    mismatch, asked, guess, judgement, lastReply, facts);
  const below = smtplab.place(model, "console", drawConsole); // the console that goes on from a step
  const sheet = make("div", { class: "sheet" }, bar, narration, note, diagram,
    make("div", { class: "panes" }, make("div", { class: "record" }, wire), pane));
  const root = make("div", { role: "group", tabindex: "-1", class: "smtplab smtplab-player", "aria-label": words.label, onkeydown: onKey },
    notice, shelf, sheet);
  el.replaceChildren(root, below.el);
  const screen = playerParts.screen(root, { onKey, onChange: (isFull) => fullButton.setAttribute("aria-pressed", String(isFull)) });

  function tell(message) {
    model.send(message);
    clearTimeout(waiting);
    waiting = setTimeout(() => say(words.busy), 2000);
  }

  function say(sentence) {
    notice.textContent = sentence;
    notice.hidden = !sentence;
  }

  async function toggleFull() {
    try {
      await screen.toggle();
    } catch {
      say(words.no_full);
    }
  }

  /** On by itself: behind a question, and from a step without one after some seconds. */
  function togglePlay() {
    isPlaying = !isPlaying && !isLast();
    if (isPlaying && model.get("view").asks) tell({ do: "next" });
    else schedule();
    drawPlay();
  }

  function isLast() {
    const view = model.get("view");
    return view.phase !== "play" || view.at + 1 >= view.count;
  }

  function schedule() {
    clearTimeout(timer);
    if (!isPlaying) return;
    if (isLast() || model.get("view").asks) isPlaying = false;
    else timer = setTimeout(() => tell({ do: "next" }), 1000 * Math.max(1, Number(seconds.value) || fixed.seconds));
  }

  function drawPlay() {
    playButton.textContent = isPlaying ? words.pause : words.play;
  }

  /** A presenter's remote sends PageDown and PageUp: they go on from wherever the focus is. */
  function onKey(event) {
    const view = model.get("view");
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented || view.phase !== "play") return;
    if (event.key === "Escape" && screen.isFull()) {
      screen.leave();
      return;
    }
    const control = event.target.closest?.("button, input, select, textarea, summary")?.localName ?? "";
    const isTyped = control === "input" || control === "select" || control === "textarea";
    const isPressed = control === "button" || control === "summary";
    const go = {
      PageDown: () => tell({ do: "next" }), PageUp: () => tell({ do: "back" }),
      ...(isTyped ? {} : {
        ArrowRight: () => tell({ do: "next" }), ArrowLeft: () => tell({ do: "back" }),
        Home: () => tell({ do: "jump", to: 1 }), End: () => tell({ do: "jump", to: view.count }),
        p: togglePlay, f: toggleFull, l: () => tell({ do: "large", on: !view.large }), n: () => tell({ do: "notes", on: !view.notes }),
      }),
      ...(isTyped || isPressed ? {} : { " ": () => tell({ do: "next" }) }),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!go) return;
    event.preventDefault();
    go();
  }

  function draw() {
    const view = model.get("view");
    const hadFocus = root.contains(document.activeElement);
    const wasPlay = root.dataset.phase === "play";
    clearTimeout(waiting);
    say(view.notice);
    root.dataset.phase = view.phase;
    root.classList.toggle("projector", view.large);
    diagram.classList.toggle("projector", view.large);
    shelf.hidden = view.phase !== "list";
    sheet.hidden = view.phase !== "play";
    if (view.phase === "play") drawStep(view);
    else redraw(shelf, view.scenarios, (found) => playerParts.shelf(words, found, (name) => tell({ do: "open", name })));
    schedule();
    drawPlay();
    if (below.draw()) setTimeout(() => below.el.scrollIntoView({ block: "nearest" })); // a new part hides at first
    if (hadFocus && (wasPlay !== (view.phase === "play") || !smtplab.isSeen(root, document.activeElement))) {
      (view.phase === "play" ? nextButton : shelf.querySelector("button") ?? root).focus();
    }
  }

  function drawStep(view) {
    root.dataset.state = view.state;
    root.dataset.at = view.at;
    title.textContent = view.title;
    step.textContent = words.step.replace("{number}", view.at + 1).replace("{count}", view.count);
    leaveButton.hidden = !view.can_leave;
    backButton.setAttribute("aria-disabled", String(view.at === 0));
    nextButton.setAttribute("aria-disabled", String(isLast()));
    playButton.setAttribute("aria-disabled", String(isLast()));
    redraw(jump, view.steps, (found) => found.map((name, at) => make("option", { value: String(at + 1) }, name)));
    jump.value = String(view.at + 1);
    largeButton.setAttribute("aria-pressed", String(view.large));
    notesButton.setAttribute("aria-pressed", String(view.notes));
    redraw(narration, view.narration, (found) => found.map((paragraph) => make("p", {}, paragraph)));
    redraw(note, view.note, (found) => found.map((paragraph) => make("p", {}, paragraph)));
    note.hidden = !view.notes;

    const [, , width, height] = pictures[view.biggest].getAttribute("viewBox").split(" ").map(Number);
    stage.style.setProperty("--ratio", String(height / width));
    if (view.picture !== pictureShown) {
      pictureShown = view.picture;
      stage.replaceChildren(pictures[view.picture]);
    }
    root.dataset.picture = view.biggest;
    smtplab.mark(pictures[view.picture], view.classes, view.labels);
    redraw(caption, [view.caption, view.apart], ([said, apart]) => [said, apart ? make("b", { class: "apart" }, ` ${apart}`) : null]);
    smtplab.showLit(stage);

    playerParts.drawRows(log, view.rows);
    wire.scrollTop = wire.scrollHeight;
    redraw(mismatch, view.mismatch, (found) => playerParts.mismatch(words, found));
    mismatch.hidden = !view.mismatch;
    const isNewStep = asked.smtplabAt !== view.at;
    asked.smtplabAt = view.at;
    const wasIn = pane.contains(document.activeElement) && document.activeElement !== pane;
    redraw(asked, view.question && [view.at, view.question], (data) =>
      (data ? playerParts.question(words, fixed.id, data[1], (option) => tell({ do: "answer", option })) : []));
    asked.hidden = !view.question;
    guess.hidden = !view.prediction;
    redraw(guessedLine, view.prediction?.line, (line) => [`${words.guess} `, make("code", {}, line ?? "")]);
    if (view.prediction) form.draw(view.prediction.parts, view.at);
    form.box.hidden = view.committed;
    committed.hidden = !view.committed;
    redraw(judgement, view.judgement, (data) => (data ? question.judgement(fixed.question, data) : []));
    judgement.hidden = !view.judgement;
    silent.textContent = view.waiting;
    silent.hidden = !view.waiting;
    redraw(meaning, view.explanation, (data) => (data ? smtplab.explanation(data, words.digits) : []));
    redraw(details.lastElementChild, view.details, (found) => smtplab.terms(found));
    details.hidden = view.details.length === 0;
    lastReply.hidden = !view.waiting && !view.explanation;
    redraw(facts, [view.envelope, view.messages, view.faults], () => playerParts.facts(words, view));
    if (isNewStep) pane.scrollTop = 0;
    else if (wasIn && !smtplab.isSeen(root, document.activeElement)) pane.focus(); // what was committed is told there
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  model.on("change:fixed", draw);
  draw();
  const resized = new ResizeObserver(() => {
    smtplab.showLit(stage);
    wire.scrollTop = wire.scrollHeight;
  });
  resized.observe(root);
  return () => {
    clearTimeout(timer);
    clearTimeout(waiting);
    resized.disconnect();
    screen.leave();
    screen.end();
    model.off("change:view", draw);
    model.off("change:fixed", draw);
    below.leave();
    leave();
  };
}
