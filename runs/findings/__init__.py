"""What results say: sentences, tables and figures, described once for the terminal, the page and reports."""
