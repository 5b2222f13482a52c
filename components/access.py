"""The way into the cluster: the provider that the program uses, and who may fetch a kubeconfig.

The administrator's kubeconfig, which goes around Entra ID, is never fetched.
"""

import base64
from typing import TypedDict

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import authorization, containerservice

from components import naming
from components.kubeconfig import LOGINS, ExecKubeconfig, KubeconfigError, for_login
from components.principals import DirectoryError, PrincipalArgs, access_row

CLUSTER_USER_ROLE = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
"""Role definition "Azure Kubernetes Service Cluster User Role": may fetch the user kubeconfig and
nothing else (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers)."""

RBAC_GROUP = "rbac.authorization.k8s.io"
"""API group of roles and of the subjects that are people, programs and groups."""


class ClusterGrantArgs(TypedDict):
    """A ClusterRole that somebody has in the whole cluster."""

    principal: PrincipalArgs
    """Who has it."""
    cluster_role: str
    """Name of a ClusterRole that is there, such as `view`."""


class ClusterAccessArgs(TypedDict):
    """Who enters which cluster, and how the program does."""

    cluster_id: pulumi.Input[str]
    """ARM id of the cluster."""
    login: str
    """How the program logs in, one of `kubeconfig.LOGINS`."""
    principals: list[PrincipalArgs]
    """Everybody who is bound to anything in the cluster, each once."""
    grants: list[ClusterGrantArgs]
    """Cluster-wide bindings."""


class ClusterAccess(pulumi.ComponentResource):
    """The entrance to one cluster.

    Type `aks-entra:index:ClusterAccess`. Children: `NAME-k8s` (provider; replaced, with all that it
    holds, only with the cluster itself), `NAME.login.WHO` (RoleAssignment of Cluster User on the
    cluster, without which Azure refuses the kubeconfig), `NAME.ROLE.WHO` (ClusterRoleBinding).
    Needs Contributor and Role Based Access Control Administrator on the cluster.
    """

    TYPE = "aks-entra:index:ClusterAccess"

    kubeconfig: pulumi.Output[str]
    """Kubeconfig by which the program enters; secret, though there is no key in it."""
    api_server: pulumi.Output[str]
    """URL of the API server."""

    def __init__(
        self, name: str, args: ClusterAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        if args["login"] not in LOGINS:
            raise pulumi.InputPropertyError("login", f"give one of {', '.join(LOGINS)}")
        _refuse_twins(args["principals"])
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        cluster_id = pulumi.Output.from_input(args["cluster_id"])
        self._assign_cluster_user(name, cluster_id, args["principals"])
        entrance = self._entrance(cluster_id, args["login"])
        self.kubeconfig = entrance.apply(lambda known: known.text)
        self.api_server = pulumi.Output.unsecret(entrance).apply(lambda known: known.server)
        self.provider = kubernetes.Provider(
            f"{name}-k8s",
            kubernetes.ProviderArgs(
                kubeconfig=self.kubeconfig,
                # Unchanged, it keeps an unknown kubeconfig from replacing all that is in there.
                cluster_identifier=cluster_id,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        for grant in args["grants"]:
            self._bind(name, grant)
        self.access = [
            access_row(grant["principal"], "cluster", grant["cluster_role"])
            for grant in args["grants"]
        ]
        """Lines of the access matrix: who may do what in the whole cluster."""
        self.register_outputs({"kubeconfig": self.kubeconfig, "api_server": self.api_server})

    def _assign_cluster_user(
        self, name: str, cluster_id: pulumi.Output[str], principals: list[PrincipalArgs]
    ) -> None:
        caller = authorization.get_client_config_output(pulumi.InvokeOutputOptions(parent=self))
        definition = pulumi.Output.format(
            "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}",
            caller.subscription_id,
            CLUSTER_USER_ROLE,
        )
        for principal in principals:
            authorization.RoleAssignment(
                naming.child(name, "login", naming.slug(principal["key"])),
                authorization.RoleAssignmentArgs(
                    scope=cluster_id,
                    role_definition_id=definition,
                    role_assignment_name=pulumi.Output.all(
                        cluster_id, principal["object_id"]
                    ).apply(_assignment_name),
                    principal_id=principal["object_id"],
                    # Azure then takes a principal that is not in all its directories yet.
                    principal_type=principal["kind"],
                ),
                pulumi.ResourceOptions(parent=self),
            )

    def _entrance(
        self, cluster_id: pulumi.Output[str], login: str
    ) -> pulumi.Output[ExecKubeconfig]:
        # From the id, not from known names: at a first preview there is no cluster to ask.
        parts = cluster_id.apply(lambda arm_id: arm_id.split("/"))
        answer = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name=parts.apply(lambda known: known[4]),
            resource_name=parts.apply(lambda known: known[8]),
            format="exec",
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        return pulumi.Output.secret(answer).apply(
            lambda served: _entrance_of(served.kubeconfigs[0].value, login)
        )

    def _bind(self, name: str, grant: ClusterGrantArgs) -> None:
        principal, role = grant["principal"], grant["cluster_role"]
        kubernetes.rbac.v1.ClusterRoleBinding(
            naming.child(name, role, naming.slug(principal["key"])),
            kubernetes.rbac.v1.ClusterRoleBindingInitArgs(
                metadata=kubernetes.meta.v1.ObjectMetaArgs(
                    name=f"{name}:{role}:{naming.slug(principal['key'])}"
                ),
                role_ref=kubernetes.rbac.v1.RoleRefArgs(
                    api_group=RBAC_GROUP, kind="ClusterRole", name=role
                ),
                subjects=[subject(principal)],
            ),
            pulumi.ResourceOptions(parent=self, provider=self.provider),
        )


def subject(principal: PrincipalArgs) -> kubernetes.rbac.v1.SubjectArgs:
    """The principal as a Kubernetes subject: programs are users to Kubernetes."""
    kind = "Group" if principal["kind"] == "Group" else "User"
    return kubernetes.rbac.v1.SubjectArgs(
        api_group=RBAC_GROUP, kind=kind, name=principal["subject"]
    )


def _assignment_name(ids: list[str]) -> str:
    scope, principal_id = ids
    return naming.role_assignment_name(scope, CLUSTER_USER_ROLE, principal_id)


def _entrance_of(encoded: str, login: str) -> ExecKubeconfig:
    try:
        return for_login(base64.b64decode(encoded).decode(), login)
    except KubeconfigError as error:
        raise pulumi.RunError(str(error)) from None


def _refuse_twins(principals: list[PrincipalArgs]) -> None:
    """Refuse two names of one principal: Azure takes one assignment of a role to each."""
    seen: dict[str, str] = {}
    for principal in principals:
        object_id = principal["object_id"]
        if not isinstance(object_id, str):
            continue  # The program makes it itself, so it cannot have another name yet.
        earlier = seen.setdefault(object_id.lower(), principal["key"])
        if earlier != principal["key"]:
            raise DirectoryError(
                f'"{earlier}" and "{principal["key"]}" are the same {principal["kind"]} '
                f"({object_id}) of the directory; name it the same way everywhere in the stack file"
            )
