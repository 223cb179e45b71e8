"""What a buyer is made of, each floor on the one below: state, owner, planner."""
