// The page's half of the handshake: says that it is there, and which versions the Jupyter server gave it.
// The static line goes only when the kernel has answered.

async function versions() {
  const config = document.getElementById("jupyter-config-data"); // JupyterLab and Notebook; elsewhere unknown
  if (!config) return {};
  const { fullLabextensionsUrl } = JSON.parse(config.textContent);
  const packages = { anywidget: "anywidget", manager: "@jupyter-widgets/jupyterlab-manager" };
  const found = {};
  for (const [name, folder] of Object.entries(packages)) {
    const answer = await fetch(`${fullLabextensionsUrl}/${folder}/package.json`);
    if (answer.ok) found[name] = (await answer.json()).version;
  }
  return found;
}

function render({ model, el }) {
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  el.append(line);
  const show = () => {
    line.textContent = model.get("_sentence");
    if (!line.textContent) return;
    for (const still of document.querySelectorAll(`[data-smtplab-static="${model.get("_key")}"]`)) still.hidden = true;
  };
  model.on("change:_sentence", show);
  show();
  versions().catch(() => ({})).then((found) => model.send(found));
  return () => model.off("change:_sentence", show);
}

export default { render };
