"""How the shipped weights were made: words, pens, paper, training and the measured table. Nothing here is run by tests."""
