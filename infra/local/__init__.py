"""The same handlers as in the cloud, on one machine: engine, gateway, worker, and the supervisor behind `make run`."""
