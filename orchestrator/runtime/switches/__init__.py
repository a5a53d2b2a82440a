"""One switch: its line, its folder, what is asked of it, deploys to it."""
