"""What a mapping does to a network: accuracy with its uncertainty, and noise layer by layer."""
