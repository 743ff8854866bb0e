"""The port to language: tasks answered by rules, models or recordings; embeddings."""
