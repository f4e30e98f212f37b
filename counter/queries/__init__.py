"""Read models for screens: lists, views, figures. Nothing here writes."""
