"""Quality of delivered records: rates, late lists, tickets, bulletins, 数据质量."""
