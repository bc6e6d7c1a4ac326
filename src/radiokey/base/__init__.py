"""Who may have the code: the one door it leaves by, the stolen list, the limits and the log."""
