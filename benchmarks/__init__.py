"""What the workbench costs, beside what its peers cost in the same run."""
