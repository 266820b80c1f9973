"""The API of accounts: who calls, people who sign in, what roles may do, sessions and keys."""

from app.auth.routes_api.access import keys, roles
from app.auth.routes_api.accounts import blueprint, me_blueprint

BLUEPRINTS = (me_blueprint, blueprint, roles, keys)
