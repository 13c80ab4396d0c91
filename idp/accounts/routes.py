"""The pages of an account's life, in the order a person meets them."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
