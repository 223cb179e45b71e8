"""What agents reckon with: pure functions of numbers, in both gears."""
