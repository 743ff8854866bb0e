"""Recording what a language answers, and answering from a recording."""
