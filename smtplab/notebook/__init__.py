"""What people see: HTML, SVG, DataFrames, widgets and magics; the only layer that imports Jupyter, pandas and graphviz."""
