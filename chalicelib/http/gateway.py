"""What whoever stands before the API refuses by itself, before an operation is even found: any of them may so answer.

In the cloud that is API Gateway, which names few reasons (``infra/cloud/gateway_refusals.py``); on one machine it is a
gateway of our own (``infra/local``).
"""

from __future__ import annotations

from chalicelib.errors import Refusal


class UnreadableRequest(Refusal):
    """Bytes that are no text."""

    status = 400
    code = "unreadable_request"
    vi = "Nội dung hoặc địa chỉ không phải UTF-8."
    en = "The body or the address is not UTF-8."


class HeadersTooLarge(Refusal):
    """More before the body than API Gateway takes."""

    status = 431
    code = "headers_too_large"
    vi = "Địa chỉ và tiêu đề dài hơn 10 KB."
    en = "Address and headers are longer than 10 KB."


# Of a request that API Gateway could make nothing of, it says no more than that.
REFUSALS = (Refusal, UnreadableRequest, HeadersTooLarge)
