"""A record as a table, a row each loss and a column each constraint, and what one cell holds."""
