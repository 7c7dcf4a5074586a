"""Getting smtplab to run: environment, JupyterLab, course files, offline folder, self-check.

Stands beside the layers: standard library only and no import of the rest of smtplab, so that it
works on a bare Python, before anything is installed.
"""
