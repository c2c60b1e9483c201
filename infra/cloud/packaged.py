"""What Chalice's own packager says of the app: its functions with their settings, and the description of its API.

Chalice writes a SAM template for one package it builds itself. We take what it knows of the app (functions, handlers,
``.chalice/config.json``, the swagger document) and write plain CloudFormation, whose every resource has a name that
policies can be narrowed to; our own build makes the package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from chalice.app import Chalice
from chalice.cli.factory import CLIFactory
from chalice.config import Config
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import SwaggerBuilder
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import PackageOptions, SAMTemplateGenerator

from infra.local.places import REPOSITORY

STAGE = "cloud"  # the stage of .chalice/config.json; the deployments' own stages are in infra/cloud/stages


@dataclass(frozen=True, slots=True)
class Packaged:
    """The app as Chalice packages it: functions by name (the API's is ``api``), and the swagger document."""

    functions: dict[str, dict[str, Any]]
    swagger: dict[str, Any]
    api_stage: str


class _Principals:
    """What Chalice asks an AWS client for: service principals, the same in every region that we deploy to."""

    def service_principal(self, service: str) -> str:
        """Who invokes a function."""
        return f"{service}.amazonaws.com"


def read(app: Chalice) -> Packaged:
    """Run Chalice's packager over the app, without its build of dependencies."""
    config = _config(app)
    application = ApplicationGraphBuilder().build(config, STAGE)
    resources = DependencyBuilder().build_dependencies(application)
    swagger = SwaggerBuilder(CFNSwaggerGenerator())
    for resource in resources:
        swagger.handle(config, resource)
        if isinstance(resource, models.DeploymentPackage):
            resource.filename = "built-by-infra-cloud"
    found = SAMTemplateGenerator(config, cast(PackageOptions, _Principals())).generate(resources)["Resources"]
    functions = {
        _name(each["Properties"]["Handler"]): each["Properties"]
        for each in found.values()
        if each["Type"] == "AWS::Serverless::Function"
    }
    api = found["RestAPI"]["Properties"]
    return Packaged(functions, json.loads(json.dumps(api["DefinitionBody"])), api["StageName"])


def _config(app: Chalice) -> Config:
    factory = CLIFactory(str(REPOSITORY))
    return Config(
        chalice_stage=STAGE,
        user_provided_params={"chalice_app": app, "project_dir": str(REPOSITORY)},
        config_from_disk=factory.load_project_config(),
    )


def _name(handler: str) -> str:
    """``app.run_jobs`` is the function ``run_jobs``; Chalice's handler of the API is the app object itself."""
    name = handler.rpartition(".")[2]
    return "api" if name == "app" else name
