"""Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them."""
