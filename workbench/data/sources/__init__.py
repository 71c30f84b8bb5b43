"""Where images come from: folders, CIFAR, digits, code of one's own."""
