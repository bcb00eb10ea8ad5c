#!/usr/bin/env python3
"""Reads the events of OpenLineage in the ledger of a folder of releases with the classes of the standard's own client.

    check.py RELEASES

An event or a facet that lacks a field, or has one that the standard does not name, fails.
"""

import importlib
import json
import pathlib
import pkgutil
import sys

import openlineage.client.generated as generated
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

FACETS = {}
for module in pkgutil.iter_modules(generated.__path__):
    for name, thing in vars(importlib.import_module(f"openlineage.client.generated.{module.name}")).items():
        if name.endswith("Facet") and hasattr(thing, "_get_schema"):
            FACETS[name] = thing


def facet(told):
    """The facet, as the class that its schema names."""
    name = told["_schemaURL"].rsplit("/", 1)[1]
    fields = {key: value for key, value in told.items() if key != "_schemaURL"}
    made = FACETS[name](**{key.removeprefix("_"): value for key, value in fields.items()})
    assert told["_schemaURL"] == made._get_schema(), f"{told['_schemaURL']} is not {made._get_schema()}"
    return made


def facets(told):
    return {key: facet(one) for key, one in told.items()}


def dataset(kind, told, own):
    made = {"namespace": told["namespace"], "name": told["name"], "facets": facets(told.get("facets", {}))}
    return kind(**made, **{own: facets(told[own])})


def event(told):
    """The event, as the client's own class."""
    made = RunEvent(
        eventType=RunState(told["eventType"]),
        eventTime=told["eventTime"],
        producer=told["producer"],
        run=Run(runId=told["run"]["runId"], facets=facets(told["run"]["facets"])),
        job=Job(namespace=told["job"]["namespace"], name=told["job"]["name"], facets=facets(told["job"]["facets"])),
        inputs=[dataset(InputDataset, one, "inputFacets") for one in told["inputs"]],
        outputs=[dataset(OutputDataset, one, "outputFacets") for one in told["outputs"]],
    )
    assert told["schemaURL"] == RunEvent._get_schema(), f"{told['schemaURL']} is not {RunEvent._get_schema()}"
    known = {"eventType", "eventTime", "producer", "schemaURL", "run", "job", "inputs", "outputs"}
    assert set(told) == known, set(told) ^ known
    return made


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("ledger/*/*/*-lineage.json"))
    assert files, f"{sys.argv[1]} has no ledger with events of OpenLineage"
    for file in files:
        events = [event(told) for told in json.loads(file.read_text())]
        assert [one.eventType for one in events][0] == RunState.START and len(events) == 2, file
        assert events[0].run.runId == events[1].run.runId, file
    print(f"{len(files)} runs, {2 * len(files)} events of OpenLineage")


if __name__ == "__main__":
    main()
