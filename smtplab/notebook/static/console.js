// The console: buttons that fill a line, the line, the picture, what went over the wire, and what the reply means.

function drawConsole({ model, el }) {
  const { make, button, redraw } = smtplab;
  const fixed = model.get("fixed");
  const words = fixed.words;
  let historyAt = 0;
  let draftSeen = -1;
  let byLine = false;
  let waiting = 0;

  const groups = make("div", { class: "groups" });
  const line = make("input", {
    type: "text", class: "line", "aria-label": words.line, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    onkeydown: onLineKey,
  });
  const bookButton = button(words.book, toggleBook, { class: "plain", "aria-expanded": "false" });
  const entry = make("div", { class: "entry" }, line, button(words.send, sendLine, { class: "main" }), bookButton);
  const book = make("div", { class: "book", role: "group", "aria-label": words.book, hidden: true });
  const editor = makeEditor();
  const over = make("div", { class: "over", hidden: true },
    make("span", {}, words.over), button(words.new_session, () => tell({ do: "new-session" }), { class: "main" }));
  const notice = make("p", { class: "notice", role: "status" });

  const picture = smtplab.picture(fixed.svg, words.diagram);
  const stage = make("div", { class: "stage", tabindex: "0", role: "group", "aria-label": words.diagram }, picture);
  const caption = make("p", { class: "caption", role: "status" });
  const diagram = make("div", { class: `smtplab-diagram ${fixed.size}` }, stage, caption);

  const log = make("ol", { class: "rows" });
  const wire = make("div", { class: "log", role: "log", tabindex: "0", "aria-label": words.log }, log);
  const meaning = make("div", { class: "explanation" });
  const details = make("details", {}, make("summary", {}, words.more), make("div", {}));
  const envelope = make("div", { class: "envelope" });
  const pane = make("div", { class: "pane", role: "group", tabindex: "0", "aria-label": words.explanation },
    meaning, details, envelope);

  const root = make("div", { role: "group", class: `smtplab smtplab-console ${fixed.size}`, "aria-label": words.label },
    make("div", { class: "bar" }, groups, entry, book, editor.box, over, notice),
    diagram, make("div", { class: "panes" }, wire, pane));
  el.replaceChildren(root);

  redraw(book, fixed.book, (mailboxes) => mailboxes.map((mailbox) => make("div", {},
    button(mailbox.address, () => choose(mailbox.address), { class: "plain" }), make("span", {}, mailbox.story))));
  bookButton.hidden = fixed.book.length === 0;

  function tell(message) {
    model.send(message);
    clearTimeout(waiting);
    waiting = setTimeout(() => say(words.busy), 2000);
  }

  function say(sentence) {
    notice.textContent = sentence;
    notice.hidden = !sentence;
  }

  function fill(choice) {
    line.value = choice.line;
    line.focus();
    line.setSelectionRange(choice.start, choice.end);
  }

  function sendLine() {
    tell({ do: "send", line: line.value });
    line.value = "";
    line.focus();
  }

  function onLineKey(event) {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      sendLine();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const history = model.get("view").history;
      historyAt = Math.max(0, Math.min(history.length, historyAt + (event.key === "ArrowUp" ? -1 : 1)));
      line.value = history[historyAt] ?? "";
    }
  }

  function toggleBook() {
    book.hidden = !book.hidden;
    bookButton.setAttribute("aria-expanded", String(!book.hidden));
    if (!book.hidden) book.querySelector("button")?.focus();
  }

  /** The address goes between the brackets of the line, else where the caret is. */
  function choose(address) {
    const open = line.value.indexOf("<");
    if (open >= 0) {
      const close = line.value.indexOf(">", open);
      line.setRangeText(address, open + 1, close < 0 ? line.value.length : close, "end");
    } else {
      line.setRangeText(address, line.selectionStart, line.selectionEnd, "end");
    }
    toggleBook();
    line.focus();
  }

  /** After 354: the whole message in one box, or its lines one by one. */
  function makeEditor() {
    const text = make("textarea", { rows: "6", "aria-label": words.message, spellcheck: "false" });
    const next = make("input", {
      type: "text", class: "line", "aria-label": words.message_line, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        sendNext();
      },
    });
    const whole = make("div", { class: "whole" }, text, make("div", { class: "entry" },
      button(words.send_message, () => tell({ do: "message", text: text.value }), { class: "main" }),
      button(words.by_line, () => turn(true), { class: "plain" })));
    const lines = make("div", { class: "entry", hidden: true }, next,
      button(words.send_line, sendNext, { class: "main" }), button(words.dot, () => tell({ do: "line", line: "." }), { class: "plain" }));
    const box = make("div", { class: "editor", hidden: true }, make("p", {}, words.editor), whole, lines);
    function sendNext() {
      tell({ do: "line", line: next.value });
      next.value = "";
      next.focus();
    }
    function turn(on) {
      byLine = on;
      whole.hidden = on;
      lines.hidden = !on;
      (on ? next : text).focus();
    }
    return { box, text, next, turn };
  }

  function draw() {
    const view = model.get("view");
    const before = root.dataset.phase;
    const hadFocus = root.contains(document.activeElement);
    root.dataset.phase = view.phase;
    root.dataset.state = view.state;
    redraw(groups, view.groups, (found) => found.map((group) => make("div", { class: "group", role: "group", "aria-label": group.label },
      make("span", { "aria-hidden": "true" }, group.label),
      group.choices.map((choice) => button(choice.verb, () => fill(choice), { class: group.id })))));
    groups.hidden = view.groups.length === 0;
    entry.hidden = view.phase !== "commands";
    if (entry.hidden && !book.hidden) toggleBook();
    over.hidden = view.phase !== "over";
    editor.box.hidden = view.phase !== "message";
    if (view.phase !== before && view.phase === "message") {
      editor.text.value = view.message;
      if (byLine) editor.turn(false);
    }
    historyAt = view.history.length;
    clearTimeout(waiting);
    say(view.notice);

    smtplab.mark(picture, view.classes, view.labels);
    caption.textContent = view.caption;
    showLit();
    drawRows(view.rows);
    redraw(meaning, view.explanation, (data) => (data ? smtplab.explanation(data, words.digits) : []));
    redraw(details.lastElementChild, view.details, (found) => smtplab.terms(found));
    details.hidden = view.details.length === 0;
    redraw(envelope, view.envelope, (found) => [`${words.envelope} `,
      found.map(([term, said], at) => [at ? " · " : "", `${term} `, make("bdi", { class: "strong" }, said)])]);

    if (view.draft && view.draft.serial !== draftSeen) {
      draftSeen = view.draft.serial;
      line.value = view.draft.line;
      line.setSelectionRange(view.draft.start, view.draft.end);
    }
    if (hadFocus && (before !== view.phase || !root.contains(document.activeElement))) {
      ({ commands: line, message: editor.text, over: over.querySelector("button") })[view.phase].focus();
    }
  }

  /** Where the picture is wider than its place, the lit state is scrolled into it. */
  function showLit() {
    const lit = picture.querySelector(".lit");
    if (!lit || stage.scrollWidth <= stage.clientWidth) return;
    const box = lit.getBoundingClientRect();
    const place = stage.getBoundingClientRect();
    stage.scrollLeft += box.left + box.width / 2 - place.left - place.width / 2;
  }

  /** Rows are only added, so that a screen reader reads just the new ones. */
  function drawRows(rows) {
    const wanted = new Set(rows.map((row) => row.id));
    const have = new Map([...log.children].map((item) => [item.dataset.id, item]));
    for (const [id, item] of have) if (!wanted.has(id)) item.remove();
    for (const row of rows) {
      if (!have.has(row.id)) log.append(drawRow(row));
    }
    for (const item of log.children) item.classList.toggle("now", item === log.lastElementChild);
    wire.scrollTop = wire.scrollHeight;
  }

  function drawRow(row) {
    const kind = `mark-${row.digit}`;
    return make("li", { class: row.kind, "data-id": row.id },
      make("span", { class: `mark ${kind}`, "aria-hidden": "true" }, row.mark),
      make("span", { class: "who" }, row.who),
      make("span", { class: "said" }, row.lines.map(([code, rest]) => make("span", { class: "reply-line" },
        code ? make("b", { class: `code-${row.digit}` }, code) : null, make("bdi", {}, rest)))));
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  draw();
  new ResizeObserver(() => {
    showLit();
    wire.scrollTop = wire.scrollHeight;
  }).observe(root);
  return () => {
    model.off("change:view", draw);
    leave();
  };
}

export default { render: drawConsole };
