"""Pages of operators, and what members see of their acts."""
