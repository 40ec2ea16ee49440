"""How two players move: the vector field, optimizers, update rules, and their linearisation."""
