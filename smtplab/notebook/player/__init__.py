"""The player: a scenario as a way with stops, what is answered on it, and how that looks."""
