"""Builds the policy pack; `python -m pulumi.policy` runs this file.

Making a `PolicyPack` serves it and never returns, and the first line on stdout has to be its port,
so nothing else happens here.
"""

from __future__ import annotations

from checks import ALL
from checks.building import policy_of
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack(
    name="aks-entra",
    display_name="AKS with Entra ID",
    description="Who may enter the cluster through Entra ID, and what they may do there.",
    policies=[policy_of(check) for check in ALL],
    enforcement_level=EnforcementLevel.MANDATORY,
)
