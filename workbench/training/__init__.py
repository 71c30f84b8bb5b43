"""The training loop, its schedules, early stopping and checkpoint payload."""
