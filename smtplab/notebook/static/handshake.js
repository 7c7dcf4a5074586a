// The page's half of the handshake: says that it is there, and which versions the Jupyter server gave it.
// The static form goes only when the kernel has answered.

async function pageVersions() {
  const config = document.getElementById("jupyter-config-data"); // JupyterLab and Notebook; elsewhere unknown
  if (!config) return {};
  const { fullLabextensionsUrl } = JSON.parse(config.textContent);
  const found = {};
  for (const [name, folder] of [["anywidget", "anywidget"], ["manager", "@jupyter-widgets/jupyterlab-manager"]]) {
    const answer = await fetch(`${fullLabextensionsUrl}/${folder}/package.json`);
    if (answer.ok) found[name] = (await answer.json()).version;
  }
  return found;
}

function drawHandshake({ model, el }) {
  const line = smtplab.make("p", { role: "status" });
  const root = smtplab.make("div", { class: "smtplab" }, line);
  el.append(root);
  let leave = null;
  const draw = () => {
    line.textContent = model.get("view").sentence;
    if (line.textContent) leave ??= smtplab.settle(model, root, model.get("fixed").words);
  };
  model.on("change:view", draw);
  draw();
  pageVersions().catch(() => ({})).then((versions) => model.send(versions));
  return () => {
    model.off("change:view", draw);
    leave?.();
  };
}
