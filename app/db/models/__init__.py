"""The models, by group; importing this package registers every table."""

from app.db.models.candidates import CandidateSite
from app.db.models.decisions import Decision, Plan
from app.db.models.evidence import Claim, LoadRow, Match
from app.db.models.geography import Area, AreaEmployment, TravelTime
from app.db.models.industry import Champion, Demand, Membership, School, Site, Stakeholder
from app.db.models.provision import Achievement, Offer, Programme, Provider, Unit, Venue
from app.db.models.runs import (
    Load,
    Run,
    RunCluster,
    RunClusterSite,
    RunCoverage,
    RunLayer,
    RunRanking,
)

REGISTER_MODELS = (
    Provider,
    Programme,
    Unit,
    Achievement,
    Venue,
    Offer,
    Site,
    Demand,
    Champion,
    Stakeholder,
    Membership,
    School,
    Area,
    TravelTime,
    AreaEmployment,
)
"""Every register table, in an order in which a row's references come before it."""

UNCOUNTED_MODELS = (CandidateSite,)
"""Tables that are loaded like the register's and are no part of a snapshot: nothing counts them."""

__all__ = [
    "REGISTER_MODELS",
    "UNCOUNTED_MODELS",
    "Achievement",
    "Area",
    "AreaEmployment",
    "CandidateSite",
    "Champion",
    "Claim",
    "Decision",
    "Demand",
    "Load",
    "LoadRow",
    "Match",
    "Membership",
    "Offer",
    "Plan",
    "Programme",
    "Provider",
    "Run",
    "RunCluster",
    "RunClusterSite",
    "RunCoverage",
    "RunLayer",
    "RunRanking",
    "School",
    "Site",
    "Stakeholder",
    "TravelTime",
    "Unit",
    "Venue",
]
