"""How scarce machines are shared out, sold and priced; a scenario picks each by name."""
