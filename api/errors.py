"""Errors of the JSON API: a status and a sentence that says what to do."""


class ApiError(Exception):
    """A refused call."""

    status = 400


class Unauthorised(ApiError):
    status = 401


class NotFound(ApiError):
    status = 404


class Refused(ApiError):
    status = 422
