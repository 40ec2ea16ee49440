"""The forger's landscape in the two-point world, and the map of all its landscapes."""
