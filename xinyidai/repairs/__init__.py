"""Credit repair, 信用修复: an application by Order 36, its hand-over, and the record's end."""
