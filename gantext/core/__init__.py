"""What every layer stands on: trees of tensors, and checks of what comes in."""
