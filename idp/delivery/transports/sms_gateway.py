"""SMS over HTTP, to a gateway whose request and answer are described in the settings."""

import json
import re
import ssl
from time import monotonic
from typing import Any

import httpx

from idp.delivery.transports.port import PutOff, Rejected, ServerAway, Sms, named
from idp.settings import Settings

SLOWEST = 3
"""How many times the timeout a whole exchange may take."""
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer; what follows is not read."""
_OURS_TO_MEND = frozenset({401, 402, 403, 404, 405, 407, 408, 425, 429})
"""Refusals that are not of this message: our rights, our credit, our haste."""


class SmsGateway:
    """Posts each message to the gateway's address."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        self._seconds = chosen.delivery_timeout.total_seconds()
        self._client = httpx.Client(
            trust_env=False,  # no proxy of the environment's reads a code
            verify=ssl.create_default_context(cafile=chosen.delivery_ca_file),
            timeout=self._seconds,
            follow_redirects=False,
        )

    def send(self, message: Sms) -> None:
        """Hand an SMS over. The gateway is told the same reference at each attempt, so that it may know it again."""
        values = {"to": message.to, "text": message.text, "id": str(message.id)}
        fields = {name: template.format_map(values) for name, template in self._chosen.sms_fields.items()}
        try:
            status, after, body = self._post(fields)
        except httpx.TimeoutException:
            raise ServerAway("the gateway did not answer in time") from None
        except httpx.HTTPError as error:
            raise ServerAway(f"the gateway cannot be reached: {type(error).__name__}") from None
        self._judge(status, after, body)

    def close(self) -> None:
        """Connections are kept by the client, and closed by it when they idle."""

    def _post(self, fields: dict[str, str]) -> tuple[int, int, bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if authorization := self._chosen.sms_authorization.get_secret_value():
            headers["Authorization"] = authorization
        content: dict[str, Any] = {"json": fields} if self._chosen.sms_format == "json" else {"data": fields}
        limit, body = monotonic() + SLOWEST * self._seconds, b""
        with self._client.stream("POST", self._chosen.sms_url, headers=headers, **content) as response:
            for part in response.iter_raw():
                body += part
                if len(body) > LONGEST_ANSWER or monotonic() > limit:
                    break
            after = re.fullmatch(r"[0-9]{1,6}", response.headers.get("Retry-After", ""))
            return response.status_code, int(after[0]) if after else 0, body

    def _judge(self, status: int, after: int, body: bytes) -> None:
        told = f"the gateway answered {named(status)}"
        if status == 429 or status >= 500:
            raise ServerAway(told, after)
        if status in _OURS_TO_MEND or status < 200 or 300 <= status < 400:
            raise PutOff(told, after)
        if status >= 400:
            raise Rejected(told)
        if self._chosen.sms_accepted_field and not self._is_accepted(body):
            raise PutOff(f"{told}, and did not say that it took the message")

    def _is_accepted(self, body: bytes) -> bool:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            return False
        said = answer.get(self._chosen.sms_accepted_field) if isinstance(answer, dict) else None
        return str(said) in self._chosen.sms_accepted_values
