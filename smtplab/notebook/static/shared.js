// What the widgets share. Python decides everything and sends data; here it is drawn, and clicks are told to Python.
// Foreign text enters the page as text nodes only.

const smtplab = {
  /** An element: properties (`class`, `data-*`, `aria-*`, `on…` listeners), then children; null is left out. */
  make(name, properties, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return element;
  },

  button(label, onclick, properties) {
    return smtplab.make("button", { type: "button", onclick, ...properties }, label);
  },

  /** Go to a text of several lines, and to its first. */
  focusAtStart(area) {
    area.focus();
    area.setSelectionRange(0, 0);
    area.scrollTop = 0;
  },

  /** Draw into a place again only when its data changed: what has the focus keeps it. */
  redraw(place, data, draw) {
    const drawn = JSON.stringify(data ?? null);
    if (place.smtplabDrawn === drawn) return;
    place.smtplabDrawn = drawn;
    place.replaceChildren(...[draw(data)].flat(Infinity).filter((child) => child !== null && child !== undefined));
  },

  /** The SVG that Python read from its own file. Ids become data, since a page may hold it more than once. */
  picture(svg, label) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    for (const group of parsed.querySelectorAll("[id]")) {
      group.dataset.id = group.id;
      group.removeAttribute("id");
    }
    parsed.setAttribute("aria-label", label);
    return document.importNode(parsed, true);
  },

  /** Light and label the picture as Python says, and nothing else. */
  mark(picture, classes, labels) {
    for (const group of picture.querySelectorAll("[data-id]")) {
      const name = group.dataset.id;
      group.dataset.baked ??= group.getAttribute("class") ?? "";
      group.setAttribute("class", [group.dataset.baked, classes[name] ?? ""].join(" ").trim());
      const label = group.querySelector("text");
      if (label) {
        label.dataset.baked ??= label.textContent;
        label.textContent = labels[name] ?? label.dataset.baked;
      }
    }
  },

  /** What has the focus may have been hidden, and then hears no key. */
  isSeen(root, element) {
    return root.contains(element) && element.getClientRects().length > 0;
  },

  /** Where the picture is wider than its place, the lit state is scrolled into it. */
  showLit(stage) {
    const lit = stage.querySelector(".lit");
    if (!lit || stage.scrollWidth <= stage.clientWidth) return;
    const box = lit.getBoundingClientRect();
    const place = stage.getBoundingClientRect();
    stage.scrollLeft += box.left + box.width / 2 - place.left - place.width / 2;
  },

  /** What an explanation says, from its data: verdict, here, now, not this, digits. */
  explanation(data, digits) {
    const { make } = smtplab;
    const kind = `code-${String(data.code)[0]}`;
    return [
      make("p", { class: "verdict" }, data.code ? make("b", { class: `code ${kind}` }, String(data.code)) : null,
        make("span", { class: kind }, data.verdict)),
      smtplab.terms(data.lines.filter(([, said]) => said)),
      data.digits.length
        ? make("ul", { class: "digits", "aria-label": digits },
          data.digits.map((digit) => make("li", {}, make("b", { class: kind }, digit.digit), digit.meaning)))
        : null,
    ];
  },

  /** A list of terms and what they say. */
  terms(pairs) {
    return smtplab.make("dl", {}, pairs.map(([term, said]) =>
      [smtplab.make("dt", {}, term), smtplab.make("dd", {}, said)]));
  },

  /** A widget's model as one of its parts sees it: data below that part's name, and messages that bear it. */
  part(model, name) {
    const listeners = [];
    const wrapped = new Map();
    const at = (key) => (model.get(key) ?? {})[name] ?? null;
    return {
      get: at,
      send(message) {
        if (message.do === "hello") setTimeout(() => listeners.forEach((hear) => hear({ answer: "hello" })));
        else model.send({ part: name, ...message });
      },
      on(event, listener) {
        if (event === "msg:custom") {
          listeners.push(listener);
          return;
        }
        wrapped.set(listener, (...given) => at("view") !== null && listener(...given)); // it may have gone just now
        model.on(event, wrapped.get(listener));
      },
      off(event, listener) {
        if (event === "msg:custom") listeners.splice(listeners.indexOf(listener), 1);
        else model.off(event, wrapped.get(listener));
      },
    };
  },

  /** A place in which a part of a widget is drawn, whichever it is now; `draw` is true when that is another one. */
  place(model, name, drawPart) {
    const el = smtplab.make("div", { class: "part" });
    let takeAway = () => {};
    const place = {
      el,
      id: "",
      draw() {
        const wanted = model.get("view")[name] ? model.get("fixed")[name]?.id ?? "" : "";
        if (wanted === place.id) return false;
        place.leave();
        place.id = wanted;
        if (wanted) takeAway = drawPart({ model: smtplab.part(model, name), el });
        return wanted !== "";
      },
      leave() {
        takeAway();
        takeAway = () => {};
        el.replaceChildren();
      },
    };
    return place;
  },

  /** Prepare a widget's root: keys stay inside; and it takes the place of its static form once Python has answered. */
  settle(model, root, words) {
    const fixed = model.get("fixed");
    root.lang = "en";
    // Or else JupyterLab takes single keys for itself: "d d" deletes the cell.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    root.hidden = true; // a page without a kernel, such as an export, keeps the static form
    const replaced = [];
    const onMessage = (message) => {
      if (message.answer !== "hello" || !root.hidden) return;
      const here = root.getRootNode(); // the cell alone, should JupyterLab have taken it off the page meanwhile
      for (const mark of here.querySelectorAll(`[data-smtplab-static="${CSS.escape(fixed.id)}"]`)) {
        const output = mark.closest(".jp-OutputArea-child") ?? mark;
        output.classList.add("smtplab-hidden");
        replaced.push(output);
      }
      root.hidden = false;
    };
    const onGone = () => {
      if (root.querySelector(".smtplab-gone")) return;
      root.prepend(smtplab.make("p", { class: "smtplab-gone", role: "alert" }, words.gone));
      for (const control of root.querySelectorAll("button, input, select, textarea")) control.disabled = true;
    };
    model.on("msg:custom", onMessage);
    model.on("comm_live_update", onGone);
    model.send({ do: "hello" });
    return () => {
      model.off("msg:custom", onMessage);
      model.off("comm_live_update", onGone);
      for (const output of replaced) output.classList.remove("smtplab-hidden");
    };
  },
};
