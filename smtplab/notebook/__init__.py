"""What people see: HTML, SVG, DataFrames, widgets, magics. The only layer that imports Jupyter, pandas, graphviz."""
