"""What the house itself declares, in the same form as a module."""

from app.auth.routes_account import blueprint as account_pages
from app.auth.routes_api import blueprint as users_api
from app.auth.routes_api import me_blueprint as me_api
from app.i18n import lazy as _l
from app.jobs.routes_web import blueprint as jobs_blueprint
from app.policies import GRANTS, HousePermission
from app.registry import Module, NavigationItem

module = Module(
    name="house",
    permissions=HousePermission,
    grants=GRANTS,
    blueprints=(account_pages, jobs_blueprint),
    api_blueprints=(me_api, users_api),
    navigation=(
        NavigationItem(
            label=_l("Jobs"),
            endpoint="jobs.job_list",
            permission=HousePermission.JOB_READ,
            icon="clock-play",
            group=_l("Administration"),
            order=920,
        ),
    ),
)
