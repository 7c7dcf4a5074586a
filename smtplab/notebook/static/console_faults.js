// The console's folded panel of faults: what is set, quick choices, a line to type one, and time that passes.
// Python reads what is typed and tells what is wrong; a line that it refused stays.

function consoleFaults(words, quick, tell) {
  const { make, button, redraw } = smtplab;
  let serial = 0;

  const summary = make("summary", {}, words.faults);
  const line = make("input", {
    type: "text", class: "line", "aria-label": words.fault_line, placeholder: words.fault_line, spellcheck: "false",
    autocomplete: "off", autocapitalize: "off",
  });
  const choices = make("div", { class: "quick", role: "group", "aria-label": words.faults_now },
    make("span", { "aria-hidden": "true" }, words.faults_now),
    quick.map(([name, text]) => button(name, () => fill(text), { class: "plain" })));
  const form = make("form", {
    class: "entry", onsubmit: (event) => {
      event.preventDefault();
      tell({ do: "set-fault", text: line.value });
    },
  }, line, make("button", { type: "submit", class: "main" }, words.fault_set));
  const list = make("ul", { "aria-label": words.faults });
  const clearAll = button(words.fault_clear_all, () => {
    tell({ do: "clear-faults" });
    line.focus();
  }, { class: "plain" });

  const amount = make("input", { type: "text", inputmode: "decimal", class: "line amount", "aria-label": words.time, value: "10" });
  const unit = make("select", { "aria-label": words.unit },
    make("option", { value: "seconds" }, words.seconds), make("option", { value: "minutes" }, words.minutes));
  const time = make("form", {
    class: "entry time", onsubmit: (event) => {
      event.preventDefault();
      tell({ do: "let-pass", amount: amount.value, unit: unit.value });
    },
  }, amount, unit, make("button", { type: "submit", class: "plain" }, words.let_pass));

  const box = make("details", { class: "faults" }, summary,
    make("div", { class: "inside" }, choices, make("div", { class: "both-lines" }, form, time), list, clearAll));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    summary.focus();
  });

  /** A quick choice is a beginning: it can be edited, and Enter sets it. */
  function fill(text) {
    line.value = text;
    line.focus();
  }

  function clear(text) {
    tell({ do: "clear-fault", text });
    line.focus(); // the button goes with its fault
  }

  return {
    box,
    draw(data) {
      box.hidden = !data;
      if (!data) return;
      summary.textContent = data.summary;
      if (data.serial !== serial) line.value = "";
      serial = data.serial;
      redraw(list, data.set, (found) => found.map((fault) => make("li", {}, make("code", {}, fault.text),
        button(words.fault_clear, () => clear(fault.text), { class: "plain", "aria-label": `${words.fault_clear} ${fault.text}` }),
        make("span", {}, fault.words), make("b", {}, fault.fired))));
      list.hidden = data.set.length === 0;
      clearAll.hidden = data.set.length < 2;
    },
    get areSet() {
      return !list.hidden;
    },
  };
}

