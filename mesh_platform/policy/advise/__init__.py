"""Decision trees on a real product: is this personal, which legal basis, which mask, may this be shared. Data and small functions, so that each is its own documentation.

A tree answers from facts what it can and asks for the rest. What it advises is applied to the descriptor and held against the gate before it is told: where the
gate would object to something new, the advice says so.
"""

from mesh_platform.policy.advise.trees import TREES
from mesh_platform.policy.advise.values import Advice, Asked, Case, Tree
from mesh_platform.policy.advise.walking import advised

__all__ = ["TREES", "Advice", "Asked", "Case", "Tree", "advised"]
