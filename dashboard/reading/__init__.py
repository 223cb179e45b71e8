"""Results and declarations as they are shown."""
