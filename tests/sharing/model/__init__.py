"""A model of sharing: everybody who acts on it, in any order, and what must hold whatever happens."""
