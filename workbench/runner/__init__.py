"""From a profile to a trained run: prepare, train, record; resume, signals, control."""
