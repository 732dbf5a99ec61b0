"""compose.yaml: it parses, its commands and variables exist, and nothing in it is looser than it must be."""

import re
import subprocess
import sys

import click
import pytest
import yaml
from django.core.management import get_commands, load_command_class

from deploy import health
from tests.deploy import composition
from tests.deploy.composition import LONG_RUNNING, PROGRAMS, RAW, ROOT
from tests.deploy.variables import read_by_settings

ANYWHERE = "0.0.0.0"  # noqa: S104 (inside a container)
SECRET = re.compile(r"(SECRET|PASSWORD|PASS|TOKEN|SECRET_KEY)$")
# Off where it is empty, so an empty one gives nobody anything.
OPTIONAL_SECRETS = {"METRICS_TOKEN"}
ONE_SHOT = sorted(set(RAW) - set(LONG_RUNNING))


def run_with(environ: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run our Python in the container's environment and no other."""
    bare = composition.image_environment() | environ
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=bare, capture_output=True, text=True, timeout=60
    )


def seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))


def test_has_every_service_of_the_design():
    expected = {"db", "rabbitmq", "s3", "mail", *PROGRAMS, "minio"}
    assert expected <= set(RAW)
    assert RAW["minio"]["profiles"] == ["minio"] and RAW["mail"]["profiles"] == ["mail"]


def test_has_only_keys_that_compose_knows():
    known = {"build", "image", "pull_policy", "command", "entrypoint", "environment", "volumes", "tmpfs"}
    known |= {"networks", "network_mode", "ports", "healthcheck", "depends_on", "deploy", "profiles"}
    known |= {"stop_grace_period", "stop_signal", "shm_size", "hostname", "user", "init", "restart"}
    known |= {"read_only", "cap_drop", "cap_add", "security_opt", "logging"}
    assert {key for service in RAW.values() for key in service} <= known


@pytest.mark.parametrize("service", PROGRAMS)
def test_settings_load_with_exactly_its_environment(service):
    loaded = run_with(composition.environment(service), "-c", "import config.settings")
    assert loaded.returncode == 0, loaded.stderr


def test_deployment_checks_pass_with_an_https_address():
    environ = composition.environment("web", SITE_URL="https://lamina.example")
    checked = run_with(environ, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("service", PROGRAMS)
def test_sets_only_variables_that_the_settings_read(service):
    assert set(RAW[service]["environment"]) <= set(read_by_settings())


@pytest.mark.parametrize("service", PROGRAMS)
def test_sets_every_variable_that_the_settings_require(service):
    required = {name for name, required in read_by_settings().items() if required}
    environ = composition.environment(service)
    assert {name for name in required if not environ.get(name)} == set()


@pytest.mark.parametrize("name", sorted(name for name, needed in read_by_settings().items() if needed))
def test_settings_name_a_required_variable_that_is_missing(name):
    environ = composition.environment("web")
    del environ[name]
    loaded = run_with(environ, "-c", "import config.settings")
    assert loaded.returncode == 1
    assert f"{name}: is required and not set" in loaded.stderr


def test_the_demo_cannot_be_switched_on():
    assert not any("LAMINA_DEMO" in service.get("environment", {}) for service in RAW.values())


def test_every_demanded_variable_is_in_the_example():
    demanded = {match["name"] for match in composition.VARIABLE.finditer(composition.TEXT)}
    demanded &= {m["name"] for m in composition.VARIABLE.finditer(composition.TEXT) if m["operator"] == ":?"}
    assert demanded <= set(composition.example_environ())


def test_every_variable_of_the_example_is_used():
    used = {match["name"] for match in composition.VARIABLE.finditer(composition.TEXT)}
    assert set(composition.example_environ()) - used == {"COMPOSE_PROFILES"}


@pytest.mark.parametrize("name", sorted(n for n in composition.example_environ() if SECRET.search(n)))
def test_refuses_to_start_without_a_secret(name):
    with pytest.raises(composition.Missing, match=name):
        composition.services(**{name: ""})


def test_no_secret_has_a_default():
    for match in composition.VARIABLE.finditer(composition.TEXT):
        if SECRET.search(match["name"]) and match["name"] not in OPTIONAL_SECRETS:
            assert match["operator"] == ":?", match["name"]


def test_no_secret_is_written_down():
    for name, service in RAW.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable):
                assert composition.VARIABLE.fullmatch(str(value)), f"{name}: {variable}"
            assert not re.search(r"://[^/$@]+:[^/$@]+@", str(value)), f"{name}: {variable}"


def test_example_holds_no_secret_and_make_env_makes_each_anew():
    example = composition.read_env((ROOT / "deploy" / "env.example").read_text())
    assert [name for name, value in example.items() if SECRET.search(name) and value] == []
    secrets = [value for name, value in composition.example_environ().items() if SECRET.search(name)]
    assert len(set(secrets)) == len(secrets) and all(len(secret) == 64 for secret in secrets)


def test_each_program_has_an_s3_key_pair_of_its_own_that_s3_knows():
    pairs = {name: composition.s3_keys(name) for name in PROGRAMS}
    assert len(set(pairs.values())) == len(PROGRAMS)
    store = composition.environment("s3")
    for name, pair in pairs.items():
        prefix = f"S3_{name.upper().replace('-', '_')}"
        assert pair == (store[f"{prefix}_ACCESS_KEY"], store[f"{prefix}_SECRET_KEY"])


