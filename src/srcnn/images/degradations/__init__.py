"""What happens to pictures before somebody enlarges them, step by step."""
