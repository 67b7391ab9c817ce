"""Takes a folder and a port, gives one real Apache Kafka broker (KRaft, its own controller) from Maven Central."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from machine import LOOPBACK, Failed, Jdk, free_ports, maven
from node import TAIL, Launch, Node, log_since

VERSION = "4.4.0"
LOG4J_VERSION = "2.25.5"  # of the log4j-core that this Kafka brings; its SLF4J binding it does not bring
ARTIFACTS = (
    ("org.apache.kafka", "kafka_2.13", VERSION),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J_VERSION),
)
CLUSTER_ID = "ZWFyd2l0bmVzcy1sb2NhbA"  # base64 of the 16 bytes "earwitness-local"
STARTED = "Kafka Server started"  # logged once the broker may serve; the port opens earlier


def dependency(group: str, artifact: str, version: str) -> str:
    return (
        f"<dependency><groupId>{escape(group)}</groupId><artifactId>{escape(artifact)}</artifactId>"
        f"<version>{escape(version)}</version></dependency>"
    )


def project() -> str:
    """A Maven project that only names what a broker is made of."""
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>earwitness</groupId><artifactId>local-kafka</artifactId><version>1</version><packaging>pom</packaging>"
        f"<dependencies>{''.join(dependency(*each) for each in ARTIFACTS)}</dependencies></project>"
    )


def properties(node: Node, controller_port: int) -> str:
    """The broker's settings; whatever is not here is as Kafka ships it."""
    values = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{node.port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "log.dirs": str(node.data),
        # one node cannot hold the three copies that Kafka asks for
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        # 50 partitions each would only make starts slower
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.num.partitions": "4",
        # the first consumer need not wait for others
        "group.initial.rebalance.delay.ms": "0",
        # a broker that was killed may come back at once: 7-9 s without it instead of 18 s
        "broker.session.timeout.ms": "2000",
        "broker.heartbeat.interval.ms": "250",
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


class Kafka:
    """Apache Kafka, as `services.Service` asks for it."""

    name = "kafka"
    title = f"Apache Kafka {VERSION}"
    folder = f"kafka-{VERSION}"
    port = 29092
    jdk_version = 17
    jdk_full = False

    def install(self, home: Path) -> None:
        """Fetch the jars into `home`, which is new and empty."""
        (home / "pom.xml").write_text(project())
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
        maven(goal, f"-DoutputDirectory={home / 'lib'}", "-DincludeScope=runtime", folder=home)

    def prepare(self, node: Node, home: Path, jdk: Jdk) -> Launch:
        """Write the settings, format the data folder when it is new, and say what to run."""
        settings = node.path(".properties")
        settings.write_text(properties(node, free_ports(1)[0]))
        java = [jdk.java, f"-Xmx{node.heap}", "-XX:+UseSerialGC", "-Dlog4j2.level=INFO", "-cp", str(home / "lib" / "*")]
        if not (node.data / "meta.properties").exists():
            tool = [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(settings)]
            done = subprocess.run(tool, capture_output=True, text=True)
            if done.returncode:
                raise Failed(f"{self.title} could not format {node.data}: {done.stdout[-TAIL:]}{done.stderr[-TAIL:]}")
        return Launch(command=[*java, "kafka.Kafka", str(settings)], directory=node.folder, environment=os.environ)

    def ready(self, node: Node, log_start: int) -> bool:
        return STARTED in log_since(node, log_start)

    def address(self, port: int) -> str:
        return f"{LOOPBACK}:{port}"
