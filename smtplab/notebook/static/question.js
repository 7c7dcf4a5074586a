// How a question before a reply is drawn, and what came of it: for the question itself, the console, and a class.
// `texts` are the strings that Python sends for it; nothing here talks to Python.

const question = {
  /** The line that it is about, before or after it was told what came. */
  asked(texts, line, isTold = false) {
    return [`${isTold ? texts["was-asked"] : texts.asked} `, smtplab.make("code", {}, line)];
  },

  /** The parts as radios, one button that commits, and a way out if `leave` is given: a button, and Escape. */
  form(texts, { id, commit, leave }) {
    const { make, button, redraw } = smtplab;
    /** Radios of one page must not share names with those of another question. */
    const groupName = (part) => `${id}-${part.name}`;
    let parts = [];
    const box = make("form", {
      class: "smtplab-question questions",
      onsubmit: (event) => {
        event.preventDefault();
        const chosen = new FormData(box);
        commit(Object.fromEntries(parts.map((part) => [part.name, chosen.get(groupName(part)) ?? ""])));
      },
      onkeydown: (event) => { if (leave && event.key === "Escape") leave(); },
    });
    const drawPart = (part) => make("fieldset", { class: `part-${part.name}` },
      make("legend", {}, part.label),
      part.options.map((option) => make("label", {},
        make("input", { type: "radio", name: groupName(part), value: option.value }), make("span", {}, option.label))));
    return {
      box,
      draw: (asked, key) => redraw(box, [asked, key], () => {
        parts = asked;
        return [...asked.map(drawPart), make("div", { class: "commit" },
          make("button", { type: "submit", class: "main" }, texts.commit),
          leave ? button(texts.change, leave, { class: "plain" }) : null)];
      }),
      focus: () => box.querySelector("input")?.focus(),
    };
  },

  /** A table: what was asked, what you said, what the wire said; one cell where that is the same. */
  judgement(texts, data) {
    const { make } = smtplab;
    return [
      make("table", {},
        make("thead", {}, make("tr", {}, make("td", {}), [texts.you, texts.wire].map((said) => make("th", { scope: "col" }, said)))),
        make("tbody", {}, data.told.map((row) => make("tr", {}, make("th", { scope: "row" }, row.asked),
          make("td", { class: row.right ? "same" : "other", colspan: row.right ? "2" : null }, `${row.mark} ${row.you}`),
          row.right ? null : make("td", {}, row.wire))))),
    ];
  },

  /** The reply as it came, and why. */
  came(texts, { wire, because }) {
    const { make } = smtplab;
    return [
      wire.length ? make("pre", {}, wire.map((line) => make("div", {}, line))) : null,
      question.because(texts, because),
    ];
  },

  because(texts, sentence) {
    return smtplab.make("p", {}, smtplab.make("b", {}, texts.because), ` ${sentence}`);
  },

  /** A show of hands: a number box for each option, and one button; then bars, what came, and the cures. */
  hands(texts, { count, reveal }) {
    const { make, redraw } = smtplab;
    const asked = make("p", { class: "asked" });
    const form = make("form", {
      class: "hands",
      onsubmit: (event) => {
        event.preventDefault();
        for (const input of form.querySelectorAll("input")) tell(input);
        reveal();
      },
    });
    const told = make("div", { class: "told", role: "status" });
    const box = make("div", { class: "smtplab-question" }, asked, form, told);
    let known = {};
    /** A box that holds no number says so: a browser gives nothing for it. */
    const typed = (input) => (input.validity.badInput ? "?" : input.value || "0");
    function tell(input) {
      if (typed(input) !== String(known[input.name])) count(input.name, typed(input));
    }
    const drawBoxes = (part) => make("fieldset", {}, make("legend", {}, part.label),
      part.options.map((option) => make("label", {},
        make("input", { type: "number", min: "0", step: "1", inputmode: "numeric", name: option.value, value: String(option.hands),
          onchange: (event) => tell(event.target), onfocus: (event) => event.target.select() }),
        make("span", {}, option.label))));
    const drawBar = (option) => make("li", { class: option.came ? "came" : null },
      make("span", { class: "option" }, option.label, option.mark ? make("b", {}, ` ${option.mark}`) : null),
      make("span", { class: "track", "aria-hidden": "true" }, make("span", { class: "bar", style: `width: ${option.percent}%` })),
      make("span", { class: "number" }, option.count),
      option.cure ? make("span", { class: "cure" }, option.cure) : null);
    const drawTold = (view) => [
      view.foreseen ? make("p", {}, view.foreseen) : null,
      question.came(texts, view),
      view.parts.map((part) => make("div", {}, make("p", { class: "part" }, part.label, " ", part.verdict ? make("span", { class: "tally" }, part.verdict) : null), make("ul", {}, part.options.map(drawBar)))),
    ];
    return {
      box,
      draw(view) {
        const hadFocus = form.contains(document.activeElement);
        known = Object.fromEntries(view.parts.flatMap((part) => part.options.map((option) => [option.value, option.hands])));
        redraw(asked, [view.line, view.phase], () => question.asked(texts, view.line, view.phase === "told"));
        const shown = view.parts.map((part) => [part.label, part.options.map((option) => option.label)]);
        redraw(form, shown, () => [...view.parts.map(drawBoxes), make("button", { type: "submit", class: "main" }, texts.reveal)]);
        for (const input of form.querySelectorAll("input")) {
          if (input !== document.activeElement && typed(input) !== String(known[input.name]) && !view.notice) input.value = known[input.name];
        }
        form.hidden = view.phase !== "count";
        redraw(told, view.phase === "told" ? view : null, (data) => (data ? drawTold(data) : []));
        if (hadFocus && form.hidden) {
          told.tabIndex = -1;
          told.focus();
        }
      },
    };
  },
};
