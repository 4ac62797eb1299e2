"""The door for Python people: a decorated function over a pandera model says the same as a descriptor in YAML."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_platform.product import ProductKey, PythonTransform, Sensitivity, as_document
from tests.product.conftest import Project, all_findings

KEY = ProductKey("crm", "scores")
PYTHON = '''
import pandera.pandas as pa
from pandera.typing import Series
from mesh_platform import column, data_product


class Scores(pa.DataFrameModel):
    customer_id: Series[str] = column(unique=True, sensitivity="confidential", subject="customer_id", description="Who.")
    score: Series[float] = column(ge=0, le=1, sensitivity="internal")
    segment: Series[str] = column(isin=["gold", "silver"], nullable=True, sensitivity="internal")
    code: Series[str] = column(str_matches="^[A-Z]+$", str_length={"min_value": 1, "max_value": 3}, sensitivity="public")
    n: Series[pa.Int32] = column(in_range={"min_value": 1, "max_value": 9}, sensitivity="internal")


@data_product(
    model=Scores,
    owner="crm@example.com",
    purposes={"service": "contract"},
    retention={"period": "1 year"},
    inputs=[{"product": "crm/accounts", "purpose": "service"}],
)
def transform(inputs):
    """One score per customer."""
    return inputs["accounts"]
'''
YAML = """
dataProduct:
  name: scores
  domain: crm
  description: One score per customer.
  owner: crm@example.com
  purposes: {service: contract}
  retention: {period: 1 year}
  inputs: [{product: crm/accounts, purpose: service}]
  columns:
    customer_id: {type: string, unique: true, sensitivity: confidential, subject: customer_id, description: Who.}
    score: {type: double, min: 0, max: 1, sensitivity: internal}
    segment: {type: string, values: [gold, silver], nullable: true, sensitivity: internal}
    code: {type: string, pattern: "^[A-Z]+$", minLength: 1, maxLength: 3, sensitivity: public}
    n: {type: int32, min: 1, max: 9, sensitivity: internal}
"""


def load(project: Project, text: str = PYTHON) -> Any:
    project.product("crm/accounts")
    project.write("domains/crm/scores/product.py", text)
    return project.load()


def test_both_doors_make_the_same_descriptor(project: Project) -> None:
    by_python = load(project).product(KEY).descriptor
    (project.root / "domains/crm/scores/product.py").unlink()
    project.product("crm/scores", YAML)
    project.write("domains/crm/scores/transform.py", "")
    assert as_document(by_python) == as_document(project.load().product(KEY).descriptor)


def test_the_decorated_file_is_the_transform_and_its_sensitivity_the_maximum(project: Project) -> None:
    product = load(project).product(KEY)
    assert isinstance(product.transform, PythonTransform)
    assert product.transform.path.name == "product.py"
    assert product.descriptor.sensitivity is Sensitivity.CONFIDENTIAL
    assert product.findings == ()


def test_a_finding_points_at_the_decorated_function(project: Project) -> None:
    product = load(project).product(KEY)
    assert (
        product.at("retention") == f"domains/crm/scores/product.py:{PYTHON[: PYTHON.index('@data_product')].count(chr(10)) + 1}"
    )


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("change", "rule", "why"),
    [
        (("le=1, ", "le=1, le=2, "), "DESC-12", "not valid Python"),
        (("import pandera.pandas as pa", "raise ValueError('ana@example.com')"), "DESC-12", "stopped: ValueError"),
        (("import pandera.pandas as pa", "import nowhere"), "DESC-12", "stopped: ModuleNotFoundError"),
        (("import pandera.pandas as pa", "raise SystemExit(0)"), "DESC-12", "stopped: SystemExit"),
        (("@data_product(", "@dict("), "DESC-12", "stopped: TypeError"),
        (("model=Scores", "model=int"), "DESC-12", "model cannot be read"),
        (('owner="crm@example.com"', 'ownr="crm@example.com"'), "DESC-02", "ownr"),
        (('sensitivity="public"', 'sensitivity="secret"'), "DESC-03", "columns.code.sensitivity"),
        (('retention={"period": "1 year"}', 'retention={"period": "soon"}'), "DESC-03", "retention.period"),
    ],
)
def test_a_mistake_in_the_file_is_told_without_any_value(
    project: Project, change: tuple[str, str], rule: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mesh = load(project, PYTHON.replace(*change))
    told = [finding for finding in mesh.broken[KEY].findings if finding.rule == rule]
    assert told
    assert why in told[0].why
    assert told[0].where.startswith("domains/crm/scores/product.py:")
    assert "ana@" not in "".join(map(str, all_findings(mesh)))
    assert list(mesh.products) == [ProductKey("crm", "accounts")]


def test_the_line_of_what_raised_is_told(project: Project) -> None:
    mesh = load(project, "import os\n\ndef f():\n    return 1 / 0\n\nf()\n")
    assert mesh.broken[KEY].findings[0].where == "domains/crm/scores/product.py:4"


def test_a_file_that_decorates_nothing_is_told(project: Project) -> None:
    assert "decorates 0 functions" in load(project, "x = 1\n").broken[KEY].findings[0].why


def test_two_decorated_functions_are_one_too_many(project: Project) -> None:
    mesh = load(project, PYTHON + "\n\n@data_product(model=Scores)\ndef another(inputs):\n    return inputs\n")
    assert "decorates 2 functions" in mesh.broken[KEY].findings[0].why


def test_a_descriptor_in_yaml_goes_before_one_in_python(project: Project) -> None:
    project.product("crm/scores", YAML)
    product = load(project).product(KEY)
    assert product.where.startswith("domains/crm/scores/product.yaml")


@pytest.mark.parametrize("said", ['{"line": "x", "why": "no"}', '{"columns": [1]}', "[]", "[" * 100_000, "x" * (17 << 20), ""])
def test_a_file_that_answers_in_a_form_of_its_own_is_a_finding_and_its_siblings_load(project: Project, said: str) -> None:
    forged = f"""
import os
text = ({said[:1]!r} * {len(said)}).encode() if {len(said)} > 1000 else {said[:1000]!r}.encode()
for fd in range(3, 64):
    try:
        os.write(fd, text)
    except OSError:
        pass
os._exit(0)
"""
    mesh = load(project, forged)
    assert [finding.rule for finding in mesh.broken[KEY].findings] == ["DESC-12"]
    assert ProductKey("crm", "accounts") in mesh.products
