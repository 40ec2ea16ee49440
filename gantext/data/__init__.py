"""What the generator imitates: mixtures and images."""
