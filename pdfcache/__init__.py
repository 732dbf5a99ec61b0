"""PDFs kept in S3 under a key derived from their content. Reusable: no table, nothing of the project.

document type  a kind of PDF we can make, registered by a `documents` module of an installed app
snapshot       the JSON-able dict with everything that the PDF shows; the only thing a renderer sees
key            cache/<kind>/<pk>/<digest>.pdf
digest         HMAC-SHA256 over kind, template version, pk and the canonical JSON of the snapshot
hit, miss      the object under the key exists, does not
fill           snapshot, render, put: idempotent, safe to run twice or late
warm           fill before anybody asks
invalidate     delete what is cached for a document or a kind, so that the next open renders afresh
prune          delete superseded objects of a document (an old digest): hygiene, never needed
"""
