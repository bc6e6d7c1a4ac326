"""What every answer needs whoever asks: forms, pages, problems, addresses, logs, metrics."""
