"""What players minimise: losses, penalties, and the divergences behind them."""
