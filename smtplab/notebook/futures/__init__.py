"""Two futures of one session: where they part, and how that looks."""
