"""gantext: generative adversarial networks, taught by running them."""
