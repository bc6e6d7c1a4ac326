"""The registrar's and the auditor's pages."""
