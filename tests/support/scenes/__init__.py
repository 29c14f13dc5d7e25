"""Complex scenes: an agency with people in every state, a whole day, a crowd."""
