"""S3 from the wheel of SeaweedFS: one process, loopback only, with random keys."""

import contextlib
import os
import shutil
import sysconfig
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from config.embedded import files, ports
from config.embedded.errors import NotInstalled
from config.embedded.ports import LOOPBACK
from config.embedded.server import Server

REGION = "us-east-1"
ACCESS_KEY = "lamina"
# The admin part's own worker looks for it on the admin port plus this number, whatever its option says.
ADMIN_GRPC_OFFSET = 10_000
PORT_OPTIONS = ["s3.port", "s3.port.grpc", "master.port", "master.port.grpc", "volume.port"]
PORT_OPTIONS += ["volume.port.grpc", "filer.port", "filer.port.grpc", "admin.port", "metricsPort"]
OPTIONS = [f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}", "-admin.ui=false", "-webdav=false"]
OPTIONS += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-volume.preStopSeconds=0"]
# Relative to its working folder: an absolute path may be too long for a socket.
OPTIONS += ["-dir=data", "-s3.localSocket=s3.sock", "-filer.localSocket=filer.sock"]


class SeaweedFS(Server):
    """A private S3 with its master, volume and filer parts."""

    name = "s3"
    port_names = PORT_OPTIONS

    @cached_property
    def ports(self) -> dict[str, int]:
        """As for every server, plus the port that the admin part derives from another."""
        chosen = ports.remembered_ports(self.home / "ports.json", self.port_names)
        return chosen | {"admin.port.grpc": chosen["admin.port"] + ADMIN_GRPC_OFFSET}

    def prepare(self) -> None:
        """Make the data folder; remove the sockets that a killed server leaves in the temporary folder."""
        files.private_folder(self.home / "data")
        self.remove_sockets()

    def command(self) -> list[str]:
        chosen = [f"-{option}={port}" for option, port in self.ports.items()]
        return [str(_binary()), "-logtostderr=true", "mini", *OPTIONS, *chosen]

    def environ(self) -> dict[str, str]:
        """Return the environment with the keys; home and temporary files stay inside the data folder."""
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": self._secret_key()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "S3_"))}
        return kept | keys | {"HOME": str(self.home), "TMPDIR": str(self.home)}

    def is_ready(self) -> bool:
        """Tell whether S3 answers and a place to write to has been found."""
        return self._answers("s3.port", "/healthz") and self._answers("master.port", "/dir/assign")

    def settings(self) -> dict[str, str]:
        return {
            "S3_ENDPOINT_URL": f"http://{LOOPBACK}:{self.ports['s3.port']}",
            "S3_REGION": REGION,
            "S3_ACCESS_KEY": ACCESS_KEY,
            "S3_SECRET_KEY": self._secret_key(),
        }

    def stop(self, timeout_s: float = 10) -> None:
        super().stop(timeout_s)
        self.remove_sockets()

    def remove_sockets(self) -> None:
        """Remove from the temporary folder what a killed server cannot remove any more."""
        for socket in sockets(self.ports):
            with contextlib.suppress(OSError):
                socket.unlink()

    def _secret_key(self) -> str:
        return files.secret(self.home / "secret_key")

    def _answers(self, port_name: str, path: str) -> bool:
        address = f"http://{LOOPBACK}:{self.ports[port_name]}{path}"
        try:
            with urllib.request.urlopen(address, timeout=1):
                return True
        except OSError:
            return False


def sockets(chosen: Mapping[str, int]) -> list[Path]:
    """Return where a server with these ports puts its sockets, whatever TMPDIR says."""
    port_of = {part: chosen[f"{part}.port.grpc"] for part in ("s3", "master", "volume", "filer")}
    port_of["admin"] = chosen["admin.port"] + ADMIN_GRPC_OFFSET
    return [Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock") for part, port in port_of.items()]  # noqa: S108


def _binary() -> Path:
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = beside if beside.exists() else shutil.which("weed")
    if not found:
        raise NotInstalled("SeaweedFS's wheel is missing: install requirements-local.txt.")
    return Path(found)
