"""What firms declare of themselves, and its verification, 自愿注册."""
