"""TLS, tokens and authorization of connections."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.security.authorization_rules import ShutOutPaths as ShutOutPaths
    from meshctl.mesh.security.authorization_rules import http_parts as http_parts
    from meshctl.mesh.security.authorization_rules import matches_everything as matches_everything
    from meshctl.mesh.security.authorization_rules import public_addresses as public_addresses
    from meshctl.mesh.security.authorization_rules import reaches_port as reaches_port
    from meshctl.mesh.security.authorization_rules import shut_out as shut_out
    from meshctl.mesh.security.authorization_rules import token_parts as token_parts
    from meshctl.mesh.security.authorization_rules import widened_on as widened_on
    from meshctl.mesh.security.authorization_rules import written_ports as written_ports
    from meshctl.mesh.security.client_tls import DISABLE as DISABLE
    from meshctl.mesh.security.client_tls import ISTIO_MUTUAL as ISTIO_MUTUAL
    from meshctl.mesh.security.client_tls import MUTUAL as MUTUAL
    from meshctl.mesh.security.client_tls import SIMPLE as SIMPLE
    from meshctl.mesh.security.client_tls import mode_of as mode_of
    from meshctl.mesh.security.client_tls import wiped_settings as wiped_settings
    from meshctl.mesh.security.http_workloads import Layer4Port as Layer4Port
    from meshctl.mesh.security.identity_use import identity_parts as identity_parts
    from meshctl.mesh.security.identity_use import identity_parts_of as identity_parts_of
    from meshctl.mesh.security.identity_use import named_sources as named_sources
    from meshctl.mesh.security.layer7 import layer7_part as layer7_part
    from meshctl.mesh.security.layer7 import unseen_parts as unseen_parts
    from meshctl.mesh.security.peer_authentication import EffectiveMode as EffectiveMode
    from meshctl.mesh.security.peer_authentication import Mode as Mode
    from meshctl.mesh.security.request_authentication import ClaimMatch as ClaimMatch
    from meshctl.mesh.security.request_authentication import claim_matches as claim_matches
    from meshctl.mesh.security.request_authentication import (
        is_plain_and_public as is_plain_and_public,
    )
    from meshctl.mesh.security.tls_connection import ClientKind as ClientKind
    from meshctl.mesh.security.tls_connection import ClientTls as ClientTls
    from meshctl.mesh.security.tls_connection import ClientTlsCause as ClientTlsCause
    from meshctl.mesh.security.tls_connection import Result as Result
    from meshctl.mesh.security.tls_connection import ServerMode as ServerMode
    from meshctl.mesh.security.tls_origination import originates as originates
    from meshctl.mesh.security.tls_origination import originations as originations

_HOMES = {
    "ClaimMatch": "request_authentication",
    "ClientKind": "tls_connection",
    "ClientTls": "tls_connection",
    "ClientTlsCause": "tls_connection",
    "DISABLE": "client_tls",
    "EffectiveMode": "peer_authentication",
    "ISTIO_MUTUAL": "client_tls",
    "Layer4Port": "http_workloads",
    "MUTUAL": "client_tls",
    "Mode": "peer_authentication",
    "Result": "tls_connection",
    "SIMPLE": "client_tls",
    "ServerMode": "tls_connection",
    "claim_matches": "request_authentication",
    "http_parts": "authorization_rules",
    "identity_parts": "identity_use",
    "identity_parts_of": "identity_use",
    "is_plain_and_public": "request_authentication",
    "layer7_part": "layer7",
    "matches_everything": "authorization_rules",
    "mode_of": "client_tls",
    "named_sources": "identity_use",
    "ShutOutPaths": "authorization_rules",
    "originates": "tls_origination",
    "originations": "tls_origination",
    "public_addresses": "authorization_rules",
    "reaches_port": "authorization_rules",
    "shut_out": "authorization_rules",
    "token_parts": "authorization_rules",
    "unseen_parts": "layer7",
    "widened_on": "authorization_rules",
    "wiped_settings": "client_tls",
    "written_ports": "authorization_rules",
}

__getattr__ = lazy_face(__name__, _HOMES)
