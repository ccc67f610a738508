"""The honour list and the lists of serious dishonesty, 红名单与严重失信主体名单."""
