"""The cache may be away."""

from django.core.cache import cache

from initiate.cache import PatientCache


def test_cache_keeps_what_it_is_given() -> None:
    cache.set("key", "value")
    assert cache.get("key") == "value"


def test_cache_that_is_away_counts_as_empty() -> None:
    away = PatientCache("unix:///nonexistent/cache.sock", {})
    away.set("key", "value")
    assert [away.get("key", "default"), away.get_many(["key"]), "key" in away] == ["default", {}, False]
    assert [away.add("key", 1), away.incr("key"), away.touch("key"), away.delete("key")] == [True, 1, False, False]
