"""Storage becomes what the settings say, and drift is reported."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pdfcache import lifecycle, store


def rules(s3, bucket):
    return s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]


def write_rules(s3, bucket, *rules):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": list(rules)})


def expiry(rule_id, days=3, prefix="", status="Enabled"):
    return {"ID": rule_id, "Status": status, "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}}


def lock(s3, bucket):
    return s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]


def test_prepare_leaves_no_drift(bare):
    assert lifecycle.prepare() == []
    assert lifecycle.drift() == []


def test_expiry_rule_reads_back_as_written(bare, s3):
    bare.PDF_CACHE_DAYS = 12
    lifecycle.prepare()
    [rule] = rules(s3, bare.S3_CACHE_BUCKET)
    assert rule == {
        "ID": "pdfcache-expiry",
        "Status": "Enabled",
        "Filter": {"Prefix": "cache/"},
        "Expiration": {"Days": 12},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def test_prepare_twice_changes_nothing(bare, s3):
    bare.ARCHIVE_RETENTION_DAYS = 1
    lifecycle.prepare()
    store.put("cache/letter/1/a.pdf", b"%PDF-")
    before = rules(s3, bare.S3_CACHE_BUCKET), lock(s3, bare.S3_ARCHIVE_BUCKET)
    assert lifecycle.prepare() == []
    assert (rules(s3, bare.S3_CACHE_BUCKET), lock(s3, bare.S3_ARCHIVE_BUCKET)) == before
    assert store.stat("cache/letter/1/a.pdf")


def test_prepare_beside_another_one_succeeds(bare):
    with ThreadPoolExecutor(3) as pool:
        assert [*pool.map(lambda _: lifecycle.prepare(), range(3))] == [[], [], []]


def test_prepare_keeps_rules_of_other_people(bare, s3):
    s3.create_bucket(Bucket=bare.S3_CACHE_BUCKET)
    theirs = expiry("theirs", prefix="exports/")
    write_rules(s3, bare.S3_CACHE_BUCKET, theirs, expiry("pdfcache-expiry", days=1))
    assert lifecycle.prepare() == []
    kept = {rule["ID"]: rule for rule in rules(s3, bare.S3_CACHE_BUCKET)}
    assert kept["theirs"] == theirs
    assert kept["pdfcache-expiry"]["Expiration"] == {"Days": bare.PDF_CACHE_DAYS}
    assert len(kept) == 2


def test_missing_buckets_are_drift(bare):
    cache, archive, media = lifecycle.drift()
    assert cache == f"The cache bucket {bare.S3_CACHE_BUCKET} is missing."
    assert archive == f"The archive bucket {bare.S3_ARCHIVE_BUCKET} is missing."
    assert media == f"The media bucket {bare.S3_MEDIA_BUCKET} is missing."


def test_drift_makes_nothing(bare, s3):
    lifecycle.drift()
    assert bare.S3_CACHE_BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


@pytest.mark.parametrize(
    "change", [{"days": 1}, {"prefix": ""}, {"status": "Disabled"}, {"rule_id": "somebody-elses"}]
)
def test_wrong_expiry_rule_is_drift(change, bare, s3):
    lifecycle.prepare()
    rule = {"rule_id": "pdfcache-expiry", "days": bare.PDF_CACHE_DAYS, "prefix": "cache/"} | change
    write_rules(s3, bare.S3_CACHE_BUCKET, expiry(**rule))
    [sentence] = lifecycle.drift()
    assert sentence == f"The cache bucket {bare.S3_CACHE_BUCKET} does not expire cache/ after 30 days."


def test_versioned_cache_is_drift(bare, s3):
    lifecycle.prepare()
    s3.put_bucket_versioning(Bucket=bare.S3_CACHE_BUCKET, VersioningConfiguration={"Status": "Enabled"})
    [sentence] = lifecycle.drift()
    assert "keeps versions" in sentence


@pytest.mark.parametrize("bucket_name", ["S3_ARCHIVE_BUCKET", "S3_MEDIA_BUCKET"])
def test_expiry_where_nothing_may_expire_is_drift(bucket_name, bare, s3):
    lifecycle.prepare()
    write_rules(s3, getattr(bare, bucket_name), expiry("tidy"), expiry("off", status="Disabled"))
    [sentence] = lifecycle.drift()
    assert getattr(bare, bucket_name) in sentence and "'tidy'" in sentence


def test_archive_is_locked_and_keeps_versions(bare, s3):
    lifecycle.prepare()
    assert lock(s3, bare.S3_ARCHIVE_BUCKET) == {"ObjectLockEnabled": "Enabled"}
    assert s3.get_bucket_versioning(Bucket=bare.S3_ARCHIVE_BUCKET)["Status"] == "Enabled"


def test_unlocked_archive_is_drift_that_stays(bare, s3):
    s3.create_bucket(Bucket=bare.S3_ARCHIVE_BUCKET)
    not_locked, no_versions = lifecycle.prepare()
    assert "not locked" in not_locked and "no versions" in no_versions


def test_archived_version_resists_deletion(bare, s3):
    bare.ARCHIVE_RETENTION_DAYS = 1
    lifecycle.prepare()
    bucket = bare.S3_ARCHIVE_BUCKET
    written = store.put("reports/1.pdf", b"%PDF-issued", bucket=bucket)
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="reports/1.pdf", VersionId=written.version_id)
    store.put("reports/1.pdf", b"%PDF-other", bucket=bucket)
    assert store.get("reports/1.pdf", bucket=bucket, version_id=written.version_id) == b"%PDF-issued"


def test_retention_is_lengthened_but_never_shortened(bare, s3):
    bare.ARCHIVE_RETENTION_DAYS = 5
    lifecycle.prepare()
    bare.ARCHIVE_RETENTION_DAYS = 6
    assert lifecycle.prepare() == []
    bare.ARCHIVE_RETENTION_DAYS = 4
    [sentence] = lifecycle.prepare()
    assert "a GOVERNANCE retention of 6 days; the settings want a GOVERNANCE retention of 4 days" in sentence
    bare.ARCHIVE_RETENTION_DAYS = None
    [sentence] = lifecycle.prepare()
    assert "want no default retention" in sentence
    kept = lock(s3, bare.S3_ARCHIVE_BUCKET)["Rule"]["DefaultRetention"]
    assert kept == {"Mode": "GOVERNANCE", "Days": 6}


def test_bucket_is_made_in_the_region_of_the_settings(bare, s3):
    bare.S3_REGION = "sa-east-1"
    assert lifecycle.prepare() == []


def test_write_expiry_touches_only_the_cache(bare, s3):
    s3.create_bucket(Bucket=bare.S3_CACHE_BUCKET)
    lifecycle.write_expiry()
    assert lifecycle.expiry_drift() == []
    assert len(lifecycle.drift()) == 2