def test_only_s3_holds_the_keys_of_others():
    secret = {name: composition.environment(name)["S3_SECRET_KEY"] for name in PROGRAMS}
    for name in PROGRAMS:
        others = {value for other, value in secret.items() if other != name}
        assert not others & set(composition.environment(name).values())


@pytest.mark.parametrize("service", sorted(RAW))
def test_image_is_pinned(service):
    image = RAW[service]["image"]
    if "build" in RAW[service]:
        assert image == "lamina:${LAMINA_VERSION:-local}"
    else:
        assert re.fullmatch(r"[\w./-]+:(v?\d+\.\d+(\.\d+)?(-\w+)?|RELEASE\.[\w-]+)", image)


@pytest.mark.parametrize("service", sorted(RAW))
def test_is_locked_in(service):
    settings = RAW[service]
    assert settings["init"] is True
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["logging"]["options"]["max-size"]
    assert {"cpus", "memory", "pids"} <= set(settings["deploy"]["resources"]["limits"])
    assert "privileged" not in settings


def test_root_only_gives_a_volume_away():
    roots = {name for name, service in RAW.items() if service["user"].startswith(("0", "root"))}
    assert roots == {"s3-volume", "minio-volume"}
    for name in roots:
        assert RAW[name]["entrypoint"][0] == "chown"
        assert RAW[name]["network_mode"] == "none"
    assert {name for name, service in RAW.items() if "cap_add" in service} == roots


@pytest.mark.parametrize("service", LONG_RUNNING)
def test_long_running_service_has_a_health_check(service):
    check = RAW[service]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("service", ONE_SHOT)
def test_one_shot_service_ends(service):
    assert RAW[service]["restart"] in ("no", "on-failure:3")


def test_dependencies_wait_for_what_can_be_waited_for():
    for service in RAW.values():
        for name, dependency in service.get("depends_on", {}).items():
            one_shot = name in ONE_SHOT
            condition = "service_completed_successfully" if one_shot else "service_healthy"
            assert dependency["condition"] == condition, name


def test_programs_wait_for_preparation():
    for name in set(PROGRAMS) - {"prepare"}:
        assert "prepare" in RAW[name]["depends_on"]
    assert {"db", "s3"} <= set(RAW["prepare"]["depends_on"])


def test_web_starts_without_rabbitmq():
    assert "rabbitmq" not in RAW["web"]["depends_on"]


def test_published_ports_are_on_loopback():
    for name, service in composition.services().items():
        for port in service.get("ports", []):
            assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port), name


def test_database_and_broker_are_not_published_and_have_no_way_out():
    networks = yaml.safe_load(composition.TEXT)["networks"]
    for name in ("db", "rabbitmq"):
        assert "ports" not in RAW[name]
        assert all(networks[network].get("internal") for network in RAW[name]["networks"])


def test_every_network_and_volume_is_declared():
    declared = yaml.safe_load(composition.TEXT)
    for service in RAW.values():
        assert set(service.get("networks", [])) <= set(declared["networks"])
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
            exists = (ROOT / source).exists() if source.startswith("./") else source in declared["volumes"]
            assert exists, source


def test_only_those_who_talk_to_s3_can_reach_it():
    on_shelf = {name for name, service in RAW.items() if "shelf" in service.get("networks", [])}
    assert on_shelf == {"s3", "minio", "prepare", "web", "worker-interactive", "worker-background"}


@pytest.mark.parametrize("service", ["worker-interactive", "worker-background", "sweeper", "prepare"])
def test_management_commands_exist(service):
    words = " ".join(RAW[service]["command"])
    named = re.findall(r"python manage\.py (\w+)([ \w-]*)", words)
    assert named
    for name, options in named:
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(options.split())


@pytest.mark.parametrize("service", ["web", "worker-interactive", "worker-background", "sweeper"])
def test_health_check_is_one_of_ours(service):
    command = RAW[service]["healthcheck"]["test"]
    assert command[1:4] == ["python", "-m", "deploy.health"]
    health._parser().parse_args(command[4:])


def test_granian_understands_the_web_command():
    from granian.cli import cli

    program, *words = composition.image_command()
    assert program == "granian" and "command" not in RAW["web"]
    words[words.index("/srv/static")] = str(ROOT / "static")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PORT", raising=False)
        context = cli.make_context("granian", words, resilient_parsing=False)
    assert isinstance(context, click.Context)
    assert str(context.params["host"]) == ANYWHERE
    assert RAW["web"]["ports"][0].endswith(f":{context.params['port']}")


def test_web_runs_as_make_run_does():
    from config import run

    ours, theirs = composition.image_command()[1:], run.web_command(8000)[3:]
    differ = {"127.0.0.1": ANYWHERE, str(run.STATIC): "/srv/static"}
    assert ours == [differ.get(word, word) for word in theirs]


def test_grace_is_longer_than_a_worker_takes_to_stop():
    source = (ROOT / "actors" / "management" / "commands" / "work.py").read_text()
    shutdown_s = int(re.search(r"worker_shutdown_timeout=([\d_]+)", source)[1]) / 1000
    for name in ("worker-interactive", "worker-background"):
        assert seconds(RAW[name]["stop_grace_period"]) >= shutdown_s + 10


def test_queues_are_quorum_queues():
    assert all(composition.environment(name)["RABBITMQ_QUEUE_TYPE"] == "quorum" for name in PROGRAMS)


def test_rabbitmq_has_no_management_interface():
    assert "management" not in RAW["rabbitmq"]["image"]
