"""A small OpenID Connect provider in a process of its own, honest unless told to lie.

Started as `python -m tests.support.oidc_provider`; prints its address. `POST /persona` says who
signs in next and which lie to tell.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug import Request, Response
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "intendant", "a secret of the client"

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Provider:
    """Remembers the codes it gave out; each works once."""

    def __init__(self) -> None:
        self.issuer = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.persona: dict[str, Any] = {}

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        routes = {
            "/.well-known/openid-configuration": self.describe,
            "/jwks": lambda _request: answer({"keys": [KEY.as_dict(private=False)]}),
            "/authorize": self.authorize,
            "/token": self.token,
            "/persona": self.choose,
        }
        found = routes.get(request.path)
        response = found(request) if found else Response(status=404)
        return response(environ, start_response)

    def describe(self, _request: Request) -> Response:
        lie = self.persona.get("lie")
        return answer(
            {
                "issuer": "https://elsewhere.example" if lie == "metadata" else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def choose(self, request: Request) -> Response:
        self.persona = json.loads(request.get_data())
        return Response(status=204)

    def authorize(self, request: Request) -> Response:
        asked = request.args.to_dict()
        if self.persona.get("lie") == "denied":
            query = {"error": "access_denied", "state": asked["state"]}
            return Response(status=302, headers={"Location": back(asked, query)})
        if asked.get("code_challenge_method") != "S256" or not asked.get("nonce"):
            return Response("PKCE and nonce are required", status=400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        query = {"code": code, "state": asked["state"]}
        return Response(status=302, headers={"Location": back(asked, query)})

    def token(self, request: Request) -> Response:
        asked = self.codes.pop(request.form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return answer({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"]:
            return answer({"error": "invalid_grant"}, 400)
        return answer(
            {
                "access_token": secrets.token_urlsafe(16),
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self.id_token(asked),
            }
        )

    def id_token(self, asked: dict[str, str]) -> str:
        lie = self.persona.get("lie")
        now = int(time.time())
        claims = {
            "iss": "https://elsewhere.example" if lie == "issuer" else self.issuer,
            "aud": "somebody-else" if lie == "audience" else CLIENT_ID,
            "nonce": "replayed" if lie == "nonce" else asked["nonce"],
            "iat": now - (7200 if lie == "expired" else 0),
            "exp": now + (-3600 if lie == "expired" else 300),
            **self.persona.get("claims", {}),
        }
        if lie == "none":
            return ".".join((encoded({"alg": "none"}), encoded(claims), ""))
        key = STRANGE_KEY if lie == "signature" else KEY
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")


def back(asked: dict[str, str], query: dict[str, str]) -> str:
    return f"{asked['redirect_uri']}?{urlencode(query)}"


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def main() -> None:
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    sys.stdout.write(provider.issuer + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
