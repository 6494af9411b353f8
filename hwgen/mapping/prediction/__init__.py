"""What a design will cost, told before it is emulated, and the designs that cost least."""
