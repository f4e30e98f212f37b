"""書かない窓口: a clerk at the counter fills in for the person before them; and the second screen that person looks at."""
