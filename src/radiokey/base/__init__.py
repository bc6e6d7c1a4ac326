"""Who may have the code: the one service that releases it, the stolen list, the limits and the log."""
