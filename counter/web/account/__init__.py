"""Staff signing in and out."""
