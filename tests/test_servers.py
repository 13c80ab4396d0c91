"""The private servers that other tests stand on."""

import psycopg
import redis
from playwright.sync_api import Page

from tests import servers


def test_a_postgres_copies_a_template_database(postgres):
    postgres.create("servers_template")
    with psycopg.connect(host=str(postgres.home), user="idp", dbname="servers_template") as connection:
        connection.execute("create table thing (id int)")
    postgres.create("servers_copy", template="servers_template")
    with psycopg.connect(host=str(postgres.home), user="idp", dbname="servers_copy") as connection:
        assert connection.execute("select count(*) from thing").fetchone() == (0,)
    postgres.drop("servers_copy")
    postgres.drop("servers_template")


def test_a_postgres_that_was_stopped_comes_back_with_its_data():
    with servers.postgres() as own:
        own.create("kept")
        own.process.stop()
        own.process.start()
        with psycopg.connect(host=str(own.home), user="idp", dbname="kept") as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_redis_evicts_nothing(redis_url):
    assert redis.Redis.from_url(redis_url).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_page_is_a_french_persons(page: Page):
    assert page.evaluate("navigator.language") == "fr-FR"
