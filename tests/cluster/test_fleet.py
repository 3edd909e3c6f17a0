"""Several clusters in one report, and one cluster that is followed."""

import json
import signal
import subprocess
import sys

from api_server import ApiServer
from test_webhook_serve import NAMESPACE, RULE, SERVICE, twin

ANALYZE = [sys.executable, "-m", "meshctl", "analyze", "--cluster"]


def analyzed(server: ApiServer, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [*ANALYZE, "--kubeconfig", server.kubeconfig, *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def shop(server: ApiServer) -> ApiServer:
    for one in (NAMESPACE, SERVICE, RULE, twin()):
        server.add(one)
    return server


def test_every_finding_names_its_cluster(api_server: ApiServer) -> None:
    shop(api_server)
    rule = ("--select", "destination-rule/duplicate-host")
    one = analyzed(api_server, "--context", "token", "-o", "json", *rule)
    done = analyzed(api_server, "--contexts", "certificate,token", "-o", "json", *rule)
    assert (1, "") == (done.returncode, done.stderr)
    report, alone = json.loads(done.stdout), json.loads(one.stdout)
    homes = [one["location"]["file"].partition("/")[0] for one in report["findings"]]
    assert ["cluster:certificate", "cluster:token"] == homes
    assert 2 * alone["summary"]["errors"] == report["summary"]["errors"]


def test_a_cluster_that_is_out_of_reach_makes_the_answer_incomplete(api_server: ApiServer) -> None:
    shop(api_server)
    api_server.write_kubeconfig("config", user={}, cluster={"server": "https://127.0.0.1:9"})
    done = analyzed(api_server, "--contexts", "custom,lost", "--timeout", "2", "-o", "json")
    assert 2 == done.returncode
    reasons = [one["reason"] for one in json.loads(done.stdout)["not_checked"]]
    assert ["custom", "lost"] == [one.removeprefix("cluster ").partition(":")[0] for one in reasons]


def test_all_contexts_are_those_of_the_kubeconfig(api_server: ApiServer) -> None:
    shop(api_server)
    done = analyzed(api_server, "--all-contexts", "-o", "json")
    files = {
        one["location"]["file"].partition("/")[0] for one in json.loads(done.stdout)["findings"]
    }
    assert {"cluster:certificate", "cluster:token"} <= files


def test_flags_that_contradict_each_other_are_refused(api_server: ApiServer) -> None:
    for flags in (("--contexts", "a", "--context", "b"), ("--watch", "--all-contexts")):
        done = analyzed(api_server, *flags)
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))


def test_a_watch_tells_what_appears_and_what_goes(api_server: ApiServer) -> None:
    for one in (NAMESPACE, SERVICE, RULE):
        api_server.add(one)
    rule = "destination-rule/duplicate-host"
    command = [*ANALYZE, "--watch", "--kubeconfig", api_server.kubeconfig, "--select", rule]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().endswith("0 findings now\n")
        api_server.add(twin())
        assert f"+ error[{rule}] DestinationRule shop/cart-again: " in watching.stdout.readline()
        assert watching.stdout.readline().endswith("1 finding now\n")
        api_server.remove("networking.istio.io/v1", "DestinationRule", "shop", "cart-again")
        assert f"- error[{rule}] DestinationRule shop/cart-again: " in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        assert 130 == watching.wait(60)
