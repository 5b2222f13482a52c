"""Deployments while they run: each resource is sent as its own request, in the caller's name.

A resource is made once those that it needs are; of those that fail, only what needs them is left
out. What a deployment has done is written down, so that it goes on after a restart.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from rehearsal.cloud.arm.deployments_content import place
from rehearsal.cloud.arm.deployments_record import (
    DEPLOYMENTS,
    duration,
    entry_of,
    new_entry,
    write_entry,
)
from rehearsal.cloud.arm.operations import OperationFailedError, Operations, Work
from rehearsal.cloud.arm.templates import Template
from rehearsal.cloud.arm.templates_language import TemplateError
from rehearsal.cloud.entra import tokens
from rehearsal.cloud.web import CloudError, Request

if TYPE_CHECKING:
    from rehearsal.cloud.arm.templates_resources import Resource
    from rehearsal.cloud.context import Cloud
    from rehearsal.cloud.store import Json
    from rehearsal.cloud.web import Reply

WRITE, DELETE = "deployment/write", "deployment/delete"
_POLL_SECONDS = 0.1
_TOKEN_SECONDS = 300
_END = frozenset({"Succeeded", "Failed", "Canceled"})
_FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for"
    " details. Please see https://aka.ms/arm-deployment-operations for usage details."
)


def define_work(operations: Operations) -> None:
    """Say how deployments are done, and how their records are deleted."""
    operations.define(WRITE, Work(lambda cloud, it: _Run(cloud, it).run(), _settle))
    operations.define(DELETE, Work(lambda _cloud, _operation: None, _forget))


class _Run:
    """One deployment being done; its operation's `input` says what."""

    def __init__(self, cloud: Cloud, operation: Json) -> None:
        self._cloud = cloud
        self._operation = operation
        self._id: str = operation["target"]
        self._errors: list[Json] = []

    def run(self) -> None:
        """Make all resources that can be made, then the outputs.

        Raises:
            OperationFailedError: the template does not fit its place any more.
        """
        given: Json = self._operation["input"]
        scope, _, name = self._id.partition("/providers/")
        try:
            where = place(self._cloud, scope, name.rpartition("/")[2], given["location"])
            template = Template(given["template"], given["parameters"], where)
        except CloudError as refusal:
            error = refusal.reply.body["error"]
            raise OperationFailedError(error["code"], error["message"]) from None
        except TemplateError as problem:
            raise OperationFailedError("InvalidTemplate", str(problem)) from None
        self._state("Running")
        left_out: set[str] = set()
        for resource in template.resources:
            if self._stopped():
                return
            if left_out.intersection(template.needs[resource.id]) or (
                resource.condition and not self._make(template, resource)
            ):
                left_out.add(resource.id)
        if self._errors:
            error = {"code": "DeploymentFailed", "target": self._id, "message": _FAILED}
            self._operation["error"] = {**error, "details": self._errors}
        elif not self._stopped():
            self._give_outputs(template)

    def _stopped(self) -> bool:
        record = self._cloud.store.get(DEPLOYMENTS, self._id.lower())
        return self._cloud.operations.pause(0) or bool(record and record.get("canceled"))

    def _state(self, state: str) -> None:
        with self._cloud.store.transaction():
            record = self._cloud.store.get(DEPLOYMENTS, self._id.lower())
            if record is not None:
                record["document"]["properties"]["provisioningState"] = state
                self._cloud.store.put(DEPLOYMENTS, self._id.lower(), record)

    def _make(self, template: Template, resource: Resource) -> bool:
        """Send a resource and wait for its end; whether it is there."""
        entry = entry_of(self._cloud, self._id, resource.id)
        if entry is None:
            entry = new_entry(self._cloud, self._id, "Create")
        if entry["properties"]["provisioningState"] == "Succeeded":
            return True
        target = {"id": resource.id, "resourceType": resource.type, "resourceName": resource.name}
        entry["properties"]["targetResource"] = target
        address: str = entry.get("address", "")
        if not address:
            write_entry(self._cloud, self._id, entry)
            try:
                body = template.body(resource, self._refer)
            except TemplateError as problem:
                message = (
                    "Unable to process template language expressions for resource"
                    f" '{resource.id}'. '{problem}'"
                )
                return self._end(entry, 400, {"code": "InvalidTemplate", "message": message})
            reply = self._send("PUT", resource.id, resource.api_version, body)
            if reply.status >= HTTPStatus.BAD_REQUEST:
                return self._end(entry, reply.status, _refusal(reply))
            address = reply.headers.get("Azure-AsyncOperation", "")
            if not address:
                return self._end(entry, reply.status, None)
            write_entry(self._cloud, self._id, {**entry, "address": address})
        return self._followed(entry, address)

    def _followed(self, entry: Json, address: str) -> bool:
        path, _, version = address.removeprefix(self._cloud.origin).partition("?api-version=")
        while True:
            reply = self._send("GET", path, version)
            if reply.status >= HTTPStatus.BAD_REQUEST:
                return self._end(entry, reply.status, _refusal(reply))
            state = reply.body["status"]
            if state in _END:
                break
            if self._cloud.operations.pause(_POLL_SECONDS):
                return False
        if state == "Succeeded":
            return self._end(entry, 200, None)
        target: str = entry["properties"]["targetResource"]["id"]
        message = (
            "The resource write operation failed to complete successfully, because it reached"
            f" terminal provisioning state '{state}'."
        )
        error: Json = {"code": "ResourceDeploymentFailure", "target": target, "message": message}
        inner = reply.body.get("error")
        return self._end(entry, 409, {**error, "details": [inner]} if inner else error)

    def _refer(self, resource_id: str, version: str) -> Any:
        reply = self._send("GET", resource_id, version)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise TemplateError(str(_refusal(reply)["message"]))
        return reply.body

    def _give_outputs(self, template: Template) -> None:
        entry = new_entry(self._cloud, self._id, "EvaluateDeploymentOutput")
        outputs: Json = {}
        error: Json | None = None
        try:
            outputs = template.outputs(self._refer)
        except TemplateError as problem:
            code = "DeploymentOutputEvaluationFailed"
            error = {"code": code, "message": str(problem)}
            message = (
                "Unable to evaluate template outputs. Please see error details and deployment"
                " operations. Please see https://aka.ms/arm-common-errors for usage details."
            )
            self._operation["error"] = {"code": code, "message": message, "details": [error]}
        self._end(entry, 400 if error else 200, error)
        made = [{"id": each.id} for each in template.resources if each.condition]
        self._operation["made"] = {"outputs": outputs, "outputResources": made}

    def _send(self, method: str, path: str, version: str, body: Any = None) -> Reply:
        """The reply to a request in the name of who asked for the deployment."""
        caller: Json = self._operation["input"]["caller"]
        now = int(self._cloud.clock.now().timestamp())
        claims: Json = {
            **caller,
            "aud": self._cloud.origin,
            "iss": tokens.v1_issuer(caller["tid"]),
            "nbf": now,
            "exp": now + _TOKEN_SECONDS,
        }
        headers = {"authorization": f"Bearer {tokens.issue(self._cloud, claims)}"}
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path, {"api-version": version}, headers, content)
        return self._cloud.router.handle(request)

    def _end(self, entry: Json, status: int, error: Json | None) -> bool:
        """Write down how it ended; whether it did so well."""
        properties = entry["properties"]
        properties["provisioningState"] = "Failed" if error else "Succeeded"
        properties["statusCode"] = "".join(HTTPStatus(status).phrase.split())
        properties["duration"] = duration(self._cloud, properties["timestamp"])
        if error:
            properties["statusMessage"] = {"error": error}
            if "targetResource" in properties:
                self._errors.append(error)
        write_entry(self._cloud, self._id, entry)
        return error is None


def _refusal(reply: Reply) -> Json:
    error: Json = reply.body.get("error", reply.body)
    kept = ("code", "message", "target", "details")
    return {key: error[key] for key in kept if error.get(key)}


def _settle(cloud: Cloud, operation: Json) -> None:
    operation.pop("input")
    made: Json = operation.pop("made", {})
    record = cloud.store.get(DEPLOYMENTS, operation["target"].lower())
    if record is None:
        return
    if record.pop("canceled", False) and not made:
        operation["status"] = "Canceled"
        message = "The deployment was canceled."
        operation.setdefault("error", {"code": "DeploymentCanceled", "message": message})
    properties: Json = record["document"]["properties"]
    properties |= {"provisioningState": operation["status"], **made}
    properties["duration"] = duration(cloud, operation["startTime"])
    if "error" in operation:
        properties["error"] = operation["error"]
    cloud.store.put(DEPLOYMENTS, operation["target"].lower(), record)


def _forget(cloud: Cloud, operation: Json) -> None:
    cloud.store.delete(DEPLOYMENTS, operation["target"].lower())
