"""The way into the cluster: the provider that the program uses, and who may fetch a kubeconfig.

The administrator's kubeconfig, which goes around Entra ID, is never fetched.
"""

import base64
from typing import TypedDict

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice

from components import naming
from components.azure_roles import CLUSTER_USER, FOR_CLUSTER_ROLES, AzureRoles
from components.kubeconfig import LOGINS, ExecKubeconfig, KubeconfigError, for_login
from components.principals import AccessRow, PrincipalArgs, access_row, found, refuse_twins

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
    subscription_id: pulumi.Input[str]
    """Subscription of the cluster, known before the cluster is there."""
    authorization: str
    """`kubernetes`, or `azure`: Azure's roles in the place of bindings where they mean the same."""
    login: str
    """How the program logs in, one of `kubeconfig.LOGINS`."""
    principals: list[PrincipalArgs]
    """Everybody who is bound to anything in the cluster, each once."""
    grants: list[ClusterGrantArgs]
    """What is granted in the whole cluster."""


class ClusterAccess(pulumi.ComponentResource):
    """The entrance to one cluster.

    Type `aks-entra:index:ClusterAccess`. Children: `NAME-k8s` (provider; replaced, with all that it
    holds, only with the cluster itself), `NAME.login.WHO` (RoleAssignment of Cluster User on the
    cluster, without which Azure refuses the kubeconfig), `NAME.ROLE.WHO` (ClusterRoleBinding, or
    RoleAssignment on the cluster where Azure decides).
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
        refuse_twins(args["principals"])
        # Inputs stay out of the component's state, so that one changed child is one changed row.
        super().__init__(self.TYPE, name, None, opts)
        cluster_id = pulumi.Output.from_input(args["cluster_id"])
        azure = AzureRoles(cluster_id, args["subscription_id"])
        for principal in args["principals"]:
            azure.assign(
                naming.child(name, "login", naming.slug(principal["key"])),
                CLUSTER_USER,
                principal,
                pulumi.ResourceOptions(parent=self),
            )
        entrance = self._entrance(cluster_id, args["login"])
        self.kubeconfig = entrance.apply(lambda known: known.text)
        self.api_server = pulumi.Output.unsecret(entrance).apply(lambda known: known.server)
        self.provider = kubernetes.Provider(
            f"{name}-k8s",
            kubernetes.ProviderArgs(
                kubeconfig=self.kubeconfig,
                # Unchanged, it keeps an unknown kubeconfig from replacing all that is in there;
                # while the cluster is replaced it is unknown itself, and all is made again.
                cluster_identifier=cluster_id,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        by_azure = FOR_CLUSTER_ROLES if args["authorization"] == "azure" else {}
        self.access: list[AccessRow] = []
        """Lines of the access matrix: who may do what in the whole cluster."""
        for grant in args["grants"]:
            principal, role = grant["principal"], grant["cluster_role"]
            azure_role = by_azure.get(role)
            if azure_role:
                child = naming.child(name, role, naming.slug(principal["key"]))
                azure.assign(child, azure_role, principal, pulumi.ResourceOptions(parent=self))
            else:
                self._bind(name, grant)
            held = azure_role.name if azure_role else role
            self.access.append(access_row(principal, "cluster", held))
        self.register_outputs({"kubeconfig": self.kubeconfig, "api_server": self.api_server})

    def _entrance(
        self, cluster_id: pulumi.Output[str], login: str
    ) -> pulumi.Output[ExecKubeconfig]:
        def ask(known_id: str) -> ExecKubeconfig:
            _, _, _, _, group, _, _, _, cluster = known_id.split("/")
            # Not in output form, whose refusal ends the program with the SDK's traceback.
            answer = found(
                lambda: containerservice.list_managed_cluster_user_credentials(
                    resource_group_name=group,
                    resource_name=cluster,
                    format="exec",
                    opts=pulumi.InvokeOptions(parent=self),
                ),
                f'the deployer gets no user kubeconfig of the cluster "{cluster}"; it needs the '
                f"role {CLUSTER_USER.name}, or Contributor, there: az role assignment create "
                f'--assignee DEPLOYER_OBJECT_ID --role "{CLUSTER_USER.name}" --scope {known_id}',
            )
            return _entrance_of(answer.kubeconfigs[0].value, login)

        # From the id, not from known names: at a first preview there is no cluster to ask.
        return pulumi.Output.secret(cluster_id).apply(ask)

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


def _entrance_of(encoded: str, login: str) -> ExecKubeconfig:
    try:
        return for_login(base64.b64decode(encoded).decode(), login)
    except KubeconfigError as error:
        raise pulumi.RunError(str(error)) from None
