"""Running a game of networks: one member or many, with history and checkpoints."""
