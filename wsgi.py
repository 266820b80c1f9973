"""The application as a web server loads it."""

from app import create_app
from app.settings import load_settings

app = create_app(load_settings())
