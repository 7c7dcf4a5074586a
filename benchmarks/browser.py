"""In JupyterLab in headless Chromium: from a click on Send to the explained reply, against a bare echo widget.

Both widgets live in one page and one kernel. The clock is the page's own: it starts with the click and stops when
the answer stands in the document. Painting is not counted, for neither.
"""

import secrets
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

from smtplab.notebook.card import find_browser
from tests.browser.conftest import Lab, Notebook
from tests.conftest import CHROMIUM_FLAGS

ECHO = '''\
import anywidget

class Echo(anywidget.AnyWidget):
    """A button, and the number that comes back from the kernel."""

    _esm = """export default { render({ model, el }) {
      const button = document.createElement("button"), answer = document.createElement("span");
      button.className = "echo-button"; answer.className = "echo-answer";
      button.onclick = () => model.send({});
      model.on("msg:custom", (message) => { answer.textContent = message.count; });
      el.append(button, answer);
    } };"""
    count = 0

    def __init__(self):
        super().__init__()
        self.on_msg(self.answer)

    def answer(self, *_):
        self.count += 1
        self.send({"count": self.count})

Echo()'''

CONSOLE = "import smtplab\n\nsmtplab.Console()"

TIMED = """([button, answer, line]) => new Promise((done) => {
  if (line) document.querySelector(line).value = "NOOP";
  const place = document.querySelector(answer);
  let start = 0;
  new MutationObserver((_, observer) => { observer.disconnect(); done(performance.now() - start); })
    .observe(place, { childList: true, subtree: true, characterData: true });
  start = performance.now();
  document.querySelector(button).click();
})"""

WIDGETS = {
    "anywidget echo": [".echo-button", ".echo-answer", ""],
    "smtplab console": [
        ".smtplab-console .entry button.main", ".smtplab-console .log ol", ".smtplab-console input.line"],
}
CLICKS = 15


def clicks(rounds: int) -> dict[str, list[float]]:
    """Seconds from click to answer, for each widget and round; clicks on the two alternate.

    A console's transcript grows with each click, so a page is reloaded for every `CLICKS` of them.
    """
    seen: dict[str, list[float]] = {name: [] for name in WIDGETS}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            path = f"{secrets.token_hex(4)}.ipynb"
            written = nbformat.v4.new_notebook()
            written.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            written.cells = [nbformat.v4.new_code_cell(source) for source in (ECHO, CONSOLE, "print('DONE')")]
            nbformat.write(written, lab.root / path)
            notebook = Notebook(lab, page, path)
            page.goto(f"{lab.url}/doc/tree/{path}?reset&token={lab.token}")
            page.locator(".jp-Notebook").wait_for(timeout=60_000)
            notebook.until_idle()
            for number in range(rounds):
                if number % CLICKS == 0:
                    notebook.run_all()
                    page.locator(".smtplab-console .log li").first.wait_for()
                for name, selectors in WIDGETS.items():
                    seen[name].append(page.evaluate(TIMED, selectors) / 1000)
        finally:
            browser.close()
            lab.close()
    return seen
