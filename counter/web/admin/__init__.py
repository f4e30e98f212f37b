"""What a ward's administrator looks after."""
