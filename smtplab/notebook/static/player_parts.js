// Parts of the player: the list of scenarios, the record, a scenario's own question, and what the server knows.

const playerParts = {
  /** The scenarios to choose from. */
  shelf(words, scenarios, open) {
    const { make, button } = smtplab;
    return [make("p", { class: "title" }, words.shelf), make("ul", { class: "shelf" }, scenarios.map((found) => make("li", {},
      make("div", {}, button(found.title, () => open(found.name), { class: "main", "data-name": found.name }),
        make("code", { class: "name" }, found.name)),
      make("span", { class: "soft" }, found.minutes ? words.in_class.replace("{minutes}", found.minutes) : ""),
      found.cures.length ? make("span", { class: "against" }, `${words.against} ${found.cures.join(" ")}`) : null)))];
  },

  /** The record. Rows that stay are not drawn again, so that a screen reader reads just the new ones. */
  drawRows(log, rows) {
    const wanted = new Set(rows.map((row) => row.id));
    const have = new Map([...log.children].map((item) => [item.dataset.id, item]));
    for (const [id, item] of have) if (!wanted.has(id)) item.remove();
    rows.forEach((row, at) => {
      const item = have.get(row.id) ?? playerParts.row(row);
      if (log.children[at] !== item) log.insertBefore(item, log.children[at] ?? null);
      item.classList.toggle("new", row.new);
    });
  },

  row(row) {
    const { make } = smtplab;
    return make("li", { class: row.kind, "data-id": row.id },
      make("span", { class: `mark mark-${row.digit}`, "aria-hidden": "true" }, row.mark),
      make("span", { class: "who" }, row.who),
      make("span", { class: "said" }, row.lines.map(([code, rest]) => make("span", { class: "reply-line" },
        code ? make("b", { class: `code-${row.digit}` }, code) : null, make("bdi", {}, rest))),
        row.note ? make("span", { class: "note" }, row.note) : null));
  },

  /** A question with its options; once something was chosen, what is right and why. */
  question(words, id, data, commit) {
    const { make } = smtplab;
    if (data.told.length) {
      return [make("p", { class: "asked" }, data.text), make("p", { class: "strong" }, data.verdict),
        make("ul", { class: "told" }, data.told.map((option) => make("li", { class: option.right ? "right" : option.chosen ? "wrong" : null },
          make("span", { class: "mark", "aria-hidden": "true" }, option.mark),
          make("span", {}, option.label, option.says ? make("b", {}, ` (${option.says})`) : null,
            option.reason ? make("span", { class: "reason" }, option.reason) : null))))];
    }
    const form = make("form", { onsubmit: (event) => {
      event.preventDefault();
      commit(new FormData(form).get(`${id}-option`) ?? "");
    } }, make("fieldset", {}, make("legend", { class: "asked" }, data.text),
      data.options.map((option) => make("label", {},
        make("input", { type: "radio", name: `${id}-option`, value: option.value }), make("span", {}, option.label)))),
    make("button", { type: "submit", class: "main" }, words.commit));
    return form;
  },

  /** What did not go as written. */
  mismatch(words, found) {
    const { make } = smtplab;
    if (!found) return [];
    const lines = (said) => make("dd", {}, said.map((line) => make("div", {}, line)));
    return [make("p", { class: "strong" }, found.told),
      make("dl", {}, make("dt", {}, words.expected), lines(found.expected), make("dt", {}, words.got), lines(found.got))];
  },

  /** Envelope, messages taken, faults set. */
  facts(words, view) {
    const { make } = smtplab;
    const listed = (term, said) => (said.length ? make("div", {}, `${term} `, said.map((one, at) => [at ? " · " : "", make("bdi", { class: "strong" }, one)])) : null);
    return [
      make("div", {}, `${words.envelope} `,
        view.envelope.map(([term, said], at) => [at ? " · " : "", `${term} `, make("bdi", { class: "strong" }, said)])),
      listed(words.messages, view.messages),
      listed(words.faults, view.faults),
    ];
  },

  /** Full screen of a root, while which all keys are the root's. */
  screen(root, { onKey, onChange }) {
    const isFull = () => document.fullscreenElement === root;
    const listen = (event) => {
      if (!isFull() || root.contains(event.target)) return;
      event.stopPropagation();
      onKey(event);
    };
    const change = () => {
      if (isFull()) root.focus();
      onChange(isFull());
    };
    document.addEventListener("keydown", listen, true);
    document.addEventListener("fullscreenchange", change);
    return {
      isFull,
      toggle: async () => (isFull() ? document.exitFullscreen() : root.requestFullscreen()),
      leave: () => {
        if (isFull()) document.exitFullscreen();
      },
      end: () => {
        document.removeEventListener("keydown", listen, true);
        document.removeEventListener("fullscreenchange", change);
      },
    };
  },
};
