"""The tab Market."""
