"""The market held against history: facts it must meet, truths that need no history, and what a search minimises."""
