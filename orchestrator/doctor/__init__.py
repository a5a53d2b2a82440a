"""What is wrong with a switch and this machine, judged from facts: nothing here asks anything, or reads a clock."""
