"""What every tab stands in: the frame, the drawer, the routes."""
