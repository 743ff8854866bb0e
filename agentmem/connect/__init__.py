"""What others have already, with our memory in it: each in a module of its own, imported only when it is used."""
