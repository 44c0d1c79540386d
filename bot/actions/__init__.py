"""What the assistant does beside talking; run by rasa-sdk's action server."""
