"""The state diagram: from the machine's table to edges, marks, words and pictures."""
