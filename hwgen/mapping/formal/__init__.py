"""What a mapping must satisfy, said formally, and the search for the cheapest that does."""
