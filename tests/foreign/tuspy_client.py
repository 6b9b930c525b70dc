"""Sends one file with tuspy. Arguments: endpoint, file; the rest by environment."""

import json
import os
import sys

from tusclient import client

endpoint, path = sys.argv[1:]
tus = client.TusClient(endpoint, headers={"Authorization": "Bearer " + os.environ["TOKEN"]})
uploader = tus.uploader(
    path,
    chunk_size=256 * 1024,
    metadata=json.loads(os.environ["METADATA"]),
    retries=40,
    retry_delay=0.1,
)
uploader.upload()
