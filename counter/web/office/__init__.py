"""案件: what an office has to work on."""
