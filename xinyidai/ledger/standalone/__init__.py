"""Tools for outsiders, 独立工具: verifier and witness.

What lies here imports the standard library, `cryptography` and its siblings (the witness also
`merkle`), nothing else. `service.tool` joins the parts of a tool into one file that needs nothing
of the platform.
"""
