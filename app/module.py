"""What the house itself declares, in the same form as a module."""

from app.audit.routes_api import blueprint as history_api
from app.audit.sealing import SEAL_AUDIT
from app.audit.tables import LISTS as AUDIT_LISTS
from app.audit.words import WORDS
from app.auth.importers import IMPORTERS as ACCOUNT_IMPORTERS
from app.auth.oidc import NEWCOMER, NO_ADMINISTRATOR
from app.auth.routes_account import blueprint as account_pages
from app.auth.routes_admin import FIRST_STEP as ACCOUNTS_STEP
from app.auth.routes_admin import NAVIGATION as ACCOUNT_NAVIGATION
from app.auth.routes_admin import blueprint as admin_pages
from app.auth.routes_api import BLUEPRINTS as ACCOUNT_APIS
from app.auth.subjects import ROLE, USER
from app.auth.tables import LISTS as ACCOUNT_LISTS
from app.backup.jobs import MAKE_BACKUP
from app.comments.routes_api import blueprint as comments_api
from app.comments.routes_web import blueprint as comments_blueprint
from app.comments.services import MENTIONED
from app.files.jobs import REMOVE_ORPHANS
from app.files.routes_api import blueprint as files_api
from app.files.routes_web import blueprint as files_blueprint
from app.i18n import lazy as _l
from app.jobs.failures import WORK_FAILED
from app.jobs.routes_api import BLUEPRINTS as JOB_APIS
from app.jobs.routes_web import blueprint as jobs_blueprint
from app.lists.exporting import JOBS as EXPORT_JOBS
from app.lists.exporting import READY as EXPORT_READY
from app.lists.routes_api import BLUEPRINTS as LIST_APIS
from app.mail.jobs import DELIVER_MAIL
from app.notifications.audience import News, tell_holders
from app.notifications.jobs import MAIL_NEWS
from app.notifications.routes_api import blueprint as notifications_api
from app.notifications.routes_web import blueprint as notifications_blueprint
from app.office.routes_api import blueprint as office_api
from app.office.routes_web import FIRST_STEP as OFFICE_STEP
from app.office.routes_web import NAVIGATION as OFFICE_NAVIGATION
from app.office.routes_web import blueprint as office_blueprint
from app.office.seed import SEED as OFFICE_SEED
from app.office.subjects import OFFICE
from app.policies import GRANTS, LABELS, HousePermission
from app.privacy.house import HOUSE_DATA, HOUSE_RULES, HOUSE_TEXTS
from app.privacy.jobs import APPLY_RETENTION
from app.privacy.routes_api import blueprint as privacy_api
from app.privacy.routes_web import HOME_PANEL as PRIVACY_PANEL
from app.privacy.routes_web import NAVIGATION as PRIVACY_NAVIGATION
from app.privacy.routes_web import blueprint as privacy_blueprint
from app.registry import Module, NavigationItem
from app.search.routes_api import blueprint as search_api
from app.search.routes_web import blueprint as search_pages
from app.tabular.jobs import IMPORT_DONE
from app.tabular.jobs import JOBS as IMPORT_JOBS
from app.tabular.routes_api import BLUEPRINTS as IMPORT_APIS
from app.tabular.routes_files import blueprint as import_files_blueprint
from app.tabular.routes_web import NAVIGATION as IMPORTS_NAVIGATION
from app.tabular.routes_web import blueprint as imports_blueprint
from app.tabular.subjects import BATCH, PROFILE
from app.web.history import AUDIT_NAVIGATION
from app.web.history import blueprint as history_blueprint
from app.web.list_exports import blueprint as exports_blueprint
from app.web.saved_views import blueprint as views_blueprint

module = Module(
    name="house",
    permissions=HousePermission,
    grants=GRANTS,
    title=_l("House"),
    permission_labels=LABELS,
    blueprints=(
        account_pages,
        admin_pages,
        jobs_blueprint,
        files_blueprint,
        comments_blueprint,
        notifications_blueprint,
        history_blueprint,
        views_blueprint,
        search_pages,
        imports_blueprint,
        import_files_blueprint,
        exports_blueprint,
        privacy_blueprint,
        office_blueprint,
    ),
    jobs=(
        DELIVER_MAIL,
        MAIL_NEWS,
        REMOVE_ORPHANS,
        SEAL_AUDIT,
        MAKE_BACKUP,
        APPLY_RETENTION,
        *IMPORT_JOBS,
        *EXPORT_JOBS,
    ),
    notification_kinds=(
        MENTIONED,
        EXPORT_READY,
        IMPORT_DONE,
        WORK_FAILED,
        NEWCOMER,
        NO_ADMINISTRATOR,
    ),
    handlers=((News, tell_holders),),
    privacy=(HOUSE_DATA, *HOUSE_TEXTS, *HOUSE_RULES),
    api_blueprints=(
        *ACCOUNT_APIS,
        office_api,
        files_api,
        comments_api,
        notifications_api,
        history_api,
        search_api,
        *JOB_APIS,
        *LIST_APIS,
        *IMPORT_APIS,
        privacy_api,
    ),
    panels=(PRIVACY_PANEL,),
    seeds=(OFFICE_SEED,),
    first_steps=(OFFICE_STEP, ACCOUNTS_STEP),
    importers=ACCOUNT_IMPORTERS,
    lists=(*ACCOUNT_LISTS, *AUDIT_LISTS),
    subjects=(USER, ROLE, OFFICE, BATCH, PROFILE, *WORDS),
    navigation=(
        *ACCOUNT_NAVIGATION,
        OFFICE_NAVIGATION,
        NavigationItem(
            label=_l("Jobs"),
            endpoint="jobs.job_list",
            permission=HousePermission.JOB_READ,
            icon="clock-play",
            group=_l("Administration"),
            order=920,
        ),
        IMPORTS_NAVIGATION,
        AUDIT_NAVIGATION,
        PRIVACY_NAVIGATION,
    ),
)
