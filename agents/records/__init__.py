"""How state is declared, laid out and shared by the two gears."""
