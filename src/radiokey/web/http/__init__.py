"""What every answer needs: forms, pages, problems, addresses, logs, metrics."""
