// The console's forms for what a server announced: log in, answer a challenge, a piece of the message.
// Each takes words, and functions to call; Python encodes and decides.

const consoleForms = {
  /** A field with its label in front. */
  field(label, control) {
    return smtplab.make("label", { class: "field" }, smtplab.make("span", {}, label), control);
  },

  /** A box for a word that may be a secret, and a tick to show it. */
  secret(label, show, properties) {
    const { make } = smtplab;
    const input = make("input", { type: "password", class: "line", autocomplete: "off", spellcheck: "false", ...properties });
    const tick = make("input", { type: "checkbox", onchange: () => { input.type = tick.checked ? "text" : "password"; } });
    const hide = (on) => {
      tick.checked = !on;
      input.type = on ? "password" : "text";
    };
    return { input, tick, hide, parts: [consoleForms.field(label, input), make("label", { class: "tick" }, tick, show)] };
  },

  /** AUTH: mechanism, name, password. Enter logs in, Escape folds the form. */
  login(words, { send, fold }) {
    const { make, button } = smtplab;
    const mechanism = make("select", {});
    const name = make("input", { type: "text", class: "line", autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
    const password = consoleForms.secret(words.password, words.show);
    const box = make("form", {
      class: "form", "aria-label": words.login_form, hidden: true, autocomplete: "off",
      onsubmit: (event) => {
        event.preventDefault();
        send({ mechanism: mechanism.value, name: name.value, password: password.input.value });
      },
      onkeydown: (event) => { if (event.key === "Escape") fold(); },
    }, consoleForms.field(words.mechanism, mechanism), consoleForms.field(words.name, name), password.parts,
    make("button", { type: "submit", class: "main" }, words.login), button(words.back, fold, { class: "plain" }));
    return {
      box,
      draw: (names) => smtplab.redraw(mechanism, names, (found) => found.map((said) => make("option", { value: said }, said))),
      open: () => mechanism.focus(),
      close: () => {
        password.input.value = "";
        password.hide(true);
      },
      take: ([user, secret]) => {
        name.value = user;
        password.input.value = secret;
        password.input.focus();
      },
    };
  },

  /** A challenge in words, and a box whose text goes out as base64, shown while it is typed unless it is a secret. */
  answer(words, { send, raw }) {
    const { make, button } = smtplab;
    const asked = make("p", { class: "asked", id: `smtplab-asked-${crypto.getRandomValues(new Uint32Array(1))[0]}` });
    const coded = make("code", { class: "coded" });
    const answer = consoleForms.secret(words.answer, words.show, { "aria-describedby": asked.id, oninput: showCoded });
    let nul = "";
    answer.tick.addEventListener("change", showCoded);
    function showCoded() {
      const said = nul ? answer.input.value.replaceAll(nul, "\0") : answer.input.value;
      const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(said)));
      coded.textContent = answer.input.type === "password" && said ? words.answer_hidden : base64 || "—";
    }
    function take(tell) {
      const said = answer.input.value;
      answer.input.value = "";
      showCoded();
      tell(said);
    }
    const box = make("form", {
      class: "form", "aria-label": words.challenge, hidden: true, autocomplete: "off",
      onsubmit: (event) => {
        event.preventDefault();
        take(send);
      },
    }, asked, answer.parts, make("span", { class: "goes" }, `${words.answer_goes} `, coded),
    make("button", { type: "submit", class: "main" }, words.answer_send),
    button(words.answer_raw, () => take(raw), { class: "plain" }), button(words.stop, () => raw("*"), { class: "plain" }));
    return {
      box,
      draw: (challenge) => smtplab.redraw(asked, challenge, (data) => {
        nul = data?.nul ?? "";
        answer.input.value = "";
        answer.hide(data?.secret ?? true);
        showCoded();
        return data ? [data.sentence] : [];
      }),
      focus: () => answer.input.focus(),
    };
  },

  /** BDAT: a piece of the message, the last one or not. */
  chunk(words, { send, fold }) {
    const { make, button } = smtplab;
    const text = make("textarea", { rows: "6", "aria-label": words.chunk_text, spellcheck: "false" });
    const take = (last) => {
      send({ text: text.value, last });
      text.value = "";
      text.focus();
    };
    const box = make("div", {
      class: "editor", role: "group", "aria-label": words.chunk_text, hidden: true,
      onkeydown: (event) => { if (event.key === "Escape") fold(); },
    }, make("p", {}, words.chunk), text, make("div", { class: "entry" },
      button(words.chunk_send, () => take(false), { class: "main" }),
      button(words.chunk_last, () => take(true), { class: "main" }), button(words.back, fold, { class: "plain" })));
    return {
      box,
      open: (begin) => {
        text.value = begin;
        smtplab.focusAtStart(text);
      },
      focus: () => text.focus(),
    };
  },
};

