"""The tab What matters."""
