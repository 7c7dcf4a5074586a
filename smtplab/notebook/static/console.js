// The console: buttons that fill a line, the line, the picture, what went over the wire, and what the reply means.

function drawConsole({ model, el }) {
  const { make, button, redraw } = smtplab;
  const fixed = model.get("fixed");
  const words = fixed.words;
  let historyAt = 0;
  let draftSeen = -1;
  let byLine = false;
  let waiting = 0;
  let panel = ""; // which form is open instead of the plain line: login, group, chunk
  let pictureShown = "";

  const groups = make("div", { class: "groups" });
  const line = make("input", {
    type: "text", class: "line", "aria-label": words.line, spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    onkeydown: onLineKey, oninput: drawParameters,
  });
  const group = make("textarea", {
    class: "line", rows: "4", "aria-label": words.group_lines, spellcheck: "false", hidden: true, onkeydown: onGroupKey,
  });
  const sendButton = button(words.send, sendLine, { class: "main" });
  const groupButton = button(words.group, () => turn(panel === "group" ? "" : "group"), { class: "plain", "aria-pressed": "false" });
  const bookButton = button(words.book, toggleBook, { class: "plain", "aria-expanded": "false" });
  const entry = make("div", { class: "entry" }, line, group, sendButton, groupButton, bookButton);
  const parameters = make("div", { class: "parameters", role: "group", "aria-label": words.parameters, hidden: true });
  const login = consoleForms.login(words, { send: (said) => tell({ do: "login", ...said }), fold: () => fold("login") });
  const answer = consoleForms.answer(words, {
    send: (said) => tell({ do: "answer", text: said }), raw: (said) => tell({ do: "send", line: said }),
  });
  const chunk = consoleForms.chunk(words, { send: sendChunk, fold: () => fold("chunk") });
  const book = make("div", { class: "book", role: "group", "aria-label": words.book, hidden: true });
  const editor = makeEditor();
  const over = make("div", { class: "over", hidden: true },
    make("span", {}, words.over), button(words.new_session, () => tell({ do: "new-session" }), { class: "main" }));
  const handshake = make("div", { class: "over", hidden: true },
    make("span", {}, words.handshake), button(words.shake, () => tell({ do: "start-tls" }), { class: "main" }));
  const asking = consoleQuestion(fixed, tell);
  const notice = make("p", { class: "notice", role: "status" });
  const faults = consoleFaults(words, fixed.faults, tell);
  const both = make("p", { class: "both", role: "status" });

  const pictures = Object.fromEntries(Object.entries(fixed.pictures).map(([name, svg]) => [name, smtplab.picture(svg, words.diagram)]));
  const stage = make("div", { class: "stage", tabindex: "0", role: "group", "aria-label": words.diagram });
  const caption = make("p", { class: "caption", role: "status" });
  const facts = make("p", { class: "facts", role: "status" });
  const diagram = make("div", { class: `smtplab-diagram ${fixed.size}` }, stage, make("div", { class: "where" }, caption, facts, both));

  const log = make("ol", { class: "rows" });
  const wire = make("div", { class: "log", role: "log", tabindex: "0", "aria-label": words.log }, log);
  const revealButton = button(words.reveal, () => tell({ do: "reveal", on: !model.get("view").reveal }), { class: "plain" });
  const overheard = make("ol", { class: "overheard" });
  const fork = consoleFork(words, fixed.pictures, log, tell);
  const listener = make("details", { hidden: true, ontoggle: showLastOverheard }, make("summary", {}, words.listener), overheard);
  const foot = make("div", { class: "foot", hidden: true }, revealButton, listener);
  const record = make("div", { class: "record" }, fork.bar, wire, foot);
  const meaning = make("div", { class: "explanation" });
  const offers = make("details", { class: "offers", hidden: true }, make("summary", {}, words.offers), make("div", {}));
  const details = make("details", {}, make("summary", {}, words.more), make("div", {}));
  const envelope = make("div", { class: "envelope" });
  const pane = make("div", { class: "pane", role: "group", tabindex: "0", "aria-label": words.explanation },
    asking.judgement, meaning, offers, details, envelope);

  const root = make("div", { role: "group", class: `smtplab smtplab-console ${fixed.size}`, "aria-label": words.label },
    make("div", { class: "sheet" }, make("div", { class: "bar" }, groups, entry, parameters, login.box, book, editor.box, chunk.box, answer.box, handshake, over, asking.box, faults.box, notice),
    diagram, make("div", { class: "panes" }, record, pane)), fork.futures);
  el.replaceChildren(root);

  bookButton.hidden = fixed.book.length === 0;

  function tell(message) {
    model.send(message);
    clearTimeout(waiting);
    waiting = setTimeout(() => say(faults.areSet ? words.waits : words.busy), 2000);
  }

  function say(sentence) {
    notice.textContent = sentence;
    notice.hidden = !sentence;
  }

  /** A button of a command: its form opens, or its line is filled; in a group it is one line more. */
  function press(choice) {
    if (choice.form) {
      turn(panel === choice.form ? "" : choice.form);
    } else if (panel === "group") {
      const before = group.value && !group.value.endsWith("\n") ? `${group.value}\n` : group.value;
      group.value = before + choice.line;
      group.focus();
      group.setSelectionRange(before.length + choice.start, before.length + choice.end);
    } else {
      turn("");
      fill(choice);
      line.focus();
    }
  }

  function fill(choice) {
    line.value = choice.line;
    line.setSelectionRange(choice.start, choice.end);
    drawParameters();
  }

  function sendLine() {
    if (panel === "group") {
      tell({ do: "group", lines: group.value });
      group.value = "";
      group.focus();
      return;
    }
    tell({ do: "send", line: line.value });
    line.value = "";
    drawParameters();
    line.focus();
  }

  /** What Python puts into the line, or gives back to the group's box because it was not sent. */
  function takeDraft({ draft, phase }, hadFocus) {
    if (draft.form === "group") {
      group.value ||= draft.line;
      return;
    }
    fill(draft);
    if (draft.form && hadFocus && phase === "commands") turn(draft.form);
  }

  /** The form counts the octets and sends the command too, so the line must not send it again. */
  function sendChunk(piece) {
    tell({ do: "chunk", ...piece });
    line.value = "";
  }

  function onGroupKey(event) {
    if (event.key === "Escape") turn("");
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !group.value.trim()) return;
    event.preventDefault();
    sendLine();
  }

  /** Open a form, or none, and go to it. */
  function turn(to) {
    const from = panel;
    const view = model.get("view");
    show(to);
    if (from === to) return;
    if (to === "login") login.open();
    else if (to === "chunk") chunk.open(view.chunk ?? "");
    else if (to === "group") {
      group.value = line.value || view.group || "";
      group.focus();
    } else line.focus();
  }

  /** Close a form, and go back to the button that opened it. */
  function fold(form) {
    turn("");
    groups.querySelector(`[data-form="${form}"]`)?.focus();
  }

  function show(to) {
    if (panel === "login" && to !== "login") login.close();
    panel = to;
    root.dataset.panel = panel;
    const isCommands = model.get("view").phase === "commands";
    groups.hidden = !isCommands || panel === "chunk";
    entry.hidden = !isCommands || panel === "chunk";
    if (entry.hidden && !book.hidden) toggleBook();
    line.hidden = panel === "group";
    group.hidden = panel !== "group";
    login.box.hidden = panel !== "login";
    chunk.box.hidden = panel !== "chunk";
    sendButton.textContent = panel === "group" ? words.group_send : words.send;
    groupButton.setAttribute("aria-pressed", String(panel === "group"));
    for (const opener of groups.querySelectorAll("[data-form]")) opener.setAttribute("aria-expanded", String(opener.dataset.form === panel));
    drawParameters();
  }

  /** An address as it stands in a parameter's value (RFC 3461 section 4). */
  function xtext(address) {
    const octets = [...new TextEncoder().encode(address)];
    const hex = (octet) => `+${octet.toString(16).toUpperCase().padStart(2, "0")}`;
    return octets.map((octet) => (octet < 33 || octet > 126 || octet === 43 || octet === 61 ? hex(octet) : String.fromCharCode(octet))).join("");
  }

  /** While the line is a MAIL or RCPT: what may stand behind it. */
  function drawParameters() {
    const verb = line.value.trimStart().split(" ")[0].toUpperCase();
    const offered = panel === "" && !entry.hidden ? model.get("view").parameters[verb] ?? [] : [];
    const typed = /<([^<> ]+)>/.exec(line.value)?.[1];
    const known = offered.map(([said, address]) => (address && typed ? said.replace(address, () => xtext(typed)) : said));
    redraw(parameters, known, (found) => [make("span", { "aria-hidden": "true" }, words.parameters),
      found.map((said) => button(said, () => toggle(said), { class: "plain", "data-said": said }))]);
    parameters.hidden = known.length === 0;
    for (const switched of parameters.querySelectorAll("button")) {
      switched.setAttribute("aria-pressed", String(line.value.split(" ").includes(switched.dataset.said)));
    }
  }

  /** Put a parameter behind the line, in place of another value of the same; or take it away. */
  function toggle(said) {
    const parts = line.value.split(" ").filter(Boolean);
    const others = parts.filter((part) => part.split("=")[0].toUpperCase() !== said.split("=")[0]);
    line.value = [...others, ...(parts.includes(said) ? [] : [said])].join(" ");
    drawParameters();
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
      drawParameters();
    }
  }

  function toggleBook() {
    book.hidden = !book.hidden;
    bookButton.setAttribute("aria-expanded", String(!book.hidden));
    if (!book.hidden) book.querySelector("button")?.focus();
  }

  /** The address goes between the brackets of the line, else where the caret is; a user's into the form. */
  function choose(address) {
    const user = model.get("view").passwords[address];
    if (panel === "login") {
      toggleBook();
      login.take(user ?? [address, ""]);
      return;
    }
    if (panel === "group") {
      group.setRangeText(address, group.selectionStart, group.selectionEnd, "end");
      toggleBook();
      group.focus();
      return;
    }
    const open = line.value.indexOf("<");
    if (open >= 0) {
      const close = line.value.indexOf(">", open);
      line.setRangeText(address, open + 1, close < 0 ? line.value.length : close, "end");
    } else {
      line.setRangeText(address, line.selectionStart, line.selectionEnd, "end");
    }
    toggleBook();
    drawParameters();
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
    return { box, text, next, turn, focus: () => smtplab.focusAtStart(text) };
  }

  function draw() {
    const view = model.get("view");
    const before = root.dataset.phase;
    const hadFocus = root.contains(document.activeElement);
    root.dataset.phase = view.phase;
    root.dataset.state = view.state;
    redraw(groups, view.groups, (found) => found.map((members) => make("div", { class: "group", role: "group", "aria-label": members.label },
      make("span", { "aria-hidden": "true" }, members.label),
      members.choices.map((choice) => button(choice.verb, () => press(choice), { class: members.id, "data-form": choice.form })))));
    login.draw(view.mechanisms);
    answer.draw(view.challenge);
    redraw(book, [fixed.book, view.passwords], ([mailboxes, passwords]) => mailboxes.map((mailbox) => make("div", {},
      button(mailbox.address, () => choose(mailbox.address), { class: "plain" }), make("span", {}, mailbox.story,
        passwords[mailbox.address] ? make("b", {}, ` ${words.book_password.replace("{password}", passwords[mailbox.address][1])}`) : null))));
    const stays = { login: view.mechanisms.length, chunk: view.chunk !== null, group: view.group !== null }[panel];
    show(stays && view.phase === "commands" ? panel : "");
    groups.hidden ||= view.groups.length === 0;
    groupButton.hidden = view.group === null;
    answer.box.hidden = view.phase !== "login";
    handshake.hidden = view.phase !== "handshake";
    over.hidden = view.phase !== "over";
    editor.box.hidden = view.phase !== "message";
    const isAsked = asking.draw(view, [groups, entry, parameters, login.box, chunk.box, editor.box]);
    if (view.phase !== before && view.phase === "message") {
      editor.text.value = view.message;
      if (byLine) editor.turn(false);
    }
    historyAt = view.history.length;
    clearTimeout(waiting);
    say(view.notice);

    if (view.picture !== pictureShown) {
      pictureShown = view.picture;
      stage.replaceChildren(pictures[view.picture]);
    }
    root.dataset.picture = view.picture;
    smtplab.mark(pictures[view.picture], view.classes, view.labels);
    redraw(caption, [view.caption, view.ending], ([here, ending]) => [here, make("span", { class: "ending" }, ending ? ` ${ending}` : "")]);
    redraw(facts, view.facts, (found) => found.map((fact) => make("span", { class: "badge" }, fact)));
    faults.draw(view.faults);
    redraw(both, view.both, (said) => (said ? [make("b", {}, `${words.both}: `), said] : []));
    both.hidden = !view.both;
    root.dataset.both = String(Boolean(view.both));
    root.dataset.ours = String(Boolean(view.faults));
    smtplab.showLit(stage);
    drawRows(view.rows);
    fork.draw(view.fork);
    redraw(meaning, view.explanation, (data) => (data ? smtplab.explanation(data, words.digits) : []));
    redraw(details.lastElementChild, view.details, (found) => smtplab.terms(found));
    details.hidden = view.details.length === 0;
    redraw(offers.lastElementChild, view.offers, (found) => smtplab.terms(found));
    offers.hidden = view.offers.length === 0;
    redraw(overheard, view.listener, (found) => found.map(([who, said]) => make("li", {}, make("span", { class: "who" }, who), make("bdi", {}, said))));
    listener.hidden = view.listener.length === 0;
    showLastOverheard();
    revealButton.hidden = !view.has_secrets;
    revealButton.textContent = view.reveal ? words.hide : words.reveal;
    foot.hidden = listener.hidden && revealButton.hidden;
    redraw(envelope, view.envelope, (found) => [`${words.envelope} `,
      found.map(([term, said], at) => [at ? " · " : "", `${term} `, make("bdi", { class: "strong" }, said)])]);

    if (view.draft && view.draft.serial !== draftSeen) {
      draftSeen = view.draft.serial;
      takeDraft(view, hadFocus);
    }
    if (hadFocus && isAsked && !smtplab.isSeen(root, document.activeElement)) asking.focus();
    else if (hadFocus && !isAsked && (before !== view.phase || !smtplab.isSeen(root, document.activeElement))) {
      ({
        commands: { login: login.open, chunk: chunk.focus, group: () => group.focus() }[panel] ?? (() => line.focus()),
        message: editor.focus, login: answer.focus,
        handshake: () => handshake.querySelector("button").focus(), over: () => over.querySelector("button").focus(),
      })[view.phase]();
    }
  }

  function showLastOverheard() {
    listener.scrollTop = listener.scrollHeight;
  }

  /** Rows are only added, so that a screen reader reads just the new ones. */
  function drawRows(rows) {
    const wanted = new Set(rows.map((row) => row.id));
    const have = new Map([...log.children].map((item) => [item.dataset.id, item]));
    for (const [id, item] of have) if (!wanted.has(id)) item.remove();
    rows.forEach((row, at) => {
      const item = have.get(row.id) ?? drawRow(row);
      if (log.children[at] !== item) log.insertBefore(item, log.children[at] ?? null);
    });
    for (const item of log.children) item.classList.toggle("now", item === log.lastElementChild);
    wire.scrollTop = wire.scrollHeight;
  }

  function drawRow(row) {
    const kind = `mark-${row.digit}`;
    return make("li", { class: row.kind, "data-id": row.id, "data-step": row.step },
      make("span", { class: `mark ${kind}`, "aria-hidden": "true" }, row.mark),
      make("span", { class: "who" }, row.who),
      make("span", { class: "said" }, row.lines.map(([code, rest]) => make("span", { class: "reply-line" },
        code ? make("b", { class: `code-${code[0]}` }, code) : null, make("bdi", {}, rest))),
        row.note ? make("span", { class: "note" }, row.note) : null),
      make("span", { class: "back", "aria-live": "off" }));
  }

  const leave = smtplab.settle(model, root, words);
  model.on("change:view", draw);
  draw();
  const resized = new ResizeObserver(() => {
    smtplab.showLit(stage);
    wire.scrollTop = wire.scrollHeight;
  });
  resized.observe(root);
  resized.observe(wire);
  return () => {
    model.off("change:view", draw);
    leave();
  };
}
