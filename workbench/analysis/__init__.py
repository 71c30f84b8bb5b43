"""Arrays in, frozen results out; numpy only."""
