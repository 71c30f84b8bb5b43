"""The run folder: record, read, list, lock, liveness. Sees bytes and numbers, no tensor."""
