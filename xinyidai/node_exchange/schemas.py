"""What nodes send and get as JSON."""

from marshmallow import Schema, fields, validate

LARGEST_NUMBER = 2**53


class SignedIn(Schema):
    """A receipt or a heartbeat with its signature; the document is signed as canonical JSON."""

    document = fields.Dict(keys=fields.String(), required=True)
    key_id = fields.String(required=True, validate=validate.Length(8, 8))
    signature = fields.String(required=True, validate=validate.Length(1, 200))


class SignedOut(Schema):
    """A signed document."""

    document = fields.Dict(required=True)
    key_id = fields.String(required=True)
    signature = fields.String(required=True)


class AfterIn(Schema):
    """After which number packages are wanted."""

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LARGEST_NUMBER, error="请填写 0 或更大的整数。"),
    )


class WaitingOut(Schema):
    """One package that waits to be fetched."""

    id = fields.UUID(required=True)
    sequence = fields.Integer(required=True)
    digest = fields.String(required=True)
    rows = fields.Integer(required=True)
    size = fields.Integer(required=True)


class WaitingListOut(Schema):
    """The next packages, at most twenty."""

    items = fields.List(fields.Nested(WaitingOut), required=True)


class TakenOut(Schema):
    """A receipt was taken."""

    taken = fields.Boolean(required=True)


class HeardOut(Schema):
    """Who heard, how far the sender's chain has come there, and whether the link is in use."""

    code = fields.String(required=True)
    in_sequence = fields.Integer(required=True)
    is_active = fields.Boolean(required=True)
