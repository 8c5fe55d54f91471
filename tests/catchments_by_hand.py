"""The catchment measures as their articles write them: loops over a full table of costs.

``cost[i][j]`` is the cost from origin i to venue j, infinite where there is no way. ``weigh``
takes one cost, and is asked only about costs within the limit.
"""

from __future__ import annotations

import math


def weights(cost, limit, weigh):
    return [[weigh(c) if c <= limit and math.isfinite(c) else 0.0 for c in row] for row in cost]


def reach(cost, limit, ids):
    """Return the count, the id of the nearest or None, and the cost of it for each origin."""
    found = []
    for row in cost:
        near = sorted((c, ids[j]) for j, c in enumerate(row) if c <= limit and math.isfinite(c))
        found.append((len(near), near[0][1] if near else None, near[0][0] if near else math.inf))
    return found


def enhanced_two_step(weight, demand, supply):
    access = [0.0] * len(demand)
    for j, offered in enumerate(supply):
        competing = sum(demand[k] * weight[k][j] for k in range(len(demand)))
        for i in range(len(demand)):
            access[i] += weight[i][j] * offered / competing if competing else 0.0
    return access


def spatial_availability(weight, demand, supply):
    """Balance by demand and by impedance apart, and multiply, as Soukhov and others have it."""
    origins = range(len(demand))
    available = [0.0] * len(demand)
    for j, offered in enumerate(supply):
        all_demand, all_weight = sum(demand), sum(weight[k][j] for k in origins)
        if not all_demand or not all_weight:
            continue
        by_demand = [demand[i] / all_demand for i in origins]
        by_cost = [weight[i][j] / all_weight for i in origins]
        both = sum(by_demand[k] * by_cost[k] for k in origins)
        for i in origins:
            available[i] += offered * by_demand[i] * by_cost[i] / both if both else 0.0
    return available


def three_step(weight, chosen, demand, supply):
    """Return access when origins divide themselves by the weights ``chosen``."""
    share = [[c / sum(row) if sum(row) else 0.0 for c in row] for row in chosen]
    selected = [
        [g * w for g, w in zip(shares, row, strict=True)]
        for shares, row in zip(share, weight, strict=True)
    ]
    return enhanced_two_step(selected, demand, supply)


def balanced(weight, demand, supply):
    origins, venues = range(len(demand)), range(len(supply))
    of_origin = [sum(row) for row in weight]
    of_venue = [sum(weight[i][j] for i in origins) for j in venues]
    access = [0.0] * len(demand)
    for j in venues:
        competing = sum(demand[i] * weight[i][j] / of_origin[i] for i in origins if weight[i][j])
        for i in origins:
            if competing and weight[i][j]:
                access[i] += weight[i][j] / of_venue[j] * supply[j] / competing
    return access
