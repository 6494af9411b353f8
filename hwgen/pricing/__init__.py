"""What designs cost: measured energies, where network, multipliers and technology meet."""
