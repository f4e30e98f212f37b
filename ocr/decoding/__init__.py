"""From posteriors to values of a kind: a charset, a grammar and a lexicon as a prior, never as a filter."""
