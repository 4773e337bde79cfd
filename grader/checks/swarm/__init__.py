"""Swarms: nodes, services, stacks, and a service's containers on one host.

A manager knows what the swarm shall be and what each node said last; so these are asked of a manager. What really
runs is asked of a host itself: ``t.host("node2").replica("web")``.
"""

from __future__ import annotations

from grader.checks.swarm.node import Node
from grader.checks.swarm.replica import Replica
from grader.checks.swarm.service import SwarmService
from grader.checks.swarm.stack import Stack

__all__ = ["Node", "Replica", "Stack", "SwarmService"]
