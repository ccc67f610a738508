"""Messages to parties, 消息: written in the transaction of what they tell."""
