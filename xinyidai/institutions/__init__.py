"""Financial institutions and government offices, 金融机构与部门."""
