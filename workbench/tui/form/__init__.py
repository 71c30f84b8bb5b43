"""What the form of a profile knows, apart from any screen."""
