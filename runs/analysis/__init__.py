"""What results say: sensitivity, comparison, discovery, statistics."""
