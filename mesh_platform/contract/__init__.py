"""What a product promises of its rows: a pandera schema compiled to ibis expressions and pushed down to DuckDB.

Rows are counted where they lie and never copied; findings and results hold counts, rules and columns, and no value. A rule that cannot be
compiled, or evaluated, is a blocking finding and never a silent pass. This room gives verdicts and measures; what follows from them is the gate's.
"""

from mesh_platform.contract.check import check_contract, contract_problems
from mesh_platform.contract.contract import Contract, ExtraCheck, Freshness, Reference, contract_of
from mesh_platform.contract.drift import drift_findings
from mesh_platform.contract.extra import ExtraCompiler
from mesh_platform.contract.result import ContractResult, Example, RuleResult
from mesh_platform.contract.rules import Kind, Rule

__all__ = [
    "Contract",
    "ContractResult",
    "Example",
    "ExtraCheck",
    "ExtraCompiler",
    "Freshness",
    "Kind",
    "Reference",
    "Rule",
    "RuleResult",
    "check_contract",
    "contract_of",
    "contract_problems",
    "drift_findings",
]
