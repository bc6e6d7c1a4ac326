"""The one service that lets a code leave, and what it decides by."""
