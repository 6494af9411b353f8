"""All methods on the same problems with the same budgets, and what comes of it."""
